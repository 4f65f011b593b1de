using System.Text.Json;
using System.Text.Json.Nodes;
using AbiEvent = Gavel.TestKit.Judges.AbiEvent;

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
        JsonElement json = await chain.MineAsync(new JsonObject { ["from"] = From, ["data"] = AnvilChain.LoggingInitCode, ["gas"] = "0x50000" });
        BlockHeader header = BlockHeader.FromJson(json);
        Assert.Equal(json.GetProperty("hash").GetString(), header.Hash.ToString());
        Assert.Equal(1ul, header.Number);
        Assert.NotNull(header.BaseFeePerGas);
        Assert.Equal(fields >= 17, header.WithdrawalsRoot is not null);
        Assert.Equal(fields >= 20, header.BlobGasUsed is not null && header.ExcessBlobGas is not null && header.ParentBeaconBlockRoot is not null);
        Assert.Equal(fields >= 21, header.RequestsHash is not null);

        byte[] rlp = header.Encode();
        Assert.Equal(fields, Count(rlp));
        BlockHeader decoded = BlockHeader.Decode(rlp);
        Assert.Equal(header.Hash, decoded.Hash);
        Assert.Equal(header.Timestamp, decoded.Timestamp);
        Assert.Equal(header.RequestsHash, decoded.RequestsHash);
        Assert.True(header.LogsBloom.MayContain(AbiEvent.TopicOf(Address.Parse(From))));
        Assert.True(header.LogsBloom.MayContain(AbiEvent.TopicOf(7)));
        Assert.False(header.LogsBloom.MayContain(AbiEvent.TopicOf(8)));
        Assert.False(header.LogsBloom.MayContain(Address.Parse(From)));
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
            Assert.Equal("header.hash", Refusal(changed).Place);

            changed[name] = "0xzz";
            Assert.Equal($"header.{name}", Refusal(changed).Place);
            changed[name] = 5;
            Assert.Equal($"header.{name}", Refusal(changed).Place);
            changed.Remove(name);
            Refusal(changed);
        }

        Assert.Equal("header", Assert.Throws<ChainDataException>(() => BlockHeader.FromJson(JsonDocument.Parse("null").RootElement)).Place);

        static ChainDataException Refusal(JsonObject changed) =>
            Assert.Throws<ChainDataException>(() => BlockHeader.FromJson(JsonDocument.Parse(changed.ToJsonString()).RootElement));
    }

    [Fact]
    public async Task Fields_of_forks_to_come_stay_in_the_hash()
    {
        await using AnvilChain chain = await AnvilChain.StartAsync();
        BlockHeader known = BlockHeader.FromJson(await chain.MineAsync());
        RlpReader items = RlpReader.OfList(known.Encode());
        List<byte[]> raw = [];
        while (!items.IsAtEnd)
        {
            raw.Add(items.ReadRaw().ToArray());
        }

        raw.Add(RlpWriter.Encode(writer => writer.Hash32(Hash32.FromUInt256(5))));
        raw.Add(RlpWriter.EncodeList(list => list.UInt64(1).List(_ => { })));
        byte[] newer = RlpWriter.EncodeList(list => raw.ForEach(item => list.Raw(item)));
        BlockHeader header = BlockHeader.Decode(newer);
        Assert.Equal(2, header.FurtherFields.Count);
        Assert.Equal(newer, header.Encode());
        Assert.Equal(Keccak256.Hash(newer), header.Hash);
        Assert.NotEqual(known.Hash, header.Hash);
    }

    [Fact]
    public async Task A_field_without_the_one_before_it_is_refused()
    {
        await using AnvilChain chain = await AnvilChain.StartAsync();
        JsonObject json = JsonObject.Create(await chain.MineAsync())!;
        json["withdrawalsRoot"] = null;
        ChainDataException fault = Assert.Throws<ChainDataException>(() => BlockHeader.FromJson(JsonDocument.Parse(json.ToJsonString()).RootElement));
        Assert.Contains("without WithdrawalsRoot", fault.Message, StringComparison.Ordinal);
    }

    private static int Count(byte[] rlp)
    {
        RlpReader items = RlpReader.OfList(rlp);
        int count = 0;
        for (; !items.IsAtEnd; count++)
        {
            items.ReadRaw();
        }

        return count;
    }
}
