
namespace Gavel.TestKit.Judges;

/// <summary>Kinds of ABI types.</summary>
internal enum AbiKind
{
    UInt,
    Int,
    Bool,
    Address,
    FixedBytes,
    Bytes,
    String,
    Array,
    FixedArray,
    Tuple,
}

/// <summary>A type of the contract ABI as a signature names it; <see cref="Size"/> is bits, bytes or elements, by kind.</summary>
internal sealed record AbiType(AbiKind Kind, int Size, IReadOnlyList<AbiParameter> Members)
{
    /// <summary>True when the encoding is an offset in place and the value behind.</summary>
    public bool IsDynamic => Kind switch
    {
        AbiKind.Bytes or AbiKind.String or AbiKind.Array => true,
        AbiKind.FixedArray or AbiKind.Tuple => Members.Any(static member => member.Type.IsDynamic),
        _ => false,
    };

    /// <summary>The type of an array's elements.</summary>
    public AbiType Element => Members[0].Type;

    /// <summary>The name that goes into a signature.</summary>
    public string Canonical => Kind switch
    {
        AbiKind.UInt => $"uint{Size}",
        AbiKind.Int => $"int{Size}",
        AbiKind.Bool => "bool",
        AbiKind.Address => "address",
        AbiKind.FixedBytes => $"bytes{Size}",
        AbiKind.Bytes => "bytes",
        AbiKind.String => "string",
        AbiKind.Array => $"{Element.Canonical}[]",
        AbiKind.FixedArray => $"{Element.Canonical}[{Size}]",
        _ => $"({string.Join(',', Members.Select(static member => member.Type.Canonical))})",
    };
}

/// <summary>A parameter of a signature; the name is null where the text gives none.</summary>
internal sealed record AbiParameter(AbiType Type, string? Name, bool IsIndexed);
