namespace Gavel.Ethereum;

/// <summary>An account as the state trie holds it. An account that is not there has the values of <see cref="None"/>.</summary>
public sealed record AccountState(ulong Nonce, UInt256 Balance, Hash32 StorageRoot, Hash32 CodeHash)
{
    /// <summary>What an account that was never touched counts as.</summary>
    public static AccountState None { get; } = new(0, UInt256.Zero, StorageTrie.EmptyRoot, Keccak256.Empty);

    /// <summary>Reads a leaf of the state trie.</summary>
    /// <exception cref="RlpException">Not an account.</exception>
    public static AccountState Decode(ReadOnlySpan<byte> rlp)
    {
        RlpFields fields = new(StrictRlp.DecodeList(rlp));
        return fields.Count == 4
            ? new AccountState(fields.UInt64(0), fields.UInt256(1), fields.Hash(2), fields.Hash(3))
            : throw new RlpException($"an account has 4 fields, not {fields.Count}");
    }
}
