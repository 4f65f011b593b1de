using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Gavel.TestKit;
using Nethereum.RLP;
using Judges = Gavel.TestKit.Judges;

namespace Gavel.Ethereum.Tests;

/// <summary>
/// What is read through the library against our former readers, on good and on mutated input: both accept and agree, or both refuse. Allowed
/// differences, all of them refusals of the product alone: a trie node of more than 1,024 bytes; in an account's proof a node of 32 bytes or an
/// embedded one (not judged); in a header from JSON a gas or time of more than 63 bits, and a name that stands twice.
/// </summary>
[Trait("Scale", "full")]
public sealed partial class DifferentialTests
{
    private static readonly Address Someone = Address.Parse("0x00000000000000000000000000000000deadbeef");
    private static readonly string Word = Hash32.FromUInt256(77).ToString();

    private static int Count => Scale.Of(400, 4_000);

    [Fact]
    public void Rlp() => Compare(
        Hostile.Bytes(Header().Encode(), Receipt().Encode(), [0xc0], [0x80], [0xc3, 0x81, 0x80, 0x05], [0xb8, 0x38, .. new byte[56]]),
        input => Accepts<RlpException>(() => StrictRlp.Decode(input)),
        input => Accepts<Judges.RlpException>(() =>
        {
            Judges.RlpReader reader = new(input);
            reader.ReadRaw();
            reader.End();
        }),
        input => Assert.Equal(input, Again(StrictRlp.Decode(input))));

    [Fact]
    public void Headers() => Compare(
        Hostile.Bytes(Header().Encode(), [.. Header().Encode()[..^33]]),
        input => Accepts<RlpException>(() => BlockHeader.Decode(input)),
        input => Accepts<Judges.RlpException>(() => Judges.BlockHeader.Decode(input)),
        input =>
        {
            BlockHeader ours = BlockHeader.Decode(input);
            Judges.BlockHeader judge = Judges.BlockHeader.Decode(input);
            Assert.Equal((judge.Hash, judge.ParentHash, judge.StateRoot, judge.ReceiptsRoot, judge.TransactionsRoot), (ours.Hash, ours.ParentHash, ours.StateRoot, ours.ReceiptsRoot, ours.TransactionsRoot));
            Assert.Equal((judge.Number, judge.GasLimit, judge.GasUsed, judge.Timestamp, judge.BaseFeePerGas), (ours.Number, ours.GasLimit, ours.GasUsed, ours.Timestamp, ours.BaseFeePerGas));
            Assert.Equal(
                (judge.WithdrawalsRoot, judge.BlobGasUsed, judge.ExcessBlobGas, judge.ParentBeaconBlockRoot, judge.RequestsHash),
                (ours.WithdrawalsRoot, ours.BlobGasUsed, ours.ExcessBlobGas, ours.ParentBeaconBlockRoot, ours.RequestsHash));
        });

