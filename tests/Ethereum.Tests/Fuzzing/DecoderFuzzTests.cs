using System.Text.Json;
using Gavel.TestKit;
using AbiDecoder = Gavel.TestKit.Judges.AbiDecoder;
using AbiEncoder = Gavel.TestKit.Judges.AbiEncoder;
using AbiError = Gavel.TestKit.Judges.AbiError;
using AbiException = Gavel.TestKit.Judges.AbiException;
using AbiFunction = Gavel.TestKit.Judges.AbiFunction;

namespace Gavel.Ethereum.Tests;

/// <summary>Hostile bytes into every binary decoder. What a canonical decoder accepts, it must write back byte for byte.</summary>
[Trait("Scale", "full")]
public sealed class DecoderFuzzTests
{
    private static readonly Address Someone = Address.Parse("0x00000000000000000000000000000000deadbeef");

    [Fact]
    public void Rlp_items() => Hostile.Check<RlpException>(Hostile.Bytes(Header(), Receipt(2), Receipt(0)), input =>
    {
        RlpReader reader = new(input);
        ReadOnlySpan<byte> raw = reader.ReadRaw();
        Assert.Equal(Hex.Encode(raw), Hex.Encode(RlpWriter.Encode(Rewrite(raw.ToArray()))));
        reader.End();
    });

    [Fact]
    public void Rlp_numbers() => Hostile.Check<RlpException>(Hostile.Bytes([0x80], [0x88, 1, 2, 3, 4, 5, 6, 7, 8], [0x81, 0x80]), input =>
    {
        RlpReader reader = new(input);
        ulong value = reader.ReadUInt64();
        reader.End();
        Assert.Equal(input, RlpWriter.Encode(writer => writer.UInt64(value)));
    });

    [Fact]
    public void Headers() => Hostile.Check<RlpException>(Hostile.Bytes(Header()), static input =>
        Assert.Equal(input, BlockHeader.Decode(input).Encode()));

    [Fact]
    public void Receipts() => Hostile.Check<RlpException>(Hostile.Bytes(Receipt(0), Receipt(1), Receipt(3)), static input =>
        Assert.Equal(input, Ethereum.Receipt.Decode(input).Encode()));

    [Fact]
    public void Accounts() => Hostile.Check<RlpException>(Hostile.Bytes(AccountState.None.Encode()), static input =>
        Assert.Equal(input, AccountState.Decode(input).Encode()));

    [Fact]
    public void Proof_nodes_whose_hash_is_right()
    {
        MerklePatriciaTrie trie = Trie(40, 2);
        byte[][] nodes = [.. trie.Nodes.Values];
        Hostile.Check<MerkleProofException>(Hostile.Bytes(nodes), input =>
        {
            // The attacker chooses the root too, so that the node is really read; its children are the honest ones.
            for (int key = 0; key < 4; key++)
            {
                byte[]? value = MerklePatriciaProof.Find(Keccak256.Hash(input), [(byte)(key * 61), 1], [input, .. trie.Prove([(byte)key, 0]).Skip(1)]);
                Assert.NotEqual([], value);
            }
        });
    }

    [Fact]
    public void Proofs_of_a_known_root()
    {
        MerklePatriciaTrie trie = Trie(300, 4);
        for (int key = 0; key < 300; key += 37)
        {
            IReadOnlyList<ReadOnlyMemory<byte>> proof = trie.Prove(Key(key));
            int chosen = key % proof.Count;
            Hostile.Check<MerkleProofException>(Hostile.Bytes(proof[chosen].ToArray()), input =>
            {
                byte[]? value = MerklePatriciaProof.Find(trie.Root, Key(key), [.. proof.Take(chosen), input, .. proof.Skip(chosen + 1)]);
                Assert.Equal(proof[chosen].ToArray(), input);
                Assert.NotNull(value);
            });
        }
    }

    [Fact]
    public void Abi_values()
    {
        using JsonDocument vectors = JsonDocument.Parse(File.ReadAllText(Checkout.PathOf("tests", "Ethereum.Tests", "vectors", "abi.json")));
        byte[][] samples = [.. vectors.RootElement.EnumerateObject().Select(static item => Hex.Decode(item.Value.GetProperty("data").GetString()!))];
        Hostile.Check<AbiException>(Hostile.Bytes(samples), static input =>
        {
            AbiDecoder decoder = new(input);
            (Hash32, Hash32) pair = decoder.StaticTuple(tuple => (tuple.Bytes32("a"), tuple.Bytes32("b")), "pair");
            byte[] bytes = decoder.Bytes("bytes").ToArray();
            string text = decoder.String("text");
            ulong[] numbers = decoder.Array(array => array.UInt64(), "numbers");
            (uint, byte[])[] tuples = decoder.Array(array => array.DynamicTuple(tuple => (tuple.UInt32(), tuple.Bytes().ToArray())), "tuples");
            byte[][] list = decoder.Array(array => array.Bytes().ToArray(), "list");
            bool flag = decoder.Bool("flag");
            decoder.End();

            // Tails may be in another order, but none may be longer or shorter.
            Assert.Equal(input.Length, AbiEncoder.Encode(encoder => encoder
                .StaticTuple(tuple => tuple.Bytes32(pair.Item1).Bytes32(pair.Item2)).Bytes(bytes).String(text)
                .Array(numbers, (array, item) => array.UInt64(item))
                .Array(tuples, (array, item) => array.DynamicTuple(tuple => tuple.UInt32(item.Item1).Bytes(item.Item2)))
                .Array(list, (array, item) => array.Bytes(item)).Bool(flag)).Length);
        });
    }

