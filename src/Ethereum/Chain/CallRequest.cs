using System.Text.Json.Nodes;
using Nethereum.Hex.HexTypes;
using Nethereum.RPC.Eth.DTOs;

namespace Gavel.Ethereum;

/// <summary>A message call as <c>eth_call</c> and <c>eth_estimateGas</c> take it.</summary>
public sealed record CallRequest
{
    /// <summary>The contract; null for a creation.</summary>
    public Address? To { get; init; }

    /// <summary>Selector and arguments.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The sender; null lets the node choose the zero address.</summary>
    public Address? From { get; init; }

    /// <summary>Wei sent along.</summary>
    public UInt256 Value { get; init; }

    /// <summary>Gas limit; null lets the node choose.</summary>
    public ulong? Gas { get; init; }

    /// <summary>The most wei per gas; null for none, and then the call pays nothing.</summary>
    public UInt256? MaxFeePerGas { get; init; }

    /// <summary>The tip in wei per gas.</summary>
    public UInt256? MaxPriorityFeePerGas { get; init; }

    /// <summary>The message call that Nethereum's services take.</summary>
    public CallInput ToInput() => new()
    {
        To = To?.ToString(),
        From = From?.ToString(),
        Data = Hex.Encode(Data.Span),
        Value = Value.IsZero ? null : Quantity(Value),
        Gas = Gas is { } gas ? Quantity(gas) : null,
        MaxFeePerGas = MaxFeePerGas is { } fee ? Quantity(fee) : null,
        MaxPriorityFeePerGas = MaxPriorityFeePerGas is { } tip ? Quantity(tip) : null,
    };

    internal JsonObject ToJson() => NodeJson.Write(ToInput())!.AsObject();

    private static HexBigInteger Quantity(UInt256 value) => new(value.ToQuantity());
}
