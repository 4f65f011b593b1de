using Gavel.Rollup;
using Gavel.TestKit.Judges;

namespace Gavel.Tests.Devnet.Guests;

/// <summary>A block of a rollup, with what a batch says of it.</summary>
internal sealed record L2Block(BlockHeader Header, Hash32 StorageRoot)
{
    private static readonly AbiEvent Batch = new("Batch(bytes header, bytes32 messagePasserStorageRoot)");

    public static L2Block Genesis(ulong number = 1) => new(HeaderOf(number, Keccak256.Hash("before"u8)), Keccak256.Hash("storage"u8));

    public Hash32 Output => OutputRoot.Compute(Header.StateRoot, StorageRoot, Header.Hash);

    public byte[] OutputPreimage => OutputRoot.Preimage(Header.StateRoot, StorageRoot, Header.Hash);

    /// <summary>The block that follows; <paramref name="fork"/> tells it from others that do.</summary>
    public L2Block Next(string fork = "") => new(HeaderOf(Header.Number + 1, Header.Hash, fork), Keccak256.Hash(Header.Hash.ToArray()));

    /// <summary>The log by which a contract tells of this block.</summary>
    public Log Log(Address contract) => LogOf(contract, Header.Encode(), StorageRoot);

    public static Log LogOf(Address contract, byte[] header, Hash32 storageRoot) => new(contract, [Batch.Topic0], AbiOf(header, storageRoot));

    public static byte[] AbiOf(byte[] header, Hash32 storageRoot) => AbiEncoder.Encode(data => data.Bytes(header).Bytes32(storageRoot));

    public static BlockHeader HeaderOf(ulong number, Hash32 parent, string fork = "") => new()
    {
        ParentHash = parent,
        OmmersHash = Keccak256.Hash([0xc0]),
        Coinbase = default,
        StateRoot = Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes($"state {number}{fork}")),
        TransactionsRoot = MerklePatriciaProof.EmptyRoot,
        ReceiptsRoot = MerklePatriciaProof.EmptyRoot,
        LogsBloom = Bloom.Of([]),
        Number = number,
        GasLimit = 30_000_000,
        GasUsed = 0,
        Timestamp = 1_700_000_000 + (2 * number),
        MixHash = default,
        BaseFeePerGas = 1,
        WithdrawalsRoot = MerklePatriciaProof.EmptyRoot,
        BlobGasUsed = 0,
        ExcessBlobGas = 0,
        ParentBeaconBlockRoot = default(Hash32),
        RequestsHash = Keccak256.Empty,
    };
}
