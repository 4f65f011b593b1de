using Nethereum.Hex.HexTypes;
using Nethereum.Model;
using Nethereum.RPC.Eth.DTOs;
using Model = Nethereum.Model.BlockHeader;

namespace Gavel.Ethereum;

/// <summary>
/// A block header of any fork since London with the bytes that hash to the block's hash. Fields of forks that are not known here are kept
/// in those bytes.
/// </summary>
public sealed class BlockHeader
{
    private const int NonceSize = 8;
    private const int BloomSize = 256;
    private const int LastMandatory = 14;

    private readonly byte[] _rlp;

    // The fields in their order; those from 15 on came with London, Shanghai, Cancun (three) and Prague.
    private BlockHeader(byte[] rlp)
    {
        RlpFields fields = new(StrictRlp.DecodeList(rlp, StrictRlp.MaxDepth + 1)); // any field may be as deep as an item; the fault-proof program has the same rule
        _rlp = rlp;
        Hash = Keccak256.Hash(rlp);
        ParentHash = fields.Hash(0);
        fields.Hash(1); // ommers
        fields.Bytes(2, Address.Size);
        StateRoot = fields.Hash(3);
        TransactionsRoot = fields.Hash(4);
        ReceiptsRoot = fields.Hash(5);
        fields.Bytes(6, BloomSize);
        fields.UInt256(7); // difficulty
        Number = fields.UInt64(8);
        GasLimit = fields.UInt64(9);
        GasUsed = fields.UInt64(10);
        Timestamp = fields.UInt64(11);
        fields.Bytes(12); // extra data
        fields.Hash(13); // randomness
        fields.Bytes(LastMandatory, NonceSize);
        BaseFeePerGas = fields.Count > 15 ? fields.UInt256(15) : null;
        WithdrawalsRoot = fields.Count > 16 ? fields.Hash(16) : null;
        BlobGasUsed = fields.Count > 17 ? fields.UInt64(17) : null;
        ExcessBlobGas = fields.Count > 18 ? fields.UInt64(18) : null;
        ParentBeaconBlockRoot = fields.Count > 19 ? fields.Hash(19) : null;
        RequestsHash = fields.Count > 20 ? fields.Hash(20) : null;
    }

    /// <summary>The block's hash: Keccak-256 of the RLP.</summary>
    public Hash32 Hash { get; }

    /// <summary>Hash of the block before.</summary>
    public Hash32 ParentHash { get; }

    /// <summary>Root of the accounts' trie after the block.</summary>
    public Hash32 StateRoot { get; }

    /// <summary>Root of the index trie of transactions.</summary>
    public Hash32 TransactionsRoot { get; }

    /// <summary>Root of the index trie of receipts.</summary>
    public Hash32 ReceiptsRoot { get; }

    /// <summary>Block number.</summary>
    public ulong Number { get; }

    /// <summary>Gas limit.</summary>
    public ulong GasLimit { get; }

    /// <summary>Gas used.</summary>
    public ulong GasUsed { get; }

    /// <summary>Seconds since 1970.</summary>
    public ulong Timestamp { get; }

    /// <summary>Base fee in wei per gas (London, EIP-1559).</summary>
    public UInt256? BaseFeePerGas { get; }

    /// <summary>Root of the index trie of withdrawals (Shanghai, EIP-4895); on OP chains since Isthmus the message passer's storage root.</summary>
    public Hash32? WithdrawalsRoot { get; }

    /// <summary>Blob gas used (Cancun, EIP-4844).</summary>
    public ulong? BlobGasUsed { get; }

    /// <summary>Running excess of blob gas (Cancun, EIP-4844).</summary>
    public ulong? ExcessBlobGas { get; }

    /// <summary>Root of the parent beacon block (Cancun, EIP-4788).</summary>
    public Hash32? ParentBeaconBlockRoot { get; }

    /// <summary>Commitment to the execution layer's requests (Prague, EIP-7685).</summary>
    public Hash32? RequestsHash { get; }

    /// <summary>Reads the RLP of a header.</summary>
    /// <exception cref="RlpException">Not a header.</exception>
    public static BlockHeader Decode(ReadOnlySpan<byte> rlp) => new(rlp.ToArray());

    /// <summary>The RLP of the header.</summary>
    public byte[] Encode() => [.. _rlp];

