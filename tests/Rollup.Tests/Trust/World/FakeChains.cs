using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.TestKit.Judges;

namespace Gavel.Rollup.Tests.Trust.World;

/// <summary>
/// An L1 and an L2 chain with forks, made of real headers and real account proofs. Each third L1 block carries three L2 blocks, so that the safe
/// head at an L1 block is that number rounded down to a multiple of three.
/// </summary>
internal static class FakeChains
{
    /// <summary>The chain of which everything is true.</summary>
    public const char True = 'a';

    /// <summary>Another fork, the same below <see cref="L1Fork"/> and <see cref="L2Fork"/>.</summary>
    public const char Other = 'b';

    /// <summary>First L1 block in which the forks differ.</summary>
    public const ulong L1Fork = 90;

    /// <summary>First L2 block in which they differ.</summary>
    public const ulong L2Fork = 80;

    private static readonly ConcurrentDictionary<(char Chain, char Fork, ulong Number), FakeBlock> _blocks = new();
    private static readonly ConcurrentDictionary<Hash32, FakeBlock> _byHash = new();

    /// <summary>The safe head that follows from L1 up to a block.</summary>
    public static ulong Safe(ulong l1Block) => l1Block / 3 * 3;

    public static FakeBlock L1(ulong number, char fork = True) => Block('1', number < L1Fork ? True : fork, number);

    public static FakeBlock L2(ulong number, char fork = True) => Block('2', number < L2Fork ? True : fork, number);

    /// <summary>The block with a hash, if it was ever asked for by its number.</summary>
    public static FakeBlock? Find(Hash32 hash) => _byHash.GetValueOrDefault(hash);

    private static FakeBlock Block(char chain, char fork, ulong number) => _blocks.GetOrAdd((chain, fork, number), static key =>
    {
        FakeBlock block = FakeBlock.Make($"{key.Chain}{key.Fork}", key.Number);
        _byHash[block.Id.Hash] = block;
        return block;
    });
}

/// <summary>A block with its header, its message passer's account, and both as nodes give them.</summary>
internal sealed record FakeBlock
{
    public required BlockId Id { get; init; }

    public required Hash32 StateRoot { get; init; }

    public required Hash32 StorageRoot { get; init; }

    public required JsonElement Header { get; init; }

    public required JsonElement Proof { get; init; }

    public Hash32 Output => OutputRoot.Compute(StateRoot, StorageRoot, Id.Hash);

    public static FakeBlock Make(string chain, ulong number)
    {
        Hash32 storage = Named($"storage {chain} {number}");
        AccountState account = new(1, UInt256.Zero, storage, Keccak256.Empty);
        byte[] key = Keccak256.Hash(OutputRoot.MessagePasser.ToArray()).ToArray();
        MerklePatriciaTrie trie = MerklePatriciaTrie.Build([(key, account.Encode())]);
        BlockHeader header = new()
        {
            ParentHash = Named($"parent {chain} {number}"),
            OmmersHash = Named("ommers"),
            Coinbase = Address.Zero,
            StateRoot = trie.Root,
            TransactionsRoot = Named("transactions"),
            ReceiptsRoot = Named("receipts"),
            LogsBloom = new Bloom(new byte[Bloom.Size]),
            Number = number,
            GasLimit = 1,
            GasUsed = 0,
            Timestamp = number * 12,
            MixHash = Named("mix"),
            BaseFeePerGas = UInt256.One,
        };
        return new FakeBlock
        {
            Id = new BlockId(header.Hash, number),
            StateRoot = trie.Root,
            StorageRoot = storage,
            Header = Json(NodeJson.Block(header)),
            Proof = Json(NodeJson.AccountProof(OutputRoot.MessagePasser, storage, Keccak256.Empty, trie)),
        };
    }

    public static Hash32 Named(string name) => Keccak256.Hash(Encoding.UTF8.GetBytes(name));

    public static JsonElement Json(JsonNode node) => JsonDocument.Parse(node.ToJsonString()).RootElement;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}");
}
