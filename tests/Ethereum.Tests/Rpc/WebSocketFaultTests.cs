using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>Gateways that write ids otherwise, say things nobody asked for, or break off.</summary>
public sealed class WebSocketFaultTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly RpcOptions Quick = new() { TimeoutSeconds = 3, PatienceSeconds = 0.3, RetryDelaySeconds = 0.01, MaxRetries = 0 };
    private MisbehavingNode _node = null!;

    public async Task InitializeAsync() => _node = await MisbehavingNode.StartAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    /// <summary>Before, an id given back as a string was no id on a WebSocket: every request waited until its timeout, without a word.</summary>
    [Theory]
    [InlineData("string")]
    [InlineData("float")]
    [InlineData("batch reversed")]
    [InlineData("foreign first")]
    [InlineData("garbage first")]
    [InlineData("two frames")]
    public async Task Ids_are_ids_however_they_are_written_and_what_fits_no_question_disturbs_none(string way)
    {
        _node.Socket = (_, socket) => _node.ServeAsync(socket, change: answer =>
        {
            foreach (JsonNode item in answer is JsonArray list ? list.Select(i => i!) : [answer])
            {
                item["id"] = way switch
                {
                    "string" => item["id"]!.ToJsonString(),
                    "float" => JsonNode.Parse($"{item["id"]}.0"),
                    _ => item["id"]!.DeepClone(),
                };
            }

            string text = answer is JsonArray { Count: > 1 } items && way == "batch reversed"
                ? new JsonArray([.. items.Reverse().Select(i => i!.DeepClone())]).ToJsonString()
                : answer.ToJsonString();
            return way switch
            {
                "foreign first" => ["{\"jsonrpc\":\"2.0\",\"id\":987654,\"result\":\"0x1\"}", text],
                "garbage first" => ["{{{", text],
                _ => [text],
            };
        });
        await using RpcEndpoint rpc = new(ChainIdentityTests.SocketOf(_node), Quick);
        List<string> noticed = [];
        rpc.Noticed = what =>
        {
            lock (noticed)
            {
                noticed.Add(what);
            }
        };
        bool garbage = way == "garbage first";
        Task<System.Text.Json.JsonElement>[] many = [.. RpcEndpointTests.Requests(garbage ? 1 : 20).Select(r => rpc.RequestAsync(r, None))];
        if (garbage)
        {
            // With one alone under way it is known whose answer was garbled; nothing else comes of it.
            Assert.Equal(RpcErrorKind.Malformed, (await Assert.ThrowsAsync<RpcException>(() => many[0])).Kind);
            return;
        }

        Assert.Equal(Enumerable.Range(0, 20), (await Task.WhenAll(many)).Select(e => e.GetInt32()));
        Assert.Equal(Enumerable.Range(0, 30), (await rpc.BatchAsync(RpcEndpointTests.Requests(30), None)).Select(r => r.Result.GetInt32()));
        Assert.Equal(way == "foreign first", noticed.Count > 0);
        Assert.Equal(noticed.Count, rpc.Meter.Strays);
    }

    [Theory]
    [InlineData(1011)]
    [InlineData(1001)]
    [InlineData(4001)]
    public async Task A_connection_that_is_closed_again_and_again_is_opened_again_and_again(int status)
    {
        _node.Socket = (_, socket) => _node.ServeAsync(socket, answers: 5, close: (WebSocketCloseStatus)status);
        await using RpcEndpoint rpc = new(ChainIdentityTests.SocketOf(_node), Quick with { MaxRetries = 5, BreakerMinimum = 1000 });
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal(0, (await rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
        }
    }

    [Fact]
    public async Task A_gateway_that_only_answers_pings_is_left_and_connected_anew()
    {
        int connections = 0;
        _node.Socket = async (_, socket) =>
        {
            if (Interlocked.Increment(ref connections) > 1)
            {
                await _node.ServeAsync(socket);
            }

            byte[] buffer = new byte[4096];
            while (socket.State == WebSocketState.Open)
            {
                try
                {
                    await socket.ReceiveAsync(buffer, None);
                }
                catch (WebSocketException)
                {
                    return;
                }
            }
        };
        await using RpcEndpoint rpc = new(ChainIdentityTests.SocketOf(_node), Quick with { TimeoutSeconds = 0.5, MaxRetries = 1 });
        Assert.Equal(0, (await rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
        Assert.Equal(2, connections);
        Assert.Contains("no answer to echo", rpc.LastTrouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_without_end_is_refused_before_memory_is_spent_on_it()
    {
        _node.Socket = async (_, socket) =>
        {
            await socket.ReceiveAsync(new byte[4096], None);
            byte[] part = Encoding.ASCII.GetBytes(new string(' ', 64 << 10));
            try
            {
                for (int i = 0; i < 1000; i++)
                {
                    await socket.SendAsync(part, WebSocketMessageType.Text, endOfMessage: false, None);
                }
            }
            catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
            {
                return; // the client hung up, as it should
            }
        };
        await using RpcEndpoint rpc = new(ChainIdentityTests.SocketOf(_node), Quick with { MaxResponseBytes = 100_000 });
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None));
        Assert.Contains("larger than 100000 bytes", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Before, an exception that nobody had foreseen ended the reader: every request on the connection waited until its timeout, for ever.</summary>
    [Fact]
    public async Task Whatever_ends_the_reader_ends_the_connection_with_its_cause_and_all_who_wait()
    {
        int connections = 0;
        _node.Socket = (_, socket) => _node.ServeAsync(
            socket, change: Interlocked.Increment(ref connections) > 1 ? null : _ => ["{\"jsonrpc\":\"2.0\",\"id\":987654,\"result\":\"0x1\"}"]);
        await using RpcEndpoint rpc = new(ChainIdentityTests.SocketOf(_node), Quick with { TimeoutSeconds = 600 });
        rpc.Noticed = _ => throw new System.Text.RegularExpressions.RegexMatchTimeoutException();
        Task<System.Text.Json.JsonElement>[] many = [.. RpcEndpointTests.Requests(3).Select(r => rpc.RequestAsync(r, None))];
        foreach (Task<System.Text.Json.JsonElement> one in many)
        {
            RpcException e = await Assert.ThrowsAsync<RpcException>(() => one.WaitAsync(TimeSpan.FromSeconds(60)));
            Assert.Equal(RpcErrorKind.Network, e.Kind);
            Assert.Contains("the WebSocket broke (RegexMatchTimeoutException)", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
        Assert.Equal(2, connections);
    }

    [Fact]
    public async Task Heads_that_are_announced_wake_who_waits_and_go_on_after_the_connection_broke()
    {
        TaskCompletionSource<WebSocket> subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _node.Socket = (_, socket) => _node.ServeAsync(socket, subscribed: () => subscribed.TrySetResult(socket));
        await using FailoverRpc rpc = new([ChainIdentityTests.SocketOf(_node)], Quick with { MaxRetries = 3 });
        ChainHead head = await rpc.Heads.HeadAsync(None);
        Assert.Equal(7UL, head.Number);
        for (ulong block = 8; block < 10; block++)
        {
            WebSocket socket = await subscribed.Task.WaitAsync(TimeSpan.FromSeconds(20));
            Task<bool> announced = rpc.Heads.AnnouncedAsync(head, TimeSpan.FromSeconds(20), None);
            _node.Head = block;
            await _node.AnnounceAsync(socket);
            Assert.True(await announced);
            head = await rpc.Heads.HeadAsync(None);
            Assert.Equal(block, head.Number);
            Task<bool> again = rpc.Heads.AnnouncedAsync(head, TimeSpan.FromMilliseconds(200), None);
            await _node.AnnounceAsync(socket);
            Assert.False(await again); // what is known is no reason to look
            subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            socket.Abort();
        }

        Assert.False(await rpc.Heads.AnnouncedAsync(head, TimeSpan.FromMilliseconds(20), None));
    }

    [Fact]
    public async Task Over_a_real_node_heads_are_announced_as_they_are_mined()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        EndpointUrl url = EndpointUrl.Parse(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ws://127.0.0.1:{anvil.Port}"));
        await using FailoverRpc rpc = new([url], Quick with { MaxRetries = 3 });
        ChainHead head = await rpc.Heads.HeadAsync(None);
        do
        {
            await rpc.RequestAsync(new RpcRequest("anvil_mine", "0x1"), None);
        }
        while (!await rpc.Heads.AnnouncedAsync(head, TimeSpan.FromSeconds(1), None));

        ChainHead next = await rpc.Heads.HeadAsync(None);
        Assert.True(next.Number > head.Number);
        Assert.True(next.Unchanged < TimeSpan.FromSeconds(30));
    }
}