    /// <summary>
    /// From the object that JSON-RPC gives for a block; its hash is recomputed and must be the stated one. JSON does not tell the order of fields
    /// that are not known here: the header of such a fork is refused, and is to be read from its RLP.
    /// </summary>
    /// <exception cref="RpcException">A field is missing or malformed, or the hash is another.</exception>
    internal static BlockHeader Of(Block block, string place)
    {
        NodeFields fields = new(place);
        Hash32 stated = fields.Hash(block.BlockHash, "hash");
        RefuseGap(block, fields);
        byte[] rlp = BlockHeaderEncoder.Current.Encode(ModelOf(block, fields));
        Hash32 hash = Keccak256.Hash(rlp);
        return hash == stated
            ? Decode(rlp)
            : throw fields.Wrong("hash", $"{hash}, as its fields hash to (either they are false or a fork has added fields)", block.BlockHash);
    }

    // Fields are told apart by their position alone; the library's encoder fills some gaps with zeros and leaves out what follows others.
    private static void RefuseGap(Block block, NodeFields fields)
    {
        (string Name, object? Value)[] optional =
        [
            ("baseFeePerGas", block.BaseFeePerGas), ("withdrawalsRoot", block.WithdrawalsRoot), ("blobGasUsed", block.BlobGasUsed),
            ("excessBlobGas", block.ExcessBlobGas), ("parentBeaconBlockRoot", block.ParentBeaconBlockRoot), ("requestsHash", block.RequestsHash),
        ];
        int missing = Array.FindIndex(optional, field => field.Value is null);
        if (missing >= 0 && Array.FindIndex(optional, missing, field => field.Value is not null) is >= 0 and var later)
        {
            throw fields.Wrong(optional[missing].Name, $"a value, since {optional[later].Name} is there", null);
        }
    }

    // Every field by hand: the library's own factory leaves out all those since Shanghai but the withdrawals.
    private static Model ModelOf(Block block, NodeFields fields) => new()
    {
        ParentHash = fields.Bytes(block.ParentHash, "parentHash", Hash32.Size),
        UnclesHash = fields.Bytes(block.Sha3Uncles, "sha3Uncles", Hash32.Size),
        Coinbase = fields.Address(block.Miner, "miner").ToString(),
        StateRoot = fields.Bytes(block.StateRoot, "stateRoot", Hash32.Size),
        TransactionsHash = fields.Bytes(block.TransactionsRoot, "transactionsRoot", Hash32.Size),
        ReceiptHash = fields.Bytes(block.ReceiptsRoot, "receiptsRoot", Hash32.Size),
        LogsBloom = fields.Bytes(block.LogsBloom, "logsBloom", BloomSize),
        Difficulty = fields.UInt256(block.Difficulty, "difficulty").ToBigInteger(),
        BlockNumber = fields.UInt64(block.Number, "number"),
        GasLimit = Int64(fields, block.GasLimit, "gasLimit"),
        GasUsed = Int64(fields, block.GasUsed, "gasUsed"),
        Timestamp = Int64(fields, block.Timestamp, "timestamp"),
        ExtraData = fields.Bytes(block.ExtraData, "extraData"),
        MixHash = fields.Bytes(block.MixHash, "mixHash", Hash32.Size),
        Nonce = fields.Bytes(block.Nonce, "nonce", NonceSize),
        BaseFee = block.BaseFeePerGas is { } fee ? fields.UInt256(fee, "baseFeePerGas").ToBigInteger() : null,
        WithdrawalsRoot = block.WithdrawalsRoot is { } root ? fields.Bytes(root.HexValue, "withdrawalsRoot", Hash32.Size) : null,
        BlobGasUsed = block.BlobGasUsed is { } blobGas ? Int64(fields, blobGas, "blobGasUsed") : null,
        ExcessBlobGas = block.ExcessBlobGas is { } excess ? Int64(fields, excess, "excessBlobGas") : null,
        ParentBeaconBlockRoot = block.ParentBeaconBlockRoot is { } beacon ? fields.Bytes(beacon, "parentBeaconBlockRoot", Hash32.Size) : null,
        RequestsHash = block.RequestsHash is { } requests ? fields.Bytes(requests, "requestsHash", Hash32.Size) : null,
    };

    // The library's model has signed numbers.
    private static long Int64(NodeFields fields, HexBigInteger? value, string name) =>
        fields.UInt64(value, name) is <= long.MaxValue and var number
            ? (long)number
            : throw fields.Wrong(name, "a hex quantity of at most 63 bits", value?.HexValue);
}
