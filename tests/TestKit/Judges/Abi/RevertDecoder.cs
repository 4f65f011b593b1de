using System.Collections.Frozen;

namespace Gavel.TestKit.Judges;

/// <summary>Revert data that are no ABI error at all but raised as they stand, and what people call them.</summary>
public sealed record RawRevert(string Name, ReadOnlyMemory<byte> Data);

/// <summary>
/// Names the reason of a revert from its data. Knows <c>Error(string)</c> and <c>Panic(uint256)</c>; contract errors are registered by the
/// caller. Never throws on any data: a contract or node may send anything.
/// </summary>
public sealed class RevertDecoder
{
    private static readonly AbiError Text = new("Error(string message)");
    private static readonly AbiError Panic = new("Panic(uint256 code)");

    private readonly FrozenDictionary<Selector, AbiError> _errors;
    private readonly IReadOnlyList<RawRevert> _raw;

    /// <summary>Registers errors; two with the same selector must have the same signature.</summary>
    /// <exception cref="AbiException">Two different errors have the same selector.</exception>
    public RevertDecoder(IEnumerable<AbiError> errors, IEnumerable<RawRevert>? raw = null)
    {
        ArgumentNullException.ThrowIfNull(errors);
        Dictionary<Selector, AbiError> known = new() { [Text.Selector] = Text, [Panic.Selector] = Panic };
        foreach (AbiError error in errors)
        {
            if (!known.TryAdd(error.Selector, error) && known[error.Selector].Signature != error.Signature)
            {
                throw new AbiException(error.Name, $"has the selector of {known[error.Selector].Name}, {error.Selector}");
            }
        }

        _errors = known.ToFrozenDictionary();
        _raw = [.. raw ?? []];
    }

    /// <summary>Knows the built-in errors only.</summary>
    public static RevertDecoder BuiltIn { get; } = new([]);

    /// <summary>The reason that the data give.</summary>
    public RevertReason Decode(ReadOnlyMemory<byte> data)
    {
        foreach (RawRevert raw in _raw)
        {
            if (raw.Data.Span.SequenceEqual(data.Span))
            {
                return new RevertReason(raw.Name, Selector.At(data.Span), [], data, null);
            }
        }

        if (Selector.At(data.Span) is not { } selector)
        {
            return new RevertReason(null, null, [], data, null);
        }

        if (!_errors.TryGetValue(selector, out AbiError? error))
        {
            return new RevertReason(null, selector, [], data, null);
        }

        try
        {
            IReadOnlyList<AbiArgument> arguments = error.Decode(data);
            return new RevertReason(error.Name, selector, error == Panic ? [Explained(arguments[0])] : arguments, data, null);
        }
        catch (AbiException fault)
        {
            return new RevertReason(error.Name, selector, [], data, fault.Message);
        }
    }

    /// <summary>Solidity's panic codes (Solidity documentation, "Panic via assert and error via require").</summary>
    private static AbiArgument Explained(AbiArgument code)
    {
        string? meaning = code.Value switch
        {
            "0" => "generic compiler panic",
            "1" => "assertion failed",
            "17" => "arithmetic overflow or underflow",
            "18" => "division by zero",
            "33" => "no such enumeration value",
            "34" => "storage byte array wrongly encoded",
            "49" => "pop of an empty array",
            "50" => "array index out of bounds",
            "65" => "too much memory",
            "81" => "call of a zero function",
            _ => null,
        };
        string hex = UInt256.Parse(code.Value).ToQuantity();
        return code with { Value = meaning is null ? hex : $"{hex} ({meaning})" };
    }
}

/// <summary>
/// Why a call reverted. <see cref="Name"/> is null when the data name no known error; <see cref="Fault"/> tells what is wrong with the
/// arguments of an error that is known by its selector.
/// </summary>
public sealed record RevertReason(
    string? Name, Selector? Selector, IReadOnlyList<AbiArgument> Arguments, ReadOnlyMemory<byte> Data, string? Fault)
{
    /// <summary>For people, such as <c>UnexpectedRootClaim(rootClaim: 0x…)</c>.</summary>
    public override string ToString() => (Name, Selector, Fault) switch
    {
        (not null, _, null) => $"{Name}({string.Join(", ", Arguments)})",
        (not null, _, not null) => $"{Name}(?) with malformed arguments: {Fault}",
        (null, not null, _) => $"unknown error {Selector} with {Data.Length} bytes of data",
        _ when Data.IsEmpty => "reverted without a reason",
        _ => $"reverted with {Hex.Encode(Data.Span)}",
    };
}
