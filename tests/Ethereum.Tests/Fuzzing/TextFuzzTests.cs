using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Gavel.TestKit;
using AbiError = Gavel.TestKit.Judges.AbiError;
using AbiEvent = Gavel.TestKit.Judges.AbiEvent;
using AbiException = Gavel.TestKit.Judges.AbiException;
using AbiFunction = Gavel.TestKit.Judges.AbiFunction;

namespace Gavel.Ethereum.Tests;

/// <summary>Hostile text and JSON into every reader of text.</summary>
[Trait("Scale", "full")]
public sealed class TextFuzzTests
{
    private static readonly string Word = Hash32.FromUInt256(77).ToString();

    [Fact]
    public void Hex_numbers_and_addresses()
    {
        byte[][] samples = [.. new[] { Word, "0x", "0x0", "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "123456789", "0x1234567890abcdef" }.Select(Encoding.UTF8.GetBytes)];
        Hostile.Check<FormatException>(Hostile.Bytes(samples), static input => Hex.Decode(Encoding.Latin1.GetString(input)));
        Hostile.Check<FormatException>(Hostile.Bytes(samples), static input => Hash32.Parse(Encoding.Latin1.GetString(input)));
        Hostile.Check<FormatException>(Hostile.Bytes(samples), static input => Address.Parse(Encoding.Latin1.GetString(input)));
        Hostile.Check<FormatException>(Hostile.Bytes(samples), static input => UInt256.Parse(Encoding.Latin1.GetString(input)));
        Hostile.Check<FormatException>(Hostile.Bytes(samples), static input => Hex.QuantityToUInt64(Encoding.Latin1.GetString(input)));
        Hostile.Check<FormatException>(Hostile.Bytes(samples), static input => Selector.Parse(Encoding.Latin1.GetString(input)));
    }

    [Fact]
    public void Signatures()
    {
        byte[][] samples =
        [
            .. new[]
            {
                "squeezeLPP(address,uint256,(uint64[25]),(bytes,uint256,bytes32),bytes32[],(bytes,uint256,bytes32) post,bytes32[])",
                "Move(uint256 indexed parentIndex, bytes32 indexed claim, address indexed claimant)", "f(" + new string('(', 3000), "f(uint8" + new string('[', 99),
                "f(uint8[1][2][3][4][5])",
            }.Select(Encoding.UTF8.GetBytes),
        ];
        Hostile.Check<AbiException>(Hostile.Bytes(samples), static input =>
        {
            AbiFunction function = new(Encoding.Latin1.GetString(input));
            Assert.Equal(function.Signature, new AbiFunction(function.Signature).Signature);
        });
        Hostile.Check<AbiException>(Hostile.Bytes(samples), static input =>
            Assert.NotEmpty(new AbiEvent(Encoding.Latin1.GetString(input)).Name));
        Hostile.Check<AbiException>(Hostile.Bytes(samples), static input =>
            Assert.NotEmpty(new AbiError(Encoding.Latin1.GetString(input)).Name));
    }

    [Fact]
    public void Headers_from_json() => CheckJson(static json => BlockHeader.FromJson(json), new JsonObject
    {
        ["parentHash"] = Word,
        ["sha3Uncles"] = Word,
        ["miner"] = "0x" + new string('1', 40),
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
    });

    [Fact]
    public void Receipts_from_json() => CheckJson(static json => Receipt.FromJson(json), new JsonObject
    {
        ["type"] = "0x2",
        ["status"] = "0x1",
        ["cumulativeGasUsed"] = "0x5208",
        ["logsBloom"] = "0x" + new string('0', 512),
        ["logs"] = new JsonArray(new JsonObject
        {
            ["address"] = "0x" + new string('1', 40),
            ["topics"] = new JsonArray(Word, Word),
            ["data"] = "0x1234",
        }),
    });

    [Fact]
    public void Account_proofs_from_json()
    {
        JsonObject sample = new()
        {
            ["address"] = "0x" + new string('1', 40),
            ["nonce"] = "0x1",
            ["balance"] = "0x2",
            ["codeHash"] = Word,
            ["storageHash"] = Word,
            ["accountProof"] = new JsonArray("0xc0", "0x01"),
            ["storageProof"] = new JsonArray(new JsonObject { ["key"] = "0x1", ["value"] = "0x2", ["proof"] = new JsonArray("0x80") }),
        };
        CheckJson(static json => AccountProof.FromJson(json), sample);

        // What is read must also verify or be refused with its own error.
        AccountProof read = AccountProof.FromJson(JsonDocument.Parse(sample.ToJsonString()).RootElement);
        Assert.Throws<MerkleProofException>(() => read.Verify(Hash32.Parse(Word)));
    }

    private static void CheckJson(Action<JsonElement> read, JsonObject sample)
    {
        Gen<string> texts =
            from seed in Gen.Choose(0, int.MaxValue)
            from steps in Gen.Choose(1, 4)
            select Damaged(sample, seed, steps);
        Config config = Config.QuickThrowOnFailure.WithMaxTest(Scale.Of(1_500, 20_000)).WithReplay(20_261_121, 9);
        FsCheck.Check.One(config, Prop.ForAll(texts.ToArbitrary(), text =>
        {
            using JsonDocument json = JsonDocument.Parse(text);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(json.RootElement);
            }
            catch (ChainDataException fault)
            {
                Assert.False(string.IsNullOrEmpty(fault.Place));
                Assert.StartsWith(fault.Place, fault.Message, StringComparison.Ordinal);
                Assert.True(fault.Message.Length < 1_000, fault.Message);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 1_000_000 + (50L * text.Length), $"{text.Length} characters cost {allocated} bytes");
        }));
    }

    private static string Damaged(JsonObject sample, int seed, int steps)
    {
        Random random = new(seed);
        JsonNode root = sample.DeepClone();
        for (int i = 0; i < steps; i++)
        {
            JsonNode? at = root;
            while (true)
            {
                if (at is JsonObject { Count: > 0 } inside)
                {
                    string name = inside.ElementAt(random.Next(inside.Count)).Key;
                    if (inside[name] is JsonArray or JsonObject && random.Next(3) > 0)
                    {
                        at = inside[name];
                        continue;
                    }

                    if (random.Next(5) == 0)
                    {
                        inside.Remove(name);
                    }
                    else
                    {
                        inside[name] = Strange(random, inside[name]);
                    }
                }
                else if (at is JsonArray { Count: > 0 } list)
                {
                    int index = random.Next(list.Count);
                    if (list[index] is JsonArray or JsonObject && random.Next(3) > 0)
                    {
                        at = list[index];
                        continue;
                    }

                    list[index] = Strange(random, list[index]);
                }

                break;
            }
        }

        // A lone surrogate is legal in JSON text and no legal string.
        return (random.Next(50) == 0 ? Strange(random, root)?.ToJsonString() ?? "null" : root.ToJsonString()).Replace("@@", "\\ud800", StringComparison.Ordinal);
    }

    private static JsonNode? Strange(Random random, JsonNode? old) => random.Next(14) switch
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
        10 => "0x" + new string('0', 100_000),
        11 => new JsonArray([.. Enumerable.Repeat(0, 200).Select(_ => (JsonNode)"0x1")]),
        12 => Nested(40),
        _ => old is JsonValue value && value.TryGetValue(out string? text) && text.Length > 2 ? text[..^1] : "x",
    };

    private static JsonArray Nested(int depth) => depth == 0 ? [] : [Nested(depth - 1)];
}
