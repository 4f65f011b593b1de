using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>One endpoint against a server that does what bad servers do.</summary>
public sealed class RpcEndpointTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private MisbehavingNode _node = null!;

    public async Task InitializeAsync() => _node = await MisbehavingNode.StartAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Answers_out_of_order_are_put_in_order()
    {
        _node.Instead = (context, requests) =>
            MisbehavingNode.SayAsync(context, new JsonArray([.. requests.Reverse().Select(MisbehavingNode.Good)]));
        await using RpcEndpoint rpc = _node.Connect();

        IReadOnlyList<RpcReply> replies = await rpc.BatchAsync(Requests(50), None);

        Assert.Equal(Enumerable.Range(0, 50), replies.Select(r => r.Result.GetInt32()));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("doubled")]
    [InlineData("foreign")]
    [InlineData("no result")]
    [InlineData("no id")]
    [InlineData("number")]
    public async Task What_is_wrong_with_one_answer_of_a_batch_is_the_outcome_of_that_request_alone(string fault)
    {
        _node.Instead = (context, requests) =>
        {
            JsonArray answers = new([.. requests.Select(MisbehavingNode.Good)]);
            if (requests.Count == 1)
            {
                return Task.FromResult(false);
            }

            switch (fault)
            {
                case "missing": answers.RemoveAt(1); break;
                case "doubled": answers[1] = answers[0]!.DeepClone(); break;
                case "foreign": answers[1]!["id"] = 4711; break;
                case "no result": ((JsonObject)answers[1]!).Remove("result"); break;
                case "no id": ((JsonObject)answers[1]!).Remove("id"); break;
                default: answers[1] = 7; break;
            }

            return MisbehavingNode.SayAsync(context, answers);
        };
        await using RpcEndpoint rpc = _node.Connect();

        IReadOnlyList<RpcReply> replies = await rpc.BatchAsync(Requests(3), None);

        // It was asked again, alone.
        Assert.Equal([0, 1, 2], replies.Select(r => r.Result.GetInt32()));
        Assert.Contains(1, _node.Posts);
    }

    [Theory]
    [InlineData("", RpcErrorKind.Malformed)]
    [InlineData("<html>bad gateway</html>", RpcErrorKind.Malformed)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"res", RpcErrorKind.Malformed)]
    [InlineData("null", RpcErrorKind.Malformed)]
    [InlineData("[]", RpcErrorKind.Malformed)]
    [InlineData("[[[]]]", RpcErrorKind.Malformed)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"parse error\"}}", RpcErrorKind.NodeError)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":\"too many requests\"}", RpcErrorKind.NodeError)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":429,\"message\":\"\"}}", RpcErrorKind.RateLimit)]
    public async Task Text_that_is_no_answer_is_a_typed_error(string body, RpcErrorKind kind)
    {
        _node.Say(body);
        await using RpcEndpoint rpc = _node.Connect();

        RpcException e = await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(Requests(1)[0], None));

        Assert.Equal(kind, e.Kind);
    }

    [Fact]
    public async Task Nesting_and_size_of_an_answer_are_limited()
    {
        await using RpcEndpoint rpc = _node.Connect(new RpcOptions { MaxResponseBytes = 1024, MaxRetries = 0 });
        _node.Say($"{{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{new string('[', 400)}{new string(']', 400)}}}");
        Assert.Equal(RpcErrorKind.Malformed, (await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(Requests(1)[0], None))).Kind);

        foreach (bool announced in (bool[])[true, false])
        {
            _node.Instead = async (context, _) =>
            {
                context.Response.ContentLength = announced ? 1_000_000 : null;
                try
                {
                    for (int i = 0; i < 100; i++)
                    {
                        await context.Response.WriteAsync(new string(' ', 10_000));
                    }
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    return true; // the client hung up, as it should
                }

                return true;
            };
            RpcException e = await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(Requests(1)[0], None));
            Assert.True(e.IsTooLarge);
            Assert.Contains("1024 bytes", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(413, "")]
    [InlineData(429, "slow down")]
    [InlineData(400, "batch item count exceeded")]
    [InlineData(200, "batch too large")]
    [InlineData(200, "batch limit 10 exceeded")]
    public async Task A_batch_that_is_refused_is_halved_until_it_passes(int status, string words)
    {
        _node.Instead = async (context, requests) =>
        {
            if (requests.Count <= 10)
            {
                return false;
            }

            context.Response.StatusCode = status;
            JsonNode body = MisbehavingNode.Error(null, -32600, words);
            await context.Response.WriteAsync(status == 200 ? body.ToJsonString() : words);
            return true;
        };
        await using RpcEndpoint rpc = _node.Connect();

        IReadOnlyList<RpcReply> replies = await rpc.BatchAsync(Requests(250), None);

        Assert.Equal(Enumerable.Range(0, 250), replies.Select(r => r.Result.GetInt32()));
        // A limit on requests a second says 429 too: the same again, before it is taken for one on the size.
        int[] expected = status == 429 ? [100, 100, 50, 50, 25, 25, 12, 12] : [100, 50, 25, 12];
        Assert.Equal(expected, _node.Posts.Where(n => n > 10));
        Assert.InRange(rpc.CurrentBatchSize, 6, 12);
    }

    [Fact]
    public async Task Items_refused_inside_of_a_good_batch_are_asked_again()
    {
        int seen = 0;
        _node.Instead = (context, requests) => MisbehavingNode.SayAsync(context, requests.Count == 1
            ? MisbehavingNode.Good(requests[0])
            : new JsonArray([.. requests.Select(r => Interlocked.Increment(ref seen) % 3 == 0
                ? MisbehavingNode.Error(r["id"], -32005, "limit exceeded")
                : MisbehavingNode.Good(r))]));
        await using RpcEndpoint rpc = _node.Connect();

        IReadOnlyList<RpcReply> replies = await rpc.BatchAsync(Requests(60), None);

        Assert.Equal(Enumerable.Range(0, 60), replies.Select(r => r.Result.GetInt32()));
    }

    [Fact]
    public void The_batch_size_grows_back_slowly()
    {
        BatchSize size = new(100);
        size.Refused(100);
        size.Refused(100); // two of the old size were under way
        Assert.Equal(50, size.Current);
        int batches = 0;
        while (size.Current < 100)
        {
            int before = size.Current;
            size.Passed(before - 1); // not a full one: tells nothing
            size.Passed(size.Current);
            batches++;
            Assert.InRange(size.Current, before, before + before / 4);
        }

        Assert.Equal(4 * 8, batches); // 50, 62, 77, 96, 100
        for (int i = 0; i < 20; i++)
        {
            size.Refused(size.Current);
        }

        Assert.Equal(1, size.Current);
    }

    [Fact]
    public async Task A_busy_server_is_given_the_time_it_asks_for()
    {
        int calls = 0;
        _node.Instead = (context, _) =>
        {
            if (Interlocked.Increment(ref calls) > 1)
            {
                return Task.FromResult(false);
            }

            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "1";
            return Task.FromResult(true);
        };
        await using RpcEndpoint rpc = _node.Connect();
        Stopwatch watch = Stopwatch.StartNew();

        Assert.Equal(0, (await rpc.RequestAsync(Requests(1)[0], None)).GetInt32());

        Assert.InRange(watch.Elapsed.TotalSeconds, 0.95, 4);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task A_broken_connection_and_a_failing_status_are_tried_again_and_an_error_of_the_node_is_not()
    {
        int calls = 0;
        _node.Instead = (context, requests) =>
        {
            switch (Interlocked.Increment(ref calls))
            {
                case 1: context.Abort(); return Task.FromResult(true);
                case 2: context.Response.StatusCode = 502; return Task.FromResult(true);
                case 3: return Task.FromResult(false);
                default: return MisbehavingNode.SayAsync(context, MisbehavingNode.Error(requests[0]["id"], -32601, "no such method"));
            }
        };
        await using RpcEndpoint rpc = _node.Connect();

        Assert.Equal(0, (await rpc.RequestAsync(Requests(1)[0], None)).GetInt32());
        Assert.Equal(3, calls);

        RpcException e = await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(Requests(1)[0], None));
        Assert.Equal((RpcErrorKind.NodeError, -32601L, "no such method"), (e.Kind, e.Code, e.NodeMessage));
        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task Silence_is_a_timeout_and_a_caller_who_cancels_waits_no_longer()
    {
        TaskCompletionSource silent = new();
        _node.Instead = async (_, _) =>
        {
            await silent.Task;
            return false;
        };
        await using RpcEndpoint rpc = _node.Connect(new RpcOptions { TimeoutSeconds = 0.15, PatienceSeconds = 0.075, MaxRetries = 0 });
        Assert.Equal(RpcErrorKind.Timeout, (await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(Requests(1)[0], None))).Kind);

        await using RpcEndpoint patient = _node.Connect();
        using CancellationTokenSource cancel = new(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patient.BatchAsync(Requests(3), cancel.Token));
        silent.SetResult();
    }

    [Fact]
    public async Task A_failing_endpoint_is_left_alone_and_comes_back()
    {
        bool well = false;
        _node.Instead = (context, _) =>
        {
            context.Response.StatusCode = well ? 200 : 500;
            return Task.FromResult(!well);
        };
        await using RpcEndpoint rpc = _node.Connect(new RpcOptions
        {
            MaxRetries = 0,
            BreakerMinimum = 5,
            BreakSeconds = 0.6,
        });
        for (int i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(Requests(1)[0], None));
        }

        RpcException e = await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(Requests(1)[0], None));
        Assert.Contains("left alone", e.Message, StringComparison.Ordinal);
        Assert.Equal(5, _node.Posts.Count);
        Assert.Equal(0, rpc.Health);

        well = true;
        await Task.Delay(700);
        Assert.Equal(0, (await rpc.RequestAsync(Requests(1)[0], None)).GetInt32());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_never_reached_its_server_only_where_no_attempt_of_it_did(bool arrives)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        EndpointUrl url = EndpointUrl.Parse($"http://{listener.LocalEndpoint}");
        Task accepting = AcceptOnceAsync();
        await using RpcEndpoint rpc = new(url, new RpcOptions { MaxRetries = 1, RetryDelaySeconds = 0.05 });
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(new RpcRequest("eth_sendRawTransaction", "0x02"), None));
        Assert.Equal((RpcErrorKind.Network, !arrives), (e.Kind, e.IsUnreachable));
        await accepting;

        async Task AcceptOnceAsync()
        {
            if (arrives)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync();
                listener.Stop(); // the second attempt finds nobody
                await client.GetStream().ReadAtLeastAsync(new byte[100], 100);
            }

            listener.Stop();
        }
    }

    [Fact]
    public async Task Requests_keep_to_the_budget()
    {
        await using RpcEndpoint rpc = _node.Connect(new RpcOptions { RequestsPerSecond = 100, Burst = 10, MaxBatchSize = 10 });
        Stopwatch watch = Stopwatch.StartNew();

        await rpc.BatchAsync(Requests(60), None);

        Assert.InRange(watch.Elapsed.TotalSeconds, 0.45, 3); // 10 at once, 50 more at 100 a second
    }

    [Theory]
    [InlineData("""{"code":3,"message":"execution reverted","data":"0x08c379a0"}""", "0x08c379a0")]
    [InlineData("""{"code":3,"message":"execution reverted: 0x","data":"0x"}""", "0x")]
    [InlineData("""{"code":-32000,"message":"execution reverted"}""", "0x")]
    [InlineData("""{"code":-32015,"message":"VM execution error.","data":"Reverted 0x4e487b71"}""", "0x4e487b71")]
    [InlineData("""{"code":-32000,"message":"VM Exception: revert","data":{"data":"0x4e487b71"}}""", "0x4e487b71")]
    [InlineData("""{"code":-32603,"message":"Internal error: reverted","data":{"originalError":{"code":3,"data":"0x4e487b71"}}}""", "0x4e487b71")]
    [InlineData("""{"code":-32000,"message":"execution reverted, data: \"0x4e487b71\""}""", "0x4e487b71")]
    [InlineData("""{"code":3,"message":"execution reverted: custom error 0x82b42900","data":"0x82b429"}""", "0x82b429")]
    [InlineData("""{"code":3,"message":"execution reverted: 0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}""", "0x")]
    [InlineData("""{"code":-32000,"message":"insufficient funds for gas"}""", null)]
    [InlineData("""{"code":-32602,"message":"invalid argument","data":"0x4e487b71"}""", null)]
    public async Task Revert_data_is_found_where_nodes_put_it(string error, string? expected)
    {
        _node.Instead = async (context, requests) =>
        {
            await context.Response.WriteAsync(
                string.Create(CultureInfo.InvariantCulture, $"{{\"jsonrpc\":\"2.0\",\"id\":{requests[0]["id"]},\"error\":{error}}}"));
            return true;
        };
        await using RpcEndpoint rpc = _node.Connect();

        RpcException e = await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(Requests(1)[0], None));

        Assert.Equal(expected is null ? RpcErrorKind.NodeError : RpcErrorKind.Revert, e.Kind);
        Assert.Equal(expected ?? "0x", Hex.Encode(e.RevertData.Span));
    }

    [Fact]
    public async Task A_proper_error_with_a_failing_status_is_read()
    {
        _node.Instead = async (context, requests) =>
        {
            context.Response.StatusCode = 400;
            return await MisbehavingNode.SayAsync(context, MisbehavingNode.Error(requests[0]["id"], 3, "execution reverted", "0x4e487b71"));
        };
        await using RpcEndpoint rpc = _node.Connect();

        Assert.Equal(RpcErrorKind.Revert, (await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(Requests(1)[0], None))).Kind);
    }

    internal static RpcRequest[] Requests(int count) => [.. Enumerable.Range(0, count).Select(i => new RpcRequest("echo", i))];
}
