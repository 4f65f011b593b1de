using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>
/// A server's own trouble, however it is dressed, is not the chain's answer: the next endpoint is asked, and the trouble costs health. Before,
/// a proper JSON-RPC error was the answer whatever it said, the second endpoint was never asked, and the first stayed in full health.
/// </summary>
public sealed class TroubleIsNoAnswerTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    // An OP proxy without backends, its other codes, gateways and load balancers that want a key, an upgrade, or time.
    [Theory]
    [InlineData(503, -32011, "no backends available for method")]
    [InlineData(504, -32015, "gateway timeout")]
    [InlineData(500, -32603, "Internal error")]
    [InlineData(502, -32010, "backend offline")]
    [InlineData(401, -32000, "Must be authenticated!")]
    [InlineData(403, -32600, "App is inactive")]
    [InlineData(402, -32001, "quota of this plan is used up")]
    [InlineData(429, -32016, "over rate limit")]
    [InlineData(408, -32002, "request timed out")]
    // Nodes that lack the block or its state, in the words of each.
    [InlineData(200, -32000, "header not found")]
    [InlineData(200, -32000, "header for hash not found")]
    [InlineData(200, -32000, "missing trie node 3c…6f (path ) state 0x3c…6f is not available")]
    [InlineData(200, -32001, "block not found: hash 0x12…34")]
    [InlineData(200, 4444, "pruned history unavailable")]
    [InlineData(200, -32002, "No state available for block 0x12…34")]
    [InlineData(200, -32000, "World state unavailable")]
    [InlineData(200, -32000, "old data not available due to pruning")]
    [InlineData(200, -32000, "transaction indexing is in progress")]
    [InlineData(200, -39001, "Unknown block")]
    // Servers with troubles of their own.
    [InlineData(200, -32011, "no backends available")]
    [InlineData(200, 19, "Temporary internal error. Please retry")]
    [InlineData(200, -32603, "")]
    [InlineData(200, -32099, "ошибка")]
    [InlineData(200, 3, "invalid argument 0: the gateway says no")]
    public async Task An_error_in_whatever_words_goes_to_the_next_endpoint_and_costs_health(int status, int code, string words)
    {
        await using Pair pair = await Pair.StartAsync();
        pair.FirstErrs(r => MisbehavingNode.Error(r["id"], code, words), status);

        Assert.Equal(0, (await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
        IReadOnlyList<RpcReply> batch = await pair.Rpc.BatchAsync(RpcEndpointTests.Requests(3), None);
        Assert.Equal([0, 1, 2], batch.Select(r => r.Result.GetInt32()));
        await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None);

        int asked = pair.First.Posts.Count;
        Assert.Equal(0, (await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
        Assert.Equal(asked, pair.First.Posts.Count); // put behind
        Assert.True(pair.Sick.Health < 0.9, $"{pair.Sick.Health}");
        Assert.Contains(words, pair.Sick.LastTrouble, StringComparison.Ordinal);
        Assert.Equal(1, pair.Rpc.Endpoints[1].Health);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><h1>Welcome to nginx!</h1></html>")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"res")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"status\":\"ok\"}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":\"abc\",\"result\":\"0x1\"}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"error\":\"upstream connect error\"}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"message\":\"who are you\"}}")]
    public async Task An_answer_that_is_none_goes_to_the_next_endpoint(string body)
    {
        await using Pair pair = await Pair.StartAsync();
        await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None); // the chain is known
        pair.First.Say(body);

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(i, (await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(5)[i], None)).GetInt32());
            Assert.Equal([0, 1, 2], (await pair.Rpc.BatchAsync(RpcEndpointTests.Requests(3), None)).Select(r => r.Result.GetInt32()));
        }

        Assert.True(pair.Sick.Health < 0.9, $"{pair.Sick.Health}");
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("doubled")]
    [InlineData("foreign")]
    [InlineData("no result")]
    [InlineData("text")]
    public async Task Half_a_batch_is_filled_by_the_next_endpoint(string fault)
    {
        await using Pair pair = await Pair.StartAsync();
        pair.First.ProbesToo = false;
        pair.First.Instead = (context, requests) =>
        {
            JsonArray answers = new([.. requests.Select(MisbehavingNode.Good)]);
            switch (fault)
            {
                case "missing": answers.RemoveAt(1); break;
                case "doubled": answers[1] = answers[0]!.DeepClone(); break;
                case "foreign": answers[1]!["id"] = 4711; break;
                case "text": answers[1] = "busy"; break;
                default: ((JsonObject)answers[1]!).Remove("result"); break;
            }

            return MisbehavingNode.SayAsync(context, answers);
        };

        IReadOnlyList<RpcReply> replies = await pair.Rpc.BatchAsync(RpcEndpointTests.Requests(3), None);

        Assert.Equal([0, 1, 2], replies.Select(r => r.Result.GetInt32()));
        Assert.InRange(Assert.Single(pair.Second.Posts), 1, 2); // only what was garbled
        Assert.True(pair.Sick.Health < 1); // the protocol was broken
    }

    [Fact]
    public async Task A_receipt_that_cannot_be_told_now_is_the_outcome_of_that_request_alone()
    {
        await using Pair pair = await Pair.StartAsync();
        pair.FirstErrs(r => (int)r["params"]![0]! == 1 ? MisbehavingNode.Error(r["id"], -32000, "transaction indexing is in progress") : null);
        RpcRequest[] receipts = [.. Enumerable.Range(0, 4).Select(i => new RpcRequest("eth_getTransactionReceipt", i))];

        IReadOnlyList<RpcReply> replies = await pair.Rpc.BatchAsync(receipts, None);
        Assert.Equal([0, 1, 2, 3], replies.Select(r => r.Result.GetInt32())); // the second endpoint knows it
        Assert.Equal([1], pair.Second.Posts);

        // When nobody knows it, it stays the trouble of that one.
        pair.Second.Instead = (c, r) => MisbehavingNode.SayAsync(c, MisbehavingNode.Each(r, x => MisbehavingNode.Error(x["id"], -32000, "transaction indexing is in progress")));
        replies = await pair.Rpc.BatchAsync(receipts, None);
        Assert.Equal([0, 2, 3], replies.Where(r => r.Error is null).Select(r => r.Result.GetInt32()));
        Assert.Equal(RpcErrorKind.NodeError, replies[1].Error!.Kind);
        Assert.Equal([1, 1], pair.Rpc.Endpoints.Select(e => e.Health));
    }

    /// <summary>
    /// A hostile game whose code is INVALID, or burns all gas: every node answers its call with an error that is no revert. Before, the batch
    /// of the whole cycle failed with it.
    /// </summary>
    [Theory]
    [InlineData(-32000, "invalid opcode: INVALID", -32603, "EVM error InvalidFEOpcode")]
    [InlineData(-32000, "out of gas", -32015, "VM execution error.")]
    [InlineData(-32000, "execution aborted (timeout = 5s)", -32000, "execution aborted (timeout = 5s)")]
    [InlineData(-32000, "stack underflow (0 <=> 1)", -32603, "StackUnderflow")]
    [InlineData(-32003, "out of gas: gas required exceeds: 50000000", -32000, "INVALID_OPERATION")]
    public async Task A_hostile_call_makes_no_endpoint_sick(int code, string words, int otherCode, string otherWords)
    {
        await using Pair pair = await Pair.StartAsync();
        pair.FirstErrs(r => (int)r["params"]![0]! == 2 ? MisbehavingNode.Error(r["id"], code, words) : null);
        pair.Second.ProbesToo = false;
        pair.Second.Instead = (c, rs) => MisbehavingNode.SayAsync(c, MisbehavingNode.Each(
            rs, r => (int)r["params"]![0]! == 2 ? MisbehavingNode.Error(r["id"], otherCode, otherWords) : pair.Second.Answer(r)));
        for (int i = 0; i < 10; i++)
        {
            IReadOnlyList<RpcReply> replies = await pair.Rpc.BatchAsync(RpcEndpointTests.Requests(5), None);
            Assert.Equal([0, 1, 3, 4], replies.Where(r => r.Error is null).Select(r => r.Result.GetInt32()));
            Assert.Contains(words, replies[2].Error!.Message, StringComparison.Ordinal);
            Assert.Contains(otherWords, replies[2].Error!.Message, StringComparison.Ordinal);
            RpcException alone = await Assert.ThrowsAsync<RpcException>(() => pair.Rpc.RequestAsync(RpcEndpointTests.Requests(3)[2], None));
            Assert.Equal((RpcErrorKind.NodeError, words), (alone.Kind, alone.NodeMessage));
        }

        Assert.Equal([1, 1], pair.Rpc.Endpoints.Select(e => e.Health));
        Assert.Equal(100, pair.Sick.CurrentBatchSize);
        Assert.Equal(4, (await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(5)[4], None)).GetInt32());
    }

    [Fact]
    public async Task A_block_that_one_endpoint_does_not_have_is_asked_of_the_other()
    {
        await using Pair pair = await Pair.StartAsync();
        pair.FirstErrs(r => MisbehavingNode.Result(r, null));
        RpcRequest byHash = new("eth_getBlockByHash", "0x12", false);

        Assert.Equal("0x12", (await pair.Rpc.RequestAsync(byHash, None)).GetString());
        Assert.Equal(1, pair.Sick.Health);
        pair.Second.Instead = (c, rs) => MisbehavingNode.SayAsync(c, MisbehavingNode.Result(rs[0], null));
        Assert.Equal(JsonValueKind.Null, (await pair.Rpc.RequestAsync(byHash, None)).ValueKind); // nobody has it: that is an answer
    }

    [Theory]
    [InlineData(-32000, "nonce too low: next nonce 5, tx nonce 3")]
    [InlineData(-32000, "already known")]
    [InlineData(-32000, "replacement transaction underpriced")]
    [InlineData(-32003, "insufficient funds for gas * price + value")]
    public async Task What_nodes_say_of_a_transaction_stays_what_they_say(int code, string words)
    {
        await using Pair pair = await Pair.StartAsync();
        pair.FirstErrs(r => MisbehavingNode.Error(r["id"], code, words));
        RpcRequest send = new("eth_sendRawTransaction", "0x02");

        Assert.Equal("0x02", (await pair.Rpc.RequestAsync(send, None)).GetString()); // offered to the next, which takes it
        pair.Second.Instead = (c, rs) => MisbehavingNode.SayAsync(c, MisbehavingNode.Error(rs[0]["id"], code, words));
        for (int i = 0; i < 3; i++)
        {
            RpcException refused = await Assert.ThrowsAsync<RpcException>(() => pair.Rpc.RequestAsync(send, None));
            Assert.Equal((RpcErrorKind.NodeError, (long)code, words, false), (refused.Kind, refused.Code!.Value, refused.NodeMessage, refused.IsTransient));
        }

        RpcException estimate = await Assert.ThrowsAsync<RpcException>(() => pair.Rpc.RequestAsync(new RpcRequest("eth_estimateGas", "0x02"), None));
        Assert.Equal((RpcErrorKind.NodeError, words), (estimate.Kind, estimate.NodeMessage));
        Assert.Equal([1, 1], pair.Rpc.Endpoints.Select(e => e.Health));
    }

    [Fact]
    public async Task A_transaction_that_a_sick_proxy_refuses_is_offered_to_the_next_and_its_refusal_is_not_the_transactions()
    {
        await using Pair pair = await Pair.StartAsync();
        pair.FirstErrs(r => MisbehavingNode.Error(r["id"], -32011, "no backends available"), 503);
        RpcRequest send = new("eth_sendRawTransaction", "0x02");
        Assert.Equal("0x02", (await pair.Rpc.RequestAsync(send, None)).GetString());

        pair.Second.Say("down", 502);
        Assert.True((await Assert.ThrowsAsync<RpcException>(() => pair.Rpc.RequestAsync(send, None))).IsTransient);
    }
}
