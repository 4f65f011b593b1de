using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>Whatever a server sends: an answer or a typed error.</summary>
public sealed class RpcFuzzTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly EndpointUrl Url = EndpointUrl.Parse("http://127.0.0.1:1");
    private const string HalfPair = "@@";

    private static readonly RpcRequest[] Requests = RpcEndpointTests.Requests(3);

    [Fact]
    [Trait("Scale", "full")]
    public void Messages_that_are_damaged_cut_nested_or_random_are_a_typed_error()
    {
        byte[] good = Encoding.UTF8.GetBytes(new JsonArray(
            new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["result"] = "0x1" },
            MisbehavingNode.Error(2, 3, "execution reverted", new JsonObject { ["data"] = "Reverted 0x4e487b71" }),
            MisbehavingNode.Error(3, -32000, "caf\u00e9 \ud83d\ude00", "\\ud800")).ToJsonString());
        Gen<byte> any = Gen.Choose(0, 255).Select(b => (byte)b);
        Gen<byte> telling = Gen.Elements("{}[]\",:0123456789-.eEnulltrfas\\xd8 \n"u8.ToArray());
        Gen<byte[]> damaged = Gen.ListOf(Gen.OneOf(any, telling), 3).SelectMany(values => Gen.Choose(0, good.Length - 3).Select(at =>
        {
            byte[] copy = [.. good];
            values.ToArray().CopyTo(copy, at);
            return copy;
        }));
        Gen<byte[]> names = Gen.Elements("id", "error", "code", "message", "data", "result").SelectMany(name => Gen.Elements("\\ud800", "\\udfff\\ud800x", "\\u0069")
            .Select(half => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(good).Replace($"\"{name}\"", $"\"{name[..1]}{half}\"", StringComparison.Ordinal))));
        Gen<byte[]> cut = Gen.Choose(0, good.Length).Select(length => good[..length]);
        Gen<byte[]> random = Gen.ArrayOf(Gen.OneOf(any, telling));
        Gen<byte[]> nested = Gen.Choose(1, 20_000).SelectMany(depth => Gen.Elements("[", "{\"error\":", "[{\"i\\ud800\":")
            .Select(unit => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, depth)))));
        Prop.ForAll(Arb.From(Gen.OneOf(damaged, names, cut, random, nested)), Decodes).Check(
            Config.QuickThrowOnFailure.WithMaxTest(Scale.Of(5_000, 200_000)).WithReplay((ulong)Seed.Value, 1UL));
    }

    [Fact]
    [Trait("Scale", "full")]
    public async Task Results_of_every_method_with_a_part_replaced_are_read_or_a_typed_error()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        await using RpcEndpoint node = new(EndpointUrl.Parse(anvil.Url));
        await node.RequestAsync(new RpcRequest("anvil_mine", "0x2"), None);
        ChainReader real = new(node);
        Hash32 hash = (await real.GetBlockAsync(2, None)).Hash;
        Func<ChainReader, Task>[] methods =
        [
            e => e.GetChainIdAsync(None),
            e => e.FindBlockAsync(BlockRef.At(hash), None),
            e => e.GetBalanceAsync(Address.Zero, BlockRef.Latest, None),
            e => e.GetCodeAsync(Address.Zero, BlockRef.Latest, None),
            e => e.GetStorageAtAsync(Address.Zero, Hash32.Zero, BlockRef.Latest, None),
            e => e.GetProofAsync(Address.Zero, [Hash32.Zero], BlockRef.Latest, None),
            e => e.GetFeeHistoryAsync(2, BlockRef.Latest, [50], None),
            e => e.FindBlockReceiptsAsync(BlockRef.Latest, None),
            e => e.CallManyAsync([new CallRequest { To = Address.Zero }], BlockRef.Latest, None),
            e => Task.FromResult(RpcReceipt.Read(new RpcValue(Receipt(), "receipt"))),
        ];
        Random random = new(Seed.Value);
        int refused = 0, read = 0;
        foreach (Func<ChainReader, Task> method in methods)
        {
            Recorder recorder = new(node);
            await method(new ChainReader(recorder));
            JsonElement good = recorder.Last ?? Receipt();
            for (int i = 0; i < Scale.Of(300, 20_000); i++)
            {
                Mutant mutant = new(Element(Mutate(JsonNode.Parse(good.GetRawText()), random)));
                try
                {
                    if (recorder.Last is null)
                    {
                        _ = RpcReceipt.Read(new RpcValue(mutant.Element, "receipt"));
                    }
                    else
                    {
                        await method(new ChainReader(mutant));
                    }

                    read++;
                }
                catch (RpcException e)
                {
                    Assert.True(e.Message.Length < 1000, e.Message);
                    refused++;
                }
            }
        }

        Assert.True(refused > 1000 && read > 100, $"{refused} refused, {read} read");
    }

    private static bool Decodes(byte[] message)
    {
        try
        {
            using JsonDocument document = RpcWire.Parse(message, Url);
            foreach (RpcReply reply in RpcWire.Decode(document.RootElement, Requests, 1, Url))
            {
                Assert.True(reply.Error is { Message.Length: < 1000 } || reply.Error is null);
            }
        }
        catch (RpcException e)
        {
            Assert.True(e.Message.Length < 1000, e.Message);
        }

        return true;
    }

    private static JsonNode? Mutate(JsonNode? node, Random random)
    {
        if (random.Next(4) == 0 || node is JsonValue or null or JsonObject { Count: 0 } or JsonArray { Count: 0 })
        {
            return Other(node, random);
        }

        if (node is JsonObject fields)
        {
            string name = fields.ElementAt(random.Next(fields.Count)).Key;
            if (random.Next(5) == 0)
            {
                fields.Remove(name);
                return fields;
            }

            fields[name] = Mutate(fields[name]?.DeepClone(), random);
            return fields;
        }

        JsonArray items = (JsonArray)node;
        int at = random.Next(items.Count);
        items[at] = Mutate(items[at]?.DeepClone(), random);
        return items;
    }

    private static JsonNode? Other(JsonNode? node, Random random)
    {
        string text = node is JsonValue value && value.TryGetValue(out string? s) ? s : "0x";
        return random.Next(13) switch
        {
            0 => null,
            1 => random.Next(),
            2 => true,
            3 => "",
            4 => "0x",
            5 => text + "0",
            6 => text.Length > 2 ? text[..^1] : "0xg",
            7 => "0x" + new string('f', random.Next(1, 600)),
            8 => new JsonArray(Enumerable.Range(0, random.Next(20)).Select(_ => (JsonNode?)JsonValue.Create(text)).ToArray()),
            9 => new JsonObject { ["hash"] = text },
            10 => HalfPair,
            11 => new JsonObject { [$"hash{HalfPair}"] = HalfPair, ["error"] = text },
            _ => -1.5e300,
        };
    }

    // A node cannot hold half of a surrogate pair, the text of one can.
    private static JsonElement Element(JsonNode? node)
    {
        using JsonDocument document = JsonDocument.Parse((node?.ToJsonString() ?? "null").Replace(HalfPair, "\\ud800", StringComparison.Ordinal));
        return document.RootElement.Clone();
    }

    private static JsonElement Receipt()
    {
        string hash = Keccak256.Empty.ToString();
        string address = Address.Zero.ToString();
        return JsonSerializer.SerializeToElement(JsonNode.Parse($$"""
            {"transactionHash":"{{hash}}","transactionIndex":"0x0","blockHash":"{{hash}}","blockNumber":"0x1","from":"{{address}}","to":null,
            "contractAddress":"{{address}}","status":"0x1","gasUsed":"0x5208","cumulativeGasUsed":"0x5208","effectiveGasPrice":"0x1",
            "logs":[{"address":"{{address}}","topics":["{{hash}}"],"data":"0x","blockNumber":"0x1","blockHash":"{{hash}}",
            "transactionHash":"{{hash}}","transactionIndex":"0x0","logIndex":"0x0","removed":false}]}
            """));
    }

    /// <summary>Passes on and keeps the last result.</summary>
    private sealed class Recorder(IJsonRpc inner) : IJsonRpc
    {
        public JsonElement? Last { get; private set; }

        public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken)
        {
            Last = await inner.RequestAsync(request, cancellationToken);
            return Last.Value;
        }

        public async Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
        {
            IReadOnlyList<RpcReply> replies = await inner.BatchAsync(requests, cancellationToken);
            Last = replies[0].Result;
            return replies;
        }
    }

    /// <summary>Answers everything with one element.</summary>
    private sealed class Mutant(JsonElement element) : IJsonRpc
    {
        public JsonElement Element => element;

        public Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) => Task.FromResult(element);

        public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RpcReply>>([.. requests.Select(_ => new RpcReply(element))]);
    }
}