    /// <summary>The limit of nesting is one and the same to a level, since the fault-proof program derives by it too.</summary>
    [Theory]
    [InlineData(63, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Nesting_in_a_header(int depth, bool accepted)
    {
        byte[] nested = [0xc0];
        for (int i = 1; i < depth; i++)
        {
            nested = RLP.EncodeList(nested);
        }

        byte[] header = RLP.EncodeList([.. StrictRlp.DecodeList(Header().Encode()).Select(item => RLP.EncodeElement(item.RLPData)), nested]);
        Assert.Equal(accepted, Accepts<RlpException>(() => BlockHeader.Decode(header)) != Refusal);
        Assert.Equal(accepted, Accepts<Judges.RlpException>(() => Judges.BlockHeader.Decode(header)) != Refusal);
        Assert.Equal(accepted, Accepts<RlpException>(() => StrictRlp.Decode(nested)) != Refusal);
    }

    [Fact]
    public void Accounts() => Compare(
        Hostile.Bytes(Judges.AccountState.None.Encode(), new Judges.AccountState(9, 1_000_000, Keccak256.Empty, Keccak256.Empty).Encode()),
        input => Accepts<RlpException>(() => AccountState.Decode(input)),
        input => Accepts<Judges.RlpException>(() => Judges.AccountState.Decode(input)),
        input => Assert.Equal(Judges.AccountState.Decode(input).ToString(), AccountState.Decode(input).ToString()));

    /// <summary>The attacker chooses the root too, so that every node is really read.</summary>
    [Fact]
    public void Storage_proofs()
    {
        // Keys of two bytes: with short values, embedded nodes and such of exactly 32 bytes.
        Judges.MerklePatriciaTrie[] tries = [Trie(40, i => 1), Trie(40, i => 24 + (i % 12)), Trie(300, i => 40)];
        foreach (Judges.MerklePatriciaTrie trie in tries)
        {
            Compare(
                Hostile.Bytes(trie.Nodes[trie.Root]),
                input => Found(input, trie, (root, key, proof) => Outcome<MerkleProofException>(() => StorageTrie.Find(root, key, proof))),
                input => input.Length > TrieNode.MaxBytes ? Refusal : Found(input, trie, (root, key, proof) => Outcome<Judges.MerkleProofException>(() => Judges.MerklePatriciaProof.Find(root, key, proof))),
                _ => { });
            for (int i = 0; i < 300; i++)
            {
                IReadOnlyList<ReadOnlyMemory<byte>> proof = trie.Prove(Key(i));
                Assert.Equal(Judges.MerklePatriciaProof.Find(trie.Root, Key(i), proof), StorageTrie.Find(trie.Root, Key(i), proof));
            }
        }

        Assert.Contains(tries[1].Nodes.Values, node => node.Length == Hash32.Size);
    }

    /// <summary>Where Nethereum's trie is used, nodes that it reads wrongly are told as not judged, never as an absence.</summary>
    [Fact]
    public void Account_proofs()
    {
        Judges.MerklePatriciaTrie accounts = Judges.MerklePatriciaTrie.Build(Enumerable.Range(0, 300).Select(i => (
            (ReadOnlyMemory<byte>)Keccak256.Hash(Key(i)).ToArray(), (ReadOnlyMemory<byte>)new Judges.AccountState((ulong)i, 5, Keccak256.Empty, Keccak256.Empty).Encode())));
        for (int i = 0; i < Scale.Of(30, 300); i++)
        {
            Hash32 key = Keccak256.Hash(Key(i * 3)); // two thirds are not there
            ReadOnlyMemory<byte>[] proof = [.. accounts.Prove(key.ToArray())];
            Assert.Equal(Judges.MerklePatriciaProof.Find(accounts.Root, key.ToArray(), proof), AccountTrie.Find(accounts.Root, key, proof));
        }

        Hash32 first = Keccak256.Hash(Key(0));
        IReadOnlyList<ReadOnlyMemory<byte>> good = accounts.Prove(first.ToArray());
        Compare(
            Hostile.Bytes([.. good.Select(node => node.ToArray())]),
            input => Account([input, .. good.Skip(1)], first),
            input => input.Length > TrieNode.MaxBytes ? Refusal
                : Outcome<Judges.MerkleProofException>(() => Judges.MerklePatriciaProof.Find(Keccak256.Hash(input), first.ToArray(), [input, .. good.Skip(1)])),
            _ => { },
            unavailable: true);

        // Nodes that no account trie has.
        Judges.MerklePatriciaTrie shorts = Judges.MerklePatriciaTrie.Build(Enumerable.Range(0, 256).Select(i => (
            (ReadOnlyMemory<byte>)(byte[])[.. new byte[30], (byte)i, (byte)(i * 7)], (ReadOnlyMemory<byte>)new byte[] { 1, 2, (byte)i })));
        Hash32 last = new([.. new byte[30], 3, 21]);
        Assert.NotNull(Judges.MerklePatriciaProof.Find(shorts.Root, last.ToArray(), shorts.Prove(last.ToArray())));
        Assert.True(Assert.Throws<MerkleProofException>(() => AccountTrie.Find(shorts.Root, last, shorts.Prove(last.ToArray()))).IsUnavailable);

        static string Account(IReadOnlyList<ReadOnlyMemory<byte>> proof, Hash32 key)
        {
            try
            {
                return AccountTrie.Find(Keccak256.Hash(proof[0].Span), key, proof) is { } leaf ? Hex.Encode(leaf) : "absent";
            }
            catch (MerkleProofException fault)
            {
                return fault.IsUnavailable ? NotJudged : Refusal;
            }
        }
    }

    [Fact]
    public void Headers_from_json()
    {
        JsonObject sample = new()
        {
            ["parentHash"] = Word,
            ["sha3Uncles"] = Word,
            ["miner"] = Someone.ToString(),
            ["stateRoot"] = Word,
            ["transactionsRoot"] = Word,
            ["receiptsRoot"] = Word,
            ["logsBloom"] = "0x" + new string('0', 512),
            ["difficulty"] = "0x0",
            ["number"] = "0x1",
            ["gasLimit"] = "0x2",
            ["gasUsed"] = "0x3",
            ["timestamp"] = "0x4",
            ["extraData"] = "0x",
            ["mixHash"] = Word,
            ["nonce"] = "0x0000000000000000",
            ["baseFeePerGas"] = "0x7",
            ["withdrawalsRoot"] = Word,
            ["blobGasUsed"] = "0x0",
            ["excessBlobGas"] = "0x0",
            ["parentBeaconBlockRoot"] = Word,
            ["requestsHash"] = Word,
            ["hash"] = Word,
        };
        CompareJson(
            sample,
            [],
            json => RpcBlock.Read(new RpcValue(json, "block")).ReadHeader().Hash.ToString(),
            json => Judges.BlockHeader.FromJson(json) is { } header
                && header is { GasLimit: <= long.MaxValue, GasUsed: <= long.MaxValue, Timestamp: <= long.MaxValue }
                && (header.BlobGasUsed ?? 0) <= long.MaxValue && (header.ExcessBlobGas ?? 0) <= long.MaxValue ? header.Hash.ToString() : Refusal,
            Rehashed);
    }

    [Fact]
    public void Receipts_from_json()
    {
        JsonObject log = new()
        {
            ["address"] = Someone.ToString(),
            ["topics"] = new JsonArray(Word, Word),
            ["data"] = "0x1234",
            ["blockNumber"] = "0x5",
            ["blockHash"] = Word,
            ["transactionHash"] = Word,
            ["transactionIndex"] = "0x0",
            ["logIndex"] = "0x0",
        };
        Judges.Log same = new(Someone, [Hash32.FromUInt256(77), Hash32.FromUInt256(77)], new byte[] { 0x12, 0x34 });
        JsonObject sample = new()
        {
            ["type"] = "0x2",
            ["status"] = "0x1",
            ["cumulativeGasUsed"] = "0x5208",
            ["logsBloom"] = Judges.Bloom.Of([same]).ToString(),
            ["logs"] = new JsonArray(log),
            ["transactionHash"] = Word,
            ["transactionIndex"] = "0x0",
            ["blockHash"] = Word,
            ["blockNumber"] = "0x5",
            ["from"] = Someone.ToString(),
            ["gasUsed"] = "0x1",
            ["effectiveGasPrice"] = "0x1",
        };
        CompareJson(
            sample,
            ["transactionHash", "transactionIndex", "blockHash", "blockNumber", "from", "gasUsed", "effectiveGasPrice", "logIndex"],
            json => Hex.Encode(RpcReceipt.Read(new RpcValue(json, "receipt")).Encode()),
            json => Hex.Encode(Judges.Receipt.FromJson(json).Encode()),
            (text, _) => text);
    }

    private const string Refusal = "refused";
    private const string NotJudged = "not judged";

    private static string Accepts<TFault>(Action read)
        where TFault : Exception => Outcome<TFault>(() =>
        {
            read();
            return [1];
        });

    private static string Outcome<TFault>(Func<byte[]?> read)
        where TFault : Exception
    {
        try
        {
            return read() is { } value ? Hex.Encode(value) : "absent";
        }
        catch (TFault)
        {
            return Refusal;
        }
    }

    private static void Compare(Gen<byte[]> inputs, Func<byte[], string> ours, Func<byte[], string> judge, Action<byte[]> agree, bool unavailable = false)
    {
        int accepted = 0, refused = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Count).WithReplay((ulong)Seed.Value, 3UL), Prop.ForAll(inputs.ToArbitrary(), input =>
        {
            string found = ours(input);
            if (unavailable && found == NotJudged)
            {
                return;
            }

            Assert.Equal(judge(input), found);
            refused += found.StartsWith(Refusal, StringComparison.Ordinal) ? 1 : 0;
            if (found != Refusal)
            {
                accepted++;
                agree(input);
            }
        }));
        Assert.True(accepted > 0 && refused > 0, $"{accepted} accepted, {refused} refused");
    }

