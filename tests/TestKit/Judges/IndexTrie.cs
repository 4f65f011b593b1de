namespace Gavel.TestKit.Judges;

/// <summary>The tries of an ordered list that headers commit to: transactions, receipts, withdrawals. Keys are the RLP of the index.</summary>
public static class IndexTrie
{
    /// <summary>The trie of the encoded items, with its nodes by their hashes.</summary>
    /// <exception cref="ArgumentException">An item is empty.</exception>
    public static MerklePatriciaTrie Build(IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return MerklePatriciaTrie.Build(items.Select(static (item, i) => ((ReadOnlyMemory<byte>)Key(i), item)));
    }

    /// <summary>The root alone.</summary>
    /// <exception cref="ArgumentException">An item is empty.</exception>
    public static Hash32 RootOf(IReadOnlyList<ReadOnlyMemory<byte>> items) => Build(items).Root;

    /// <summary>A block's receipts root.</summary>
    public static Hash32 RootOfReceipts(IEnumerable<Receipt> receipts) =>
        RootOf([.. receipts.Select(static receipt => (ReadOnlyMemory<byte>)receipt.Encode())]);

    /// <summary>The key of the item at an index.</summary>
    public static byte[] Key(int index) => RlpWriter.Encode(writer => writer.UInt64((ulong)index));
}
