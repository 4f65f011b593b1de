using System.Net.WebSockets;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>Requests and subscriptions over a WebSocket of a real node, which falls and comes back.</summary>
public sealed class WebSocketTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly RpcOptions Quick = new() { RetryDelaySeconds = 0.02, TimeoutSeconds = 5, PatienceSeconds = 2 };

    [Fact]
    public async Task Many_callers_share_one_connection()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        await using RpcEndpoint rpc = new(SocketOf(anvil.Port), Quick);
        ChainReader eth = new(rpc);

        ulong[] ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => eth.GetChainIdAsync(None)));
        Assert.All(ids, id => Assert.Equal(900UL, id));

        IReadOnlyList<RpcReply> replies = await rpc.BatchAsync(
            [.. Enumerable.Range(0, 250).Select(i => new RpcRequest("eth_getBlockByNumber", i % 2 == 0 ? "0x0" : "0x99", false))], None);
        Assert.All(replies.Select((r, i) => (r, i)), p => Assert.Equal(p.i % 2 == 0, !new RpcValue(p.r.Result, "block").IsNull));
    }

    [Fact]
    public async Task A_socket_that_closes_in_the_middle_fails_what_is_under_way_and_is_opened_again()
    {
        await using MisbehavingNode node = await MisbehavingNode.StartAsync();
        EndpointUrl url = EndpointUrl.Parse(node.Url.Replace("http", "ws", StringComparison.Ordinal));
        await using RpcEndpoint rpc = new(url, Quick with { MaxRetries = 0 });
        foreach (string fault in (string[])["close", "garbage", "foreign", "abort"])
        {
            node.Socket = async (context, socket) =>
            {
                await socket.ReceiveAsync(new byte[4096], None);
                switch (fault)
                {
                    case "close": await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, None); break;
                    case "abort": context.Abort(); break;
                    default:
                        ReadOnlyMemory<byte> text = fault == "garbage" ? "{{"u8.ToArray() : "{\"id\":999,\"result\":1}"u8.ToArray();
                        await socket.SendAsync(text, WebSocketMessageType.Text, true, None);
                        await Task.Delay(50);
                        socket.Abort();
                        break;
                }
            };
            RpcException e = await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(new RpcRequest("eth_chainId"), None));
            Assert.True(e.IsTransient, fault);
        }

        node.Socket = async (_, socket) =>
        {
            await socket.ReceiveAsync(new byte[4096], None);
            await socket.SendAsync("{\"id\":1,\"result\":\"0x2\"}"u8.ToArray(), WebSocketMessageType.Text, true, None);
            await Task.Delay(500);
        };
        Assert.Equal(2UL, await new ChainReader(rpc).GetChainIdAsync(None));
    }

    [Fact]
    public async Task Callers_who_give_up_and_a_falling_node_disturb_no_one_else()
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync();
        await using RpcEndpoint rpc = new(SocketOf(anvil.Port), Quick with { MaxRetries = 8, MaxRetryDelaySeconds = 0.2, BreakerMinimum = 100_000 });
        ChainReader eth = new(rpc);
        Random random = new(Seed.Value);
        Task[] callers = [.. Enumerable.Range(0, 300).Select(i => CallAsync(i, random.Next(30)))];
        await Task.Delay(15);
        int port = anvil.Port;
        await anvil.DisposeAsync();
        await using AnvilProcess again = await AnvilProcess.StartOnAsync(port);

        await Task.WhenAll(callers);
        Assert.Equal(900UL, await eth.GetChainIdAsync(None));

        async Task CallAsync(int index, int milliseconds)
        {
            await Task.Delay(milliseconds);
            using CancellationTokenSource cancel = index % 3 == 0 ? new(milliseconds % 5) : new();
            try
            {
                Assert.Equal(900UL, await eth.GetChainIdAsync(cancel.Token));
            }
            catch (OperationCanceledException)
            {
                Assert.True(cancel.IsCancellationRequested);
            }
        }
    }

    private static EndpointUrl SocketOf(int port) =>
        EndpointUrl.Parse(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ws://127.0.0.1:{port}"));
}
