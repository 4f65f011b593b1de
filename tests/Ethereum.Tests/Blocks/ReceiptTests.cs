using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.Ethereum;
using Gavel.Ethereum.Tests;

namespace Gavel.TestKit.Judges.Tests;

/// <summary>Receipts and transactions of a block of 140 (past the index 128, where keys grow) against the roots in anvil's header.</summary>
public sealed class ReceiptTests
{
    private const string From = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

    [Fact]
    public async Task Roots_of_a_block_are_those_of_its_header()
    {
        await using AnvilChain chain = await AnvilChain.StartAsync("--hardfork", "prague");
        JsonElement block = await chain.MineAsync([.. Enumerable.Range(0, 140).Select(Transaction)]);
        BlockHeader header = BlockHeader.FromJson(block);

        JsonElement json = await chain.AskAsync("eth_getBlockReceipts", "latest");
        Receipt[] receipts = [.. json.EnumerateArray().Select(static item => Receipt.FromJson(item))];
        Assert.Equal("0,1,2", string.Join(",", receipts.Select(static receipt => receipt.Type).Distinct().Order()));
        Assert.Contains(receipts, static receipt => !receipt.Succeeded);
        Assert.Contains(receipts, static receipt => receipt.Logs.Count > 0);
        Assert.Equal(header.ReceiptsRoot, IndexTrie.RootOfReceipts(receipts));
        Assert.Equal(header.LogsBloom, Bloom.Of(receipts.SelectMany(static receipt => receipt.Logs)));
        Assert.Equal(header.WithdrawalsRoot, IndexTrie.RootOf([]));

        IReadOnlyList<RpcReceipt> read = (await chain.Reader.FindBlockReceiptsAsync(BlockRef.Latest, default))!;
        Assert.Equal(receipts.Select(static receipt => Hex.Encode(receipt.Encode())), read.Select(static receipt => Hex.Encode(receipt.Encode())));

        List<ReadOnlyMemory<byte>> transactions = [];
        foreach (JsonElement hash in block.GetProperty("transactions").EnumerateArray())
        {
            JsonElement raw = await chain.AskAsync("debug_getRawTransaction", hash.GetString());
            byte[] bytes = Hex.Decode(raw.GetString()!);
            Assert.Equal(hash.GetString(), Keccak256.Hash(bytes).ToString());
            transactions.Add(bytes);
        }

        Assert.Equal(header.TransactionsRoot, IndexTrie.RootOf(transactions));
        (transactions[3], transactions[4]) = (transactions[4], transactions[3]);
        Assert.NotEqual(header.TransactionsRoot, IndexTrie.RootOf(transactions));

        MerklePatriciaTrie trie = IndexTrie.Build([.. receipts.Select(static receipt => (ReadOnlyMemory<byte>)receipt.Encode())]);
        foreach ((Hash32 hash, byte[] node) in trie.Nodes)
        {
            Assert.Equal(hash, Keccak256.Hash(node));
        }

        for (int i = 0; i < receipts.Length; i++)
        {
            byte[] encoded = receipts[i].Encode();
            Assert.Equal(encoded, MerklePatriciaProof.Find(header.ReceiptsRoot, IndexTrie.Key(i), trie.Prove(IndexTrie.Key(i))));
            Receipt decoded = Receipt.Decode(encoded);
            Assert.Equal(encoded, decoded.Encode());
            Assert.Equal(receipts[i].Type, decoded.Type);
        }

        Assert.Null(MerklePatriciaProof.Find(header.ReceiptsRoot, IndexTrie.Key(140), trie.Prove(IndexTrie.Key(140))));
    }

    [Fact]
    public void A_filter_that_is_not_of_the_logs_is_refused()
    {
        string bloom = "0x" + new string('0', 511) + "1";
        string json = $$"""{"type":"0x2","status":"0x1","cumulativeGasUsed":"0x5208","logs":[],"logsBloom":"{{bloom}}"}""";
        ChainDataException fault = Assert.Throws<ChainDataException>(() => Receipt.FromJson(JsonDocument.Parse(json).RootElement));
        Assert.Equal("receipt.logsBloom", fault.Place);
    }

    [Fact]
    public void The_trie_without_items_has_one_node()
    {
        MerklePatriciaTrie trie = IndexTrie.Build([]);
        Assert.Equal("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421", trie.Root.ToString());
        Assert.Equal([0x80], trie.Nodes[trie.Root]);
        Assert.Throws<ArgumentException>(() => IndexTrie.Build([ReadOnlyMemory<byte>.Empty]));
    }

    private static JsonObject Transaction(int i) => (i % 4) switch
    {
        0 => new JsonObject { ["from"] = From, ["to"] = From, ["value"] = "0x1", ["gas"] = "0x5208", ["gasPrice"] = "0x77359400" },
        1 => new JsonObject { ["from"] = From, ["data"] = AnvilChain.LoggingInitCode, ["gas"] = "0x30000" },
        2 => new JsonObject
        {
            ["from"] = From,
            ["to"] = From,
            ["gas"] = "0x6000",
            ["gasPrice"] = "0x77359400",
            ["type"] = "0x1",
            ["accessList"] = new JsonArray(),
        },
        _ => new JsonObject { ["from"] = From, ["data"] = "0xfe", ["gas"] = "0x10000" },
    };
}
