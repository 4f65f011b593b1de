using Gavel.Cannon;
using Gavel.TestKit.Judges;

namespace Gavel.Tests.Devnet.Guests;

/// <summary>
/// An L1 chain made of headers and receipts alone, for what no node would ever produce. It answers for every preimage from the start, so that the
/// guest's hints do not matter; what it holds is real: RLP, blooms, receipts tries, hashes.
/// </summary>
internal sealed class L1Sketch : IPreimageSource
{
    private readonly Dictionary<Hash32, byte[]> _preimages = [];
    private ulong _next;

    /// <summary>The newest block's hash.</summary>
    public Hash32 Head { get; private set; }

    /// <summary>The hints that came.</summary>
    public List<string> Hints { get; } = [];

    /// <summary>The keys that were asked for.</summary>
    public List<Hash32> Asked { get; } = [];

    /// <summary>A block with one legacy transaction for each group of logs.</summary>
    public L1Sketch Mine(params IReadOnlyList<Log>[] transactions) =>
        MineReceipts([.. transactions.Select((logs, i) => ReceiptOf((byte)(i % 5), logs))]);

    /// <summary>A block with the receipts given, changed at will before it is sealed.</summary>
    public L1Sketch MineReceipts(IReadOnlyList<Receipt> receipts, Func<BlockHeader, byte[]>? seal = null)
    {
        MerklePatriciaTrie trie = IndexTrie.Build([.. receipts.Select(receipt => (ReadOnlyMemory<byte>)receipt.Encode())]);
        foreach (byte[] node in trie.Nodes.Values)
        {
            AddKeccak(node);
        }

        BlockHeader header = new()
        {
            ParentHash = Head,
            OmmersHash = Keccak256.Hash([0xc0]),
            Coinbase = default,
            StateRoot = Keccak256.Hash("l1 state"u8),
            TransactionsRoot = Keccak256.Hash("l1 transactions"u8),
            ReceiptsRoot = trie.Root,
            LogsBloom = Bloom.Of(receipts.SelectMany(receipt => receipt.Logs)),
            Number = _next++,
            GasLimit = 30_000_000,
            GasUsed = 21_000,
            Timestamp = 1_700_000_000 + (12 * _next),
            MixHash = Keccak256.Hash("randomness"u8),
            BaseFeePerGas = 7,
            WithdrawalsRoot = MerklePatriciaProof.EmptyRoot,
            BlobGasUsed = 0,
            ExcessBlobGas = 0,
            ParentBeaconBlockRoot = default(Hash32),
            RequestsHash = Keccak256.Empty,
        };
        Head = AddKeccak(seal is null ? header.Encode() : seal(header));
        return this;
    }

    /// <summary>A receipt of the given type.</summary>
    public static Receipt ReceiptOf(byte type, IReadOnlyList<Log> logs) => new()
    {
        Type = type,
        Succeeded = true,
        CumulativeGasUsed = 21_000,
        LogsBloom = Bloom.Of(logs),
        Logs = logs,
    };

    /// <summary>Makes bytes known under their Keccak-256, which is returned.</summary>
    public Hash32 AddKeccak(byte[] value)
    {
        Hash32 hash = Keccak256.Hash(value);
        _preimages[hash.WithFirstByte(2)] = value;
        return hash;
    }

    /// <summary>Makes bytes known under a key.</summary>
    public void Add(Hash32 key, byte[] value) => _preimages[key] = value;

    /// <summary>Takes a value away.</summary>
    public bool Remove(Hash32 key) => _preimages.Remove(key);

    /// <inheritdoc/>
    public void Hint(ReadOnlySpan<byte> hint) => Hints.Add(System.Text.Encoding.UTF8.GetString(hint));

    /// <inheritdoc/>
    public byte[] GetPreimage(Hash32 key)
    {
        Asked.Add(key);
        return _preimages.TryGetValue(key, out byte[]? value) ? value : throw new PreimageException($"no preimage {key}");
    }
}
