namespace Gavel.Ethereum;

/// <summary>A transaction of type 2 (EIP-1559) without its signature. Equal where every field is.</summary>
public sealed record Eip1559Transaction
{
    /// <summary>The type byte before the RLP (EIP-2718).</summary>
    public const byte Type = 2;

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

    /// <summary>Accounts and slots announced.</summary>
    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];

    /// <summary>What is signed: <c>keccak(0x02 ++ rlp(fields))</c>.</summary>
    public Hash32 SigningHash() => Keccak256.Hash(Encode(null));

    /// <summary>Names of the fields in which another transaction differs; none where they are equal.</summary>
    public IEnumerable<string> Differences(Eip1559Transaction other)
    {
        (string Name, bool Same)[] fields =
        [
            (nameof(ChainId), ChainId == other.ChainId),
            (nameof(Nonce), Nonce == other.Nonce),
            (nameof(MaxPriorityFeePerGas), MaxPriorityFeePerGas == other.MaxPriorityFeePerGas),
            (nameof(MaxFeePerGas), MaxFeePerGas == other.MaxFeePerGas),
            (nameof(GasLimit), GasLimit == other.GasLimit),
            (nameof(To), To == other.To),
            (nameof(Value), Value == other.Value),
            (nameof(Data), Data.Span.SequenceEqual(other.Data.Span)),
            (nameof(AccessList), AccessList.SequenceEqual(other.AccessList)),
        ];
        return fields.Where(f => !f.Same).Select(f => f.Name);
    }

    /// <inheritdoc/>
    public bool Equals(Eip1559Transaction? other) => other is not null && !Differences(other).Any();

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ChainId, Nonce, MaxFeePerGas, GasLimit, To, Value, Data.Length);

    /// <summary>The type byte and the RLP, with the signature if there is one.</summary>
    internal byte[] Encode(Signature? signature) => RlpWriter.Encode(writer => writer.Raw([Type]).List(fields =>
    {
        fields.UInt64(ChainId).UInt64(Nonce).UInt256(MaxPriorityFeePerGas).UInt256(MaxFeePerGas).UInt64(GasLimit)
            .AddressOrNone(To).UInt256(Value).Bytes(Data.Span).List(WriteAccessList);
        if (signature is { } s)
        {
            fields.UInt64(s.YParity ? 1UL : 0).UInt256(s.R).UInt256(s.S);
        }
    }));

    private void WriteAccessList(RlpWriter list)
    {
        foreach (AccessListEntry entry in AccessList)
        {
            list.List(item => item.Address(entry.Address).List(slots =>
            {
                foreach (Hash32 slot in entry.Slots)
                {
                    slots.Hash32(slot);
                }
            }));
        }
    }
}
