using System.Collections.Frozen;
using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace Gavel.Ethereum;

/// <summary>Revert data that are no ABI error at all but raised as they stand, and what people call them.</summary>
public sealed record RawRevert(string Name, ReadOnlyMemory<byte> Data);

/// <summary>
/// Names the reason of a revert from its data. Knows <c>Error(string)</c> and <c>Panic(uint256)</c>; contract errors are registered by the
/// caller. Never throws on any data: a contract or node may send anything.
/// </summary>
public sealed class RevertDecoder
{
    private static readonly ContractError Text = ContractError.Of<TextError>();
    private static readonly ContractError Panic = ContractError.Of<PanicError>();

    private readonly FrozenDictionary<Selector, ContractError> _errors;
    private readonly IReadOnlyList<RawRevert> _raw;

    /// <summary>Registers errors; two with the same selector must have the same signature.</summary>
    /// <exception cref="ArgumentException">Two different errors have the same selector.</exception>
    public RevertDecoder(IEnumerable<ContractError> errors, IEnumerable<RawRevert>? raw = null)
    {
        ArgumentNullException.ThrowIfNull(errors);
        Dictionary<Selector, ContractError> known = new() { [Text.Selector] = Text, [Panic.Selector] = Panic };
        foreach (ContractError error in errors)
        {
            if (!known.TryAdd(error.Selector, error) && known[error.Selector].Signature != error.Signature)
            {
                throw new ArgumentException($"{error.Name} has the selector of {known[error.Selector].Name}, {error.Selector}", nameof(errors));
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

        if (!_errors.TryGetValue(selector, out ContractError? error))
        {
            return new RevertReason(null, selector, [], data, null);
        }

        try
        {
            IReadOnlyList<AbiArgument> arguments = error.Decode(data.Span);
            return new RevertReason(error.Name, selector, error == Panic ? [Explained(arguments[0])] : arguments, data, null);
        }
        catch (AbiMismatchException fault)
        {
            return new RevertReason(error.Name, selector, [], data, fault.Problem);
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

    [Error("Error")]
    private sealed class TextError : IErrorDTO
    {
        [Parameter("string", "message", 1)]
        public string Message { get; set; } = "";
    }

    [Error("Panic")]
    private sealed class PanicError : IErrorDTO
    {
        [Parameter("uint256", "code", 1)]
        public BigInteger Code { get; set; }
    }
}

/// <summary>
/// Why a call reverted. <see cref="Name"/> is null when the data name no known error; <see cref="Fault"/> tells what is wrong with the
/// arguments of an error that is known by its selector.
/// </summary>
public sealed record RevertReason(
    string? Name, Selector? Selector, IReadOnlyList<AbiArgument> Arguments, ReadOnlyMemory<byte> Data, string? Fault)
{
    // A revert may carry megabytes.
    private const int MaxShown = 256;

    /// <summary>For people, such as <c>UnexpectedRootClaim(rootClaim: 0x…)</c>.</summary>
    public override string ToString() => (Name, Selector, Fault) switch
    {
        (not null, _, null) => $"{Name}({string.Join(", ", Arguments)})",
        (not null, _, not null) => $"{Name}(?) with malformed arguments: {Fault}",
        (null, not null, _) => $"unknown error {Selector} with {Data.Length} bytes of data",
        _ when Data.IsEmpty => "reverted without a reason",
        _ => $"reverted with {Hex.Encode(Data.Span[..Math.Min(Data.Length, MaxShown)])}",
    };
}
