using System.Globalization;
using System.Numerics;
using System.Text;

namespace Gavel.TestKit.Judges;

/// <summary>Decodes values by their declared type into text for people. For errors only: calls and answers are read through typed methods.</summary>
internal static class AbiDisplay
{
    private const int MaxText = 1024;

    public static AbiArgument Read(AbiDecoder decoder, AbiParameter parameter) =>
        new(parameter.Name ?? "", parameter.Type.Canonical, Text(decoder, parameter.Type, parameter.Name));

    private static string Text(AbiDecoder decoder, AbiType type, string? name) => type.Kind switch
    {
        AbiKind.UInt => decoder.UInt(type.Size, name).ToString(),
        AbiKind.Int => Signed(decoder.Bytes32(name), type.Size, name),
        AbiKind.Bool => decoder.Bool(name) ? "true" : "false",
        AbiKind.Address => decoder.Address(name).ToString(),
        AbiKind.FixedBytes => Hex.Encode(decoder.FixedBytes(type.Size, name)),
        AbiKind.Bytes => Shortened(Hex.Encode(decoder.Bytes(name).Span)),
        AbiKind.String => Quoted(decoder.Bytes(name).Span),
        AbiKind.Array => $"[{string.Join(", ", decoder.Array(inner => Text(inner, type.Element, null), name))}]",
        AbiKind.FixedArray => $"[{Members(decoder, type, Enumerable.Repeat(type.Members[0], type.Size), name)}]",
        _ => $"({Members(decoder, type, type.Members, name)})",
    };

    private static string Members(AbiDecoder decoder, AbiType type, IEnumerable<AbiParameter> members, string? name)
    {
        return type.IsDynamic ? decoder.DynamicTuple(ReadAll, name) : decoder.StaticTuple(ReadAll, name);

        string ReadAll(AbiDecoder inner) => string.Join(", ", members.Select(member => Read(inner, member).ToString()));
    }

    private static string Signed(Hash32 word, int bits, string? name)
    {
        BigInteger value = new(Hash32.BytesOf(in word), isUnsigned: false, isBigEndian: true);
        BigInteger limit = BigInteger.One << (bits - 1);
        return value >= -limit && value < limit
            ? value.ToString(CultureInfo.InvariantCulture)
            : throw new AbiException(name ?? "arg", $"{value} does not fit int{bits}");
    }

    /// <summary>Contract text may hold anything: what cannot be printed is escaped, so that it cannot forge lines of a log.</summary>
    private static string Quoted(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new("\"");
        foreach (Rune rune in Encoding.UTF8.GetString(bytes).EnumerateRunes())
        {
            bool plain = rune.Value >= ' ' && rune.Value is not ('"' or '\\') && Rune.GetUnicodeCategory(rune)
                is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                    or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
            text.Append(plain ? rune.ToString() : rune.Value is '"' or '\\' ? $"\\{rune}" : $"\\u{{{rune.Value:x}}}");
        }

        return Shortened(text.Append('"').ToString());
    }

    private static string Shortened(string text) => text.Length <= MaxText ? text : $"{text[..MaxText]}… ({text.Length} characters)";
}