    private static void CompareJson(
        JsonObject sample, string[] left, Func<JsonElement, string> ours, Func<JsonElement, string> judge, Func<string, Func<JsonElement, string>, string> mend)
    {
        Random random = new(Seed.Value);
        int accepted = 0, refused = 0;
        for (int i = 0; i < Count; i++)
        {
            JsonNode root = sample.DeepClone();
            for (int steps = random.Next(3); steps >= 0; steps--)
            {
                Damage(random, root, left);
            }

            string text = mend(root.ToJsonString().Replace("@@", "\\ud800", StringComparison.Ordinal), judge);
            using JsonDocument json = JsonDocument.Parse(text);
            string found = Read(ours, json.RootElement, out string reason);
            string judged = Read(judge, json.RootElement, out _);
            Assert.True(judged == found, $"{(found == Refusal ? reason : "accepted")}, but the judge: {judged[..Math.Min(70, judged.Length)]}");
            _ = found == Refusal ? refused++ : accepted++;
        }

        Assert.True(accepted > 10 && refused > 10, $"{accepted} accepted, {refused} refused");
    }

    private static string Read(Func<JsonElement, string> read, JsonElement json, out string reason)
    {
        reason = "";
        try
        {
            return read(json);
        }
        catch (Exception fault) when (fault is RpcException or Judges.ChainDataException)
        {
            Assert.True(fault.Message.Length < 1_500, fault.Message);
            reason = fault.Message;
            return Refusal;
        }
    }

