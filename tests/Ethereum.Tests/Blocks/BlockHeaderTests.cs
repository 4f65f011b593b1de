using System.Text.Json;
using System.Text.Json.Nodes;
using Nethereum.RLP;

namespace Gavel.Ethereum.Tests;

/// <summary>Headers of every fork since London as anvil makes them: its hash is the outside answer.</summary>
public sealed class BlockHeaderTests
{
    private const string From = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

    [Theory]
    [InlineData("london", 16)]
    [InlineData("paris", 16)]
    [InlineData("shanghai", 17)]
    [InlineData("cancun", 20)]
    [InlineData("prague", 21)]
    [InlineData("osaka", 21)]
    public async Task Headers_of_each_fork_hash_to_what_the_node_states(string fork, int fields)
    {
        await using AnvilChain chain = await AnvilChain.StartAsync("--hardfork", fork);
        await chain.MineAsync(new JsonObject { ["from"] = From, ["data"] = AnvilChain.LoggingInitCode, ["gas"] = "0x50000" });
        RpcBlock block = await chain.Reader.GetBlockAsync(BlockRef.Latest, default);
        BlockHeader header = block.ReadHeader();
        Assert.Equal(block.Hash, header.Hash);
        Assert.Equal((1ul, block.StateRoot, block.ReceiptsRoot, block.ParentHash), (header.Number, header.StateRoot, header.ReceiptsRoot, header.ParentHash));
        Assert.Equal((block.TransactionsRoot, block.GasLimit, block.GasUsed, block.Timestamp), (header.TransactionsRoot, header.GasLimit, header.GasUsed, header.Timestamp));
        Assert.Equal(block.BaseFeePerGas, header.BaseFeePerGas);
        Assert.Equal(fields >= 17, header.WithdrawalsRoot is not null);
        Assert.Equal(fields >= 20, header.BlobGasUsed is not null && header.ExcessBlobGas is not null && header.ParentBeaconBlockRoot is not null);
        Assert.Equal(fields >= 21, header.RequestsHash is not null);
        Assert.Equal(fields, StrictRlp.DecodeList(header.Encode()).Count);
        Assert.Equal(header.RequestsHash, BlockHeader.Decode(header.Encode()).RequestsHash);
    }

    [Fact]
    public async Task A_header_with_any_other_field_is_refused()
    {
        await using AnvilChain chain = await AnvilChain.StartAsync();
        JsonElement json = await chain.MineAsync();
        string[] names =
        [
            "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty", "number", "gasLimit",
            "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas",
            "parentBeaconBlockRoot", "requestsHash", "hash",
        ];
        foreach (string name in names)
        {
            JsonObject changed = JsonObject.Create(json)!;
            string old = (string)changed[name]!;
            changed[name] = name == "extraData" ? "0x01" : old[..^1] + (old[^1] == '1' ? '2' : '1');
            Assert.EndsWith(".hash", Place(changed), StringComparison.Ordinal);
            foreach (JsonNode strange in (JsonNode[])["0xzz", 5, "0x" + new string('f', 70)])
            {
                changed[name] = strange.DeepClone();
                if (name != "extraData" || strange.GetValueKind() == JsonValueKind.Number)
                {
                    Assert.EndsWith($".{name}", Place(changed), StringComparison.Ordinal);
                }
            }

            changed.Remove(name);
            Place(changed);
            changed[name] = null;
            Place(changed);
        }

        static string Place(JsonObject changed) => Read(changed).Message.Split(':')[0];

        static RpcException Read(JsonObject changed)
        {
            RpcException refusal = Assert.Throws<RpcException>(() => RpcBlock.Read(new RpcValue(JsonDocument.Parse(changed.ToJsonString()).RootElement, "block")).ReadHeader());
            Assert.Equal(RpcErrorKind.Malformed, refusal.Kind);
            return refusal;
        }
    }

    [Fact]
    public async Task Fields_of_forks_to_come_stay_in_the_hash()
    {
        await using AnvilChain chain = await AnvilChain.StartAsync();
        JsonElement json = await chain.MineAsync();
        BlockHeader known = (await chain.Reader.GetBlockAsync(BlockRef.Latest, default)).ReadHeader();
        byte[][] items = [.. StrictRlp.DecodeList(known.Encode()).Select(static item => RLP.EncodeElement(item.RLPData))];
        byte[] newer = RLP.EncodeList([.. items, RLP.EncodeElement(Hash32.FromUInt256(5).ToArray()), RLP.EncodeList([1], RLP.EncodeList())]);
        BlockHeader header = BlockHeader.Decode(newer);
        Assert.Equal(newer, header.Encode());
        Assert.Equal(Keccak256.Hash(newer), header.Hash);
        Assert.Equal(known.StateRoot, header.StateRoot);

        // JSON does not tell where an unknown field stands in the header.
        JsonObject future = JsonObject.Create(json)!;
        future["hash"] = header.Hash.ToString();
        future["someRoot"] = Hash32.FromUInt256(5).ToString();
        RpcException fault = Assert.Throws<RpcException>(
            () => RpcBlock.Read(new RpcValue(JsonDocument.Parse(future.ToJsonString()).RootElement, "block")).ReadHeader());
        Assert.Contains("a fork has added fields", fault.Message, StringComparison.Ordinal);
    }
}