    [Fact]
    public void Abi_nested_arrays()
    {
        byte[] sample = AbiEncoder.Encode(encoder => encoder.Array<int[]>([[1, 2], [], [3]], (outer, row) =>
            outer.Array(row, (inner, item) => inner.Array<int>([item], (one, value) => one.UInt32((uint)value)))));
        Hostile.Check<AbiException>(Hostile.Bytes(sample), static input =>
            new AbiDecoder(input).Array(outer => outer.Array(inner => inner.Array(one => one.UInt()))));
    }

    [Fact]
    public void Reverts_never_throw()
    {
        RevertDecoder decoder = new([ContractError.Of<RevertDecoderTests.EveryKindError>()]);
        byte[][] samples =
        [
            new AbiError("E(uint8,bool,address,bytes2,bytes,string)").Encode(encoder => encoder
                .UInt8(1).Bool(true).Address(Someone).FixedBytes([1, 2]).Bytes([3]).String("a\n")),
            new AbiError("Error(string)").Encode(encoder => encoder.String("reason")),
            new AbiError("Panic(uint256)").Encode(encoder => encoder.UInt(0x11)),
        ];
        Hostile.Check<UnreachableFault>(Hostile.Bytes(samples), input =>
        {
            string text = decoder.Decode(input).ToString();
            Assert.DoesNotContain(text, static c => char.IsControl(c));
        });
    }

    [Fact]
    public void Call_data_and_topics()
    {
        AbiFunction function = new("move(bytes32,uint256,bytes32,bool)");
        byte[] call = function.Encode(encoder => encoder.Bytes32(Hash32.Zero).UInt(1).Bytes32(Hash32.Zero).Bool(true));
        Hostile.Check<AbiException>(Hostile.Bytes(call), input =>
        {
            AbiDecoder arguments = function.Arguments(input);
            (Hash32, UInt256, Hash32, bool) read = (arguments.Bytes32(), arguments.UInt(), arguments.Bytes32(), arguments.Bool());
            arguments.End();
            Assert.Equal(input, function.Encode(encoder => encoder.Bytes32(read.Item1).UInt(read.Item2).Bytes32(read.Item3).Bool(read.Item4)));
        });
    }

    private static byte[] Key(int i) => Keccak256.Hash(BitConverter.GetBytes(i)).ToArray();

    private static MerklePatriciaTrie Trie(int count, int valueLength) => MerklePatriciaTrie.Build(
        Enumerable.Range(0, count).Select(i => (
            (ReadOnlyMemory<byte>)(valueLength == 2 ? [(byte)(i * 61), (byte)i] : Key(i)),
            (ReadOnlyMemory<byte>)Enumerable.Repeat((byte)(i + 1), valueLength * 10).ToArray())));

    private static byte[] Header() => new BlockHeader
    {
        ParentHash = Hash32.FromUInt256(1),
        OmmersHash = Hash32.FromUInt256(2),
        Coinbase = Someone,
        StateRoot = Hash32.FromUInt256(3),
        TransactionsRoot = Hash32.FromUInt256(4),
        ReceiptsRoot = Hash32.FromUInt256(5),
        LogsBloom = Bloom.Of([]),
        Number = 1000,
        GasLimit = 30_000_000,
        GasUsed = 21_000,
        Timestamp = 1_700_000_000,
        ExtraData = new byte[] { 1, 2 },
        MixHash = Hash32.FromUInt256(6),
        BaseFeePerGas = 7,
        WithdrawalsRoot = Hash32.FromUInt256(8),
        BlobGasUsed = 0,
        ExcessBlobGas = 131_072,
        ParentBeaconBlockRoot = Hash32.FromUInt256(9),
        RequestsHash = Hash32.FromUInt256(10),
    }.Encode();

    private static byte[] Receipt(byte type)
    {
        Log[] logs = [new(Someone, [Hash32.FromUInt256(1), Hash32.FromUInt256(2)], new byte[70]), new(Someone, [], default)];
        return new Receipt { Type = type, Succeeded = true, CumulativeGasUsed = 90_000, LogsBloom = Bloom.Of(logs), Logs = logs }.Encode();
    }

    /// <summary>Writes an item again from its parts.</summary>
    private static Action<RlpWriter> Rewrite(byte[] item) => writer =>
    {
        RlpReader reader = new(item);
        if (!reader.IsList)
        {
            writer.Bytes(reader.ReadBytes());
            return;
        }

        RlpReader list = reader.ReadList();
        List<byte[]> members = [];
        while (!list.IsAtEnd)
        {
            members.Add(list.ReadRaw().ToArray());
        }

        writer.List(inner => members.ForEach(member => Rewrite(member)(inner)));
    };

    /// <summary>No decoder throws this: every exception is a failure.</summary>
    private sealed class UnreachableFault : Exception;
}