    // Most mutants have another hash: half of them state it.
    private static string Rehashed(string text, Func<JsonElement, string> judge)
    {
        using JsonDocument json = JsonDocument.Parse(text);
        try
        {
            judge(json.RootElement);
            return text;
        }
        catch (Judges.ChainDataException fault) when (HashTo().Match(fault.Message) is { Success: true } match && text.Length % 4 > 0)
        {
            JsonNode changed = JsonNode.Parse(text)!;
            changed["hash"] = match.Groups[1].Value;
            return changed.ToJsonString();
        }
        catch (Judges.ChainDataException)
        {
            return text;
        }
    }

    [GeneratedRegex("fields hash to (0x[0-9a-f]{64})")]
    private static partial Regex HashTo();

    private static void Damage(Random random, JsonNode at, string[] left)
    {
        if (at is JsonArray { Count: > 0 } list)
        {
            int index = random.Next(list.Count);
            if (list[index] is JsonObject inside)
            {
                Damage(random, inside, left);
            }
            else
            {
                list[index] = Strange(random, list[index]);
            }
        }
        else if (at is JsonObject fields)
        {
            string[] names = [.. fields.Select(field => field.Key).Except(left)];
            string name = names[random.Next(names.Length)];
            if (fields[name] is JsonArray { Count: > 0 } inner && random.Next(3) > 0)
            {
                Damage(random, inner, left);
            }
            else if (random.Next(6) == 0)
            {
                fields.Remove(name);
            }
            else
            {
                fields[name] = Strange(random, fields[name]);
            }
        }
    }

    private static JsonNode? Strange(Random random, JsonNode? old)
    {
        string text = old is JsonValue value && value.TryGetValue(out string? given) ? given : "0x1";
        return random.Next(15) switch
        {
            0 => null,
            1 => 5,
            2 => true,
            3 => new JsonArray(),
            4 => new JsonObject(),
            5 => "",
            6 => "0x",
            7 => "0xzz",
            8 => "0x@@",
            9 => "0x" + new string('f', random.Next(200)),
            10 => "0x" + new string('0', 5_000),
            11 => text.ToUpperInvariant(),
            12 => text.Length > 2 ? text[..^1] + "123456789abcdef"[random.Next(15)] : "x",
            13 => text.Length > 2 ? "0x0" + text[2..] : "x",
            _ => text.Length > 2 ? text[..^1] : "x",
        };
    }

    private static byte[] Again(IRLPElement item) =>
        item is RLPCollection list ? RLP.EncodeList([.. list.Select(Again)]) : RLP.EncodeElement(item.RLPData ?? []);

    private static string Found(byte[] node, Judges.MerklePatriciaTrie trie, Func<Hash32, byte[], IReadOnlyList<ReadOnlyMemory<byte>>, string> find) =>
        string.Join(' ', Enumerable.Range(0, 4).Select(i => find(Keccak256.Hash(node), Key(i * 11), [node, .. trie.Prove(Key(i * 11)).Skip(1)]))) is var all
            && all.Split(' ').All(one => one == Refusal) ? Refusal : all;

    private static byte[] Key(int i) => [(byte)(i * 61), (byte)i, (byte)(i >> 8)];

    private static Judges.MerklePatriciaTrie Trie(int count, Func<int, int> length) => Judges.MerklePatriciaTrie.Build(Enumerable.Range(0, count).Select(i => (
        (ReadOnlyMemory<byte>)Key(i), (ReadOnlyMemory<byte>)Enumerable.Repeat((byte)((i % 100) + 1), length(i)).ToArray())));

    private static Judges.BlockHeader Header() => new()
    {
        ParentHash = Hash32.FromUInt256(1),
        OmmersHash = Hash32.FromUInt256(2),
        Coinbase = Someone,
        StateRoot = Hash32.FromUInt256(3),
        TransactionsRoot = Hash32.FromUInt256(4),
        ReceiptsRoot = Hash32.FromUInt256(5),
        LogsBloom = Judges.Bloom.Of([]),
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
    };

    private static Judges.Receipt Receipt()
    {
        Judges.Log[] logs = [new(Someone, [Hash32.FromUInt256(1), Hash32.FromUInt256(2)], new byte[70]), new(Someone, [], default)];
        return new Judges.Receipt { Type = 0, Succeeded = true, CumulativeGasUsed = 90_000, LogsBloom = Judges.Bloom.Of(logs), Logs = logs };
    }
}
