using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Gavel.TestKit.Judges;

/// <summary>
/// A block header of any fork since London. Fields of later forks are null before them; fields of forks that are not known here are kept
/// as raw RLP, so that they enter the hash.
/// </summary>
public sealed class BlockHeader
{
    private const int NonceSize = 8;
    private StrongBox<Hash32>? _hash;

    /// <summary>Hash of the block before.</summary>
    public required Hash32 ParentHash { get; init; }

    /// <summary>Hash of the list of ommers; since the merge that of an empty list.</summary>
    public required Hash32 OmmersHash { get; init; }

    /// <summary>Fee recipient.</summary>
    public required Address Coinbase { get; init; }

    /// <summary>Root of the accounts' trie after the block.</summary>
    public required Hash32 StateRoot { get; init; }

    /// <summary>Root of the index trie of transactions.</summary>
    public required Hash32 TransactionsRoot { get; init; }

    /// <summary>Root of the index trie of receipts.</summary>
    public required Hash32 ReceiptsRoot { get; init; }

    /// <summary>Filter over all logs of the block.</summary>
    public required Bloom LogsBloom { get; init; }

    /// <summary>Difficulty; 0 since the merge.</summary>
    public UInt256 Difficulty { get; init; }

    /// <summary>Block number.</summary>
    public required ulong Number { get; init; }

    /// <summary>Gas limit.</summary>
    public required ulong GasLimit { get; init; }

