using System.Text.Json.Nodes;

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

    internal JsonObject ToJson()
    {
        JsonObject call = new() { ["data"] = Hex.Encode(Data.Span) };
        Add("to", To?.ToString());
        Add("from", From?.ToString());
        Add("value", Value.IsZero ? null : Value.ToQuantity());
        Add("gas", Gas is { } gas ? Hex.Quantity(gas) : null);
        Add("maxFeePerGas", MaxFeePerGas?.ToQuantity());
        Add("maxPriorityFeePerGas", MaxPriorityFeePerGas?.ToQuantity());
        return call;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                call[name] = value;
            }
        }
    }
}
