using System.Text.Json.Nodes;

namespace Gavel.Ethereum.Tests;

/// <summary>Answers that look right and are not: each is refused with its place, and none becomes a zero, an absence or a hang.</summary>
public sealed class HostileAnswerTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string Word = Keccak256.Empty.ToString();
    private static readonly Address Someone = Address.Parse("0x00000000000000000000000000000000deadbeef");

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\"0x\"")]
    [InlineData("\"0xg1\"")]
    [InlineData("\"12\"")]
    [InlineData("12")]
    [InlineData("1.5e300")]
    [InlineData("true")]
    [InlineData("[]")]
    [InlineData("{\"balance\":\"0x1\"}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"0x1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"")]
    public async Task What_is_no_quantity_is_refused(string json)
    {
        ChainReader reader = new(ScriptedRpc.Of(json));
        await Refused("eth_getBalance", () => reader.GetBalanceAsync(Someone, BlockRef.Latest, None));
        await Refused("eth_getTransactionCount", () => reader.GetTransactionCountAsync(Someone, BlockRef.Latest, None));
        await Refused("eth_chainId", () => reader.GetChainIdAsync(None));
        await Refused("eth_estimateGas", () => reader.EstimateGasAsync(new CallRequest(), BlockRef.Latest, None));
        await Refused("eth_blobBaseFee", () => reader.GetBlobBaseFeeAsync(None));
    }

    [Fact]
    public async Task A_quantity_of_20_MB_costs_no_number()
    {
        ChainReader reader = new(ScriptedRpc.Of($"\"0x{new string('f', 20_000_000)}\""));
        long before = GC.GetAllocatedBytesForCurrentThread();
        await Refused("eth_gasPrice", () => reader.GetGasPriceAsync(None));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 60_000_000); // its text once for the message, no arithmetic
        Assert.Equal((UInt256)1, await new ChainReader(ScriptedRpc.Of("\"0x0001\"")).GetGasPriceAsync(None));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"0xabc\"")]
    [InlineData("\"reverted\"")]
    [InlineData("{}")]
    public async Task What_is_no_byte_string_is_refused(string json)
    {
        ChainReader reader = new(ScriptedRpc.Of(json));
        await Refused("eth_call", () => reader.CallAsync(new CallRequest { To = Someone }, BlockRef.Latest, None));
        await Refused("eth_getCode", () => reader.GetCodeAsync(Someone, BlockRef.Latest, None));
        await Refused("eth_getStorageAt", () => reader.GetStorageAtAsync(Someone, Hash32.Zero, BlockRef.Latest, None));
        await Refused("eth_sendRawTransaction", () => reader.SendRawTransactionAsync(new byte[1], None));
        await Refused("eth_call[0]", async () => _ = (await reader.CallManyAsync([new CallRequest()], BlockRef.Latest, None))[0].Output);
    }

    [Fact]
    public async Task Answers_about_something_else_are_refused()
    {
        Hash32 asked = Hash32.FromUInt256(1);
        JsonObject block = new()
        {
            ["number"] = "0x5",
            ["hash"] = Word,
            ["parentHash"] = Word,
            ["timestamp"] = "0x1",
            ["stateRoot"] = Word,
            ["transactionsRoot"] = Word,
            ["receiptsRoot"] = Word,
            ["gasLimit"] = "0x1",
            ["gasUsed"] = "0x1",
            ["transactions"] = new JsonArray(Word),
        };
        ChainReader reader = new(ScriptedRpc.Of(block));
        Assert.Equal(5ul, (await reader.GetBlockAsync(5, None)).Number);
        await Refused("eth_getBlockByHash.hash", () => reader.FindBlockAsync(BlockRef.At(asked), None));
        await Refused("eth_getBlockByNumber.number", () => reader.FindBlockAsync(6, None));

        JsonObject log = new()
        {
            ["address"] = Someone.ToString(),
            ["topics"] = new JsonArray(Word),
            ["data"] = "0x",
            ["blockNumber"] = "0x5",
            ["blockHash"] = Word,
            ["transactionHash"] = Word,
            ["transactionIndex"] = "0x0",
            ["logIndex"] = "0x0",
        };
        JsonObject receipt = new()
        {
            ["transactionHash"] = Word,
            ["transactionIndex"] = "0x0",
            ["blockHash"] = Word,
            ["blockNumber"] = "0x5",
            ["from"] = Someone.ToString(),
            ["status"] = "0x1",
            ["gasUsed"] = "0x1",
            ["cumulativeGasUsed"] = "0x1",
            ["effectiveGasPrice"] = "0x1",
            ["logs"] = new JsonArray(log.DeepClone()),
        };
        await Refused("eth_getLogs", () => new ChainReader(ScriptedRpc.Of(new JsonArray(log.DeepClone()))).GetLogsAsync(new LogFilter { BlockHash = asked }, None));
        await Refused("eth_getTransactionReceipt.transactionHash", () => new ChainReader(ScriptedRpc.Of(receipt)).FindReceiptAsync(asked, None));
        await Refused("eth_getBlockReceipts", () => new ChainReader(ScriptedRpc.Of(new JsonArray(receipt.DeepClone()))).FindBlockReceiptsAsync(BlockRef.At(asked), None));
        await Refused("eth_getTransactionByHash.hash", () => new ChainReader(
            ScriptedRpc.Of(new JsonObject { ["hash"] = Word, ["from"] = Someone.ToString(), ["nonce"] = "0x0" })).FindTransactionAsync(asked, None));

        await Refused("eth_getLogs[0]", () => new ChainReader(ScriptedRpc.Of("[null]")).GetLogsAsync(new LogFilter(), None));
        await Refused("eth_getLogs", () => new ChainReader(ScriptedRpc.Of("null")).GetLogsAsync(new LogFilter(), None));
        foreach ((string name, JsonNode? value) in new (string, JsonNode?)[]
        {
            ("topics", null), ("topics", new JsonArray((JsonNode?)null)), ("topics", new JsonArray(5)), ("topics", new JsonArray(Word, Word, Word, Word, Word)),
            ("address", "0x1"), ("data", null), ("blockHash", null), ("logIndex", "0x1ffffffffffffffff"),
        })
        {
            JsonNode changed = log.DeepClone();
            changed[name] = value;
            await Refused("eth_getLogs[0]", () => new ChainReader(ScriptedRpc.Of(new JsonArray(changed))).GetLogsAsync(new LogFilter(), None));
        }

        string half = log.ToJsonString().Replace($"[\"{Word}\"]", "[\"\\ud800\"]", StringComparison.Ordinal);
        await Refused("eth_getLogs[0].topics[0]", () => new ChainReader(ScriptedRpc.Of($"[{half}]")).GetLogsAsync(new LogFilter(), None));
    }

    [Fact]
    public async Task A_name_that_stands_twice_is_refused()
    {
        ChainReader reader = new(ScriptedRpc.Of($$"""{"hash":"{{Word}}","hash":"{{Hash32.Zero}}","from":"{{Someone}}","nonce":"0x1"}"""));
        await Refused("eth_getTransactionByHash", () => reader.FindTransactionAsync(Hash32.Zero, None));
    }

    /// <summary>
    /// An account proof without slots is one, however its node writes that there are none: a missing or null list of slots made the whole node
    /// count as useless before.
    /// </summary>
    [Theory]
    [InlineData("storageProof", null, true)]
    [InlineData("storageProof", "[]", true)]
    [InlineData("storageProof", "null", true)]
    [InlineData("accountProof", "null", true)] // an empty trie has no nodes, and Go writes an empty list as null
    [InlineData("nonce", "\"0x00\"", true)]
    [InlineData("balance", "\"0x0000\"", true)]
    [InlineData("codeHash", "\"0x0000000000000000000000000000000000000000000000000000000000000000\"", true)]
    [InlineData("storageProof", "{}", false)]
    [InlineData("storageProof", "[null]", false)]
    [InlineData("accountProof", "[null]", false)]
    [InlineData("accountProof", "\"0x\"", false)]
    [InlineData("accountProof", "[5]", false)]
    [InlineData("codeHash", null, false)]
    [InlineData("storageHash", "null", false)]
    [InlineData("nonce", "\"0x\"", false)]
    [InlineData("balance", "0", false)]
    [InlineData("address", null, false)]
    [InlineData("address", "\"0x0000000000000000000000000000000000000001\"", false)]
    public async Task Account_proofs_are_taken_as_nodes_write_them(string name, string? json, bool taken)
    {
        JsonObject answer = Proof();
        answer.Remove(name);
        if (json is not null)
        {
            answer[name] = JsonNode.Parse(json);
        }

        ChainReader reader = new(ScriptedRpc.Of(answer));
        if (taken)
        {
            AccountProof proof = await reader.GetProofAsync(Someone, [], BlockRef.Latest, None);
            proof.Verify(StorageTrie.EmptyRoot);
            Assert.False(Assert.Throws<MerkleProofException>(() => proof.Verify(Hash32.FromUInt256(1))).IsUnavailable);
        }
        else
        {
            await Refused("eth_getProof", () => reader.GetProofAsync(Someone, [], BlockRef.Latest, None));
        }
    }

    [Fact]
    public async Task A_proof_lacks_no_slot_that_was_asked_for()
    {
        Hash32[] slots = [Hash32.Zero, Hash32.FromUInt256(7)];
        JsonObject answer = Proof();
        foreach (string? storage in (string?[])[null, "null", "[]", """[{"key":"0x0","value":"0x0","proof":[]}]""", """[{"key":"0x7","value":"0x0","proof":[]},{"key":"0x0","value":"0x0","proof":[]}]"""])
        {
            answer["storageProof"] = storage is null ? null : JsonNode.Parse(storage);
            await Refused("eth_getProof", () => new ChainReader(ScriptedRpc.Of(answer)).GetProofAsync(Someone, slots, BlockRef.Latest, None));
        }

        answer["storageProof"] = JsonNode.Parse($$"""[{"key":"0x0","value":"0x0","proof":null},{"key":"{{slots[1]}}","value":"0x00","proof":["0x80"]}]""");
        (await new ChainReader(ScriptedRpc.Of(answer)).GetProofAsync(Someone, slots, BlockRef.Latest, None)).Verify(StorageTrie.EmptyRoot);
    }

    private static JsonObject Proof() => new()
    {
        ["address"] = Someone.ToString(),
        ["nonce"] = "0x0",
        ["balance"] = "0x0",
        ["codeHash"] = Keccak256.Empty.ToString(),
        ["storageHash"] = StorageTrie.EmptyRoot.ToString(),
        ["accountProof"] = new JsonArray(),
        ["storageProof"] = new JsonArray(),
    };

    private static async Task Refused(string place, Func<Task> read)
    {
        RpcException refusal = await Assert.ThrowsAsync<RpcException>(read);
        Assert.Equal(RpcErrorKind.Malformed, refusal.Kind);
        Assert.StartsWith(place, refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.Message.Length < 1_000, refusal.Message);
    }
}