    /// <summary>Gas used.</summary>
    public required ulong GasUsed { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required ulong Timestamp { get; init; }

    /// <summary>Any bytes of the block's builder.</summary>
    public ReadOnlyMemory<byte> ExtraData { get; init; }

    /// <summary>Randomness of the beacon chain (EIP-4399); before the merge part of the proof of work.</summary>
    public required Hash32 MixHash { get; init; }

    /// <summary>8 bytes; zero since the merge.</summary>
    public ReadOnlyMemory<byte> Nonce { get; init; } = new byte[NonceSize];

    /// <summary>Base fee in wei per gas (London, EIP-1559).</summary>
    public UInt256? BaseFeePerGas { get; init; }

    /// <summary>Root of the index trie of withdrawals (Shanghai, EIP-4895); on OP chains since Isthmus the message passer's storage root.</summary>
    public Hash32? WithdrawalsRoot { get; init; }

    /// <summary>Blob gas used (Cancun, EIP-4844).</summary>
    public ulong? BlobGasUsed { get; init; }

    /// <summary>Running excess of blob gas (Cancun, EIP-4844).</summary>
    public ulong? ExcessBlobGas { get; init; }

    /// <summary>Root of the parent beacon block (Cancun, EIP-4788).</summary>
    public Hash32? ParentBeaconBlockRoot { get; init; }

    /// <summary>Commitment to the execution layer's requests (Prague, EIP-7685).</summary>
    public Hash32? RequestsHash { get; init; }

    /// <summary>RLP items behind the requests hash, unread: fields of forks to come.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> FurtherFields { get; init; } = [];

    /// <summary>The block's hash: Keccak-256 of the RLP.</summary>
    public Hash32 Hash => (_hash ??= new StrongBox<Hash32>(Keccak256.Hash(Encode()))).Value;

    /// <summary>The RLP of the header.</summary>
    /// <exception cref="InvalidOperationException">A field of a later fork is set and one before it is not.</exception>
    public byte[] Encode() => RlpWriter.EncodeList(list =>
    {
        list.Hash32(ParentHash).Hash32(OmmersHash).Address(Coinbase).Hash32(StateRoot).Hash32(TransactionsRoot).Hash32(ReceiptsRoot)
            .Bytes(LogsBloom.Bytes).UInt256(Difficulty).UInt64(Number).UInt64(GasLimit).UInt64(GasUsed).UInt64(Timestamp)
            .Bytes(ExtraData.Span).Hash32(MixHash).Bytes(Nonce.Span);

        // Fields are told apart by their position alone, so none may be left out before one that is there.
        string? missing = null;
        Optional(nameof(BaseFeePerGas), BaseFeePerGas, value => list.UInt256(value));
        Optional(nameof(WithdrawalsRoot), WithdrawalsRoot, value => list.Hash32(value));
        Optional(nameof(BlobGasUsed), BlobGasUsed, value => list.UInt64(value));
        Optional(nameof(ExcessBlobGas), ExcessBlobGas, value => list.UInt64(value));
        Optional(nameof(ParentBeaconBlockRoot), ParentBeaconBlockRoot, value => list.Hash32(value));
        Optional(nameof(RequestsHash), RequestsHash, value => list.Hash32(value));
        foreach (ReadOnlyMemory<byte> field in FurtherFields)
        {
            Optional<ReadOnlyMemory<byte>>(nameof(FurtherFields), field, value => list.Raw(value.Span));
        }

        void Optional<T>(string name, T? value, Action<T> write)
            where T : struct
        {
            if (value is null)
            {
                missing ??= name;
                return;
            }

            if (missing is not null)
            {
                throw new InvalidOperationException($"header {Number} has {name} without {missing}");
            }

            write(value.Value);
        }
    });

    /// <summary>Reads the RLP of a header.</summary>
    /// <exception cref="RlpException">Not a header.</exception>
    public static BlockHeader Decode(ReadOnlySpan<byte> rlp)
    {
        RlpReader reader = RlpReader.OfList(rlp);
        return new BlockHeader
        {
            ParentHash = reader.ReadHash32(),
            OmmersHash = reader.ReadHash32(),
            Coinbase = reader.ReadAddress(),
            StateRoot = reader.ReadHash32(),
            TransactionsRoot = reader.ReadHash32(),
            ReceiptsRoot = reader.ReadHash32(),
            LogsBloom = new Bloom(reader.ReadExactly(Bloom.Size)),
            Difficulty = reader.ReadUInt256(),
            Number = reader.ReadUInt64(),
            GasLimit = reader.ReadUInt64(),
            GasUsed = reader.ReadUInt64(),
            Timestamp = reader.ReadUInt64(),
            ExtraData = reader.ReadBytes().ToArray(),
            MixHash = reader.ReadHash32(),
            Nonce = reader.ReadExactly(NonceSize).ToArray(),
            BaseFeePerGas = reader.IsAtEnd ? null : reader.ReadUInt256(),
            WithdrawalsRoot = reader.IsAtEnd ? null : reader.ReadHash32(),
            BlobGasUsed = reader.IsAtEnd ? null : reader.ReadUInt64(),
            ExcessBlobGas = reader.IsAtEnd ? null : reader.ReadUInt64(),
            ParentBeaconBlockRoot = reader.IsAtEnd ? null : reader.ReadHash32(),
            RequestsHash = reader.IsAtEnd ? null : reader.ReadHash32(),
            FurtherFields = Rest(ref reader),
        };
    }

    /// <summary>
    /// From the object that JSON-RPC gives for a block. Its hash is recomputed and must be the stated one. JSON does not tell the order of
    /// fields that are not known here: the header of such a fork is to be read from its RLP.
    /// </summary>
    /// <exception cref="ChainDataException">A field is missing or malformed, or the hash is another.</exception>
    public static BlockHeader FromJson(JsonElement json, string place = "header")
    {
        JsonFields fields = new(json, place);
        BlockHeader header = new()
        {
            ParentHash = fields.Hash32("parentHash"),
            OmmersHash = fields.Hash32("sha3Uncles"),
            Coinbase = fields.Address("miner"),
            StateRoot = fields.Hash32("stateRoot"),
            TransactionsRoot = fields.Hash32("transactionsRoot"),
            ReceiptsRoot = fields.Hash32("receiptsRoot"),
            LogsBloom = new Bloom(fields.Data("logsBloom", Bloom.Size)),
            Difficulty = fields.UInt256("difficulty"),
            Number = fields.UInt64("number"),
            GasLimit = fields.UInt64("gasLimit"),
            GasUsed = fields.UInt64("gasUsed"),
            Timestamp = fields.UInt64("timestamp"),
            ExtraData = fields.Data("extraData"),
            MixHash = fields.Hash32("mixHash"),
            Nonce = fields.Data("nonce", NonceSize),
            BaseFeePerGas = fields.Has("baseFeePerGas") ? fields.UInt256("baseFeePerGas") : null,
            WithdrawalsRoot = fields.Has("withdrawalsRoot") ? fields.Hash32("withdrawalsRoot") : null,
            BlobGasUsed = fields.Has("blobGasUsed") ? fields.UInt64("blobGasUsed") : null,
            ExcessBlobGas = fields.Has("excessBlobGas") ? fields.UInt64("excessBlobGas") : null,
            ParentBeaconBlockRoot = fields.Has("parentBeaconBlockRoot") ? fields.Hash32("parentBeaconBlockRoot") : null,
            RequestsHash = fields.Has("requestsHash") ? fields.Hash32("requestsHash") : null,
        };

        Hash32 stated = fields.Hash32("hash");
        try
        {
            return header.Hash == stated ? header : throw fields.Fault(
                "hash", $"block {header.Number} is stated as {stated}, but its fields hash to {header.Hash}; either they are false or a fork has added fields");
        }
        catch (InvalidOperationException gap)
        {
            throw new ChainDataException(place, gap.Message);
        }
    }

    private static List<ReadOnlyMemory<byte>> Rest(ref RlpReader reader)
    {
        List<ReadOnlyMemory<byte>> items = [];
        while (!reader.IsAtEnd)
        {
            items.Add(reader.ReadRaw().ToArray());
        }

        return items;
    }
}
