using Nethereum.Model;

namespace Gavel.Ethereum;

/// <summary>
/// What a transaction of type 2 (EIP-1559) is to say, in this project's values. The bytes are those of Nethereum's
/// <see cref="Transaction1559"/>. Equal where every field is. Nothing here announces an access list (EIP-2930): it would cost more than it saves.
/// </summary>
public sealed record Eip1559Transaction
{
    /// <summary>The chain that it is valid on.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The sender's count of transactions before this one.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>The most that the block's producer gets, wei per gas.</summary>
    public required UInt256 MaxPriorityFeePerGas { get; init; }

    /// <summary>The most that is paid in all, wei per gas.</summary>
    public required UInt256 MaxFeePerGas { get; init; }

    /// <summary>The most gas that it may use.</summary>
    public required ulong GasLimit { get; init; }

    /// <summary>The target; null creates a contract.</summary>
    public Address? To { get; init; }

    /// <summary>Wei sent along.</summary>
    public UInt256 Value { get; init; }

    /// <summary>Selector and arguments, or the code that creates.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>What is signed: <c>keccak(0x02 ++ rlp(fields))</c>.</summary>
    public Hash32 SigningHash() => Keccak256.Hash(ToTransaction1559().GetRLPEncodedRaw());

    /// <inheritdoc/>
    public bool Equals(Eip1559Transaction? other) =>
        other is not null
        && ChainId == other.ChainId
        && Nonce == other.Nonce
        && MaxPriorityFeePerGas == other.MaxPriorityFeePerGas
        && MaxFeePerGas == other.MaxFeePerGas
        && GasLimit == other.GasLimit
        && To == other.To
        && Value == other.Value
        && Data.Span.SequenceEqual(other.Data.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ChainId, Nonce, MaxFeePerGas, GasLimit, To, Value, Data.Length);

    /// <summary>The transaction as Nethereum's signers and encoders take it, without a signature.</summary>
    internal Transaction1559 ToTransaction1559() => new(
        ChainId,
        Nonce,
        MaxPriorityFeePerGas.ToBigInteger(),
        MaxFeePerGas.ToBigInteger(),
        GasLimit,
        To?.ToString() ?? "",
        Value.ToBigInteger(),
        Hex.Encode(Data.Span),
        []);
}
