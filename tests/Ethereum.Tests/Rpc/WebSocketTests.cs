using System.Net.WebSockets;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>Requests and subscriptions over a WebSocket of a real node, which falls and comes back.</summary>
public sealed class WebSocketTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly RpcOptions Quick = new() { RetryDelay = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromSeconds(5) };

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
    public async Task Heads_arrive_and_go_on_after_the_node_fell_and_came_back()
    {
        AnvilProcess anvil = await AnvilProcess.StartAsync();
        await using RpcEndpoint rpc = new(SocketOf(anvil.Port), Quick with { MaxRetries = 8 });
        await using ChainFeed feed = new(SocketOf(anvil.Port), Quick);
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(30));
        await using IAsyncEnumerator<RpcBlock?> heads = feed.HeadsAsync(stop.Token).GetAsyncEnumerator(stop.Token);

        Assert.Null(await NextAsync(heads)); // connected
        await rpc.RequestAsync(new RpcRequest("anvil_mine", "0x2"), None);
        Assert.Equal(1UL, (await NextAsync(heads))!.Number);
        Assert.Equal(2UL, (await NextAsync(heads))!.Number);

        int port = anvil.Port;
        await anvil.DisposeAsync();
        await using AnvilProcess again = await AnvilProcess.StartOnAsync(port);
        Assert.Null(await NextAsync(heads)); // connected anew: what happened in between was missed
        await rpc.RequestAsync(new RpcRequest("anvil_mine", "0x1"), None);
        Assert.Equal(1UL, (await NextAsync(heads))!.Number);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await heads.MoveNextAsync());
    }

    [Fact]
    public async Task Logs_of_the_contract_asked_for_arrive()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        await using RpcEndpoint rpc = new(SocketOf(anvil.Port), Quick);
        ChainReader eth = new(rpc);
        using LocalSigner signer = new(new PrivateKey(Hex.Decode(AnvilProcess.FirstKey)));

        // Code that writes an empty log with the topic 7 whenever it is called: PUSH1 7, PUSH0, PUSH0, LOG1.
        RpcReceipt created = await SendAsync(eth, signer, 0, null, "0x6460075f5fa15f526005601bf3");
        Address contract = created.ContractAddress!.Value;
        Assert.Equal("0x60075f5fa1", Hex.Encode(await eth.GetCodeAsync(contract, BlockRef.Latest, None)));

        await using ChainFeed feed = new(SocketOf(anvil.Port), Quick);
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(30));
        Hash32 topic = Hash32.FromUInt256(7);
        await using IAsyncEnumerator<RpcLog?> logs = feed
            .LogsAsync(new LogFilter { Addresses = [contract], Topics = [[topic]] }, stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.Null(await NextAsync(logs));
        RpcReceipt called = await SendAsync(eth, signer, 1, contract, "0x");

        RpcLog log = (await NextAsync(logs))!;
        Assert.Equal((contract, called.TransactionHash, called.BlockHash), (log.Address, log.TransactionHash, log.BlockHash));
        Assert.Equal([topic], log.Topics);

        // The same log by each other way.
        RpcLog byHash = Assert.Single(await eth.GetLogsAsync(new LogFilter { BlockHash = called.BlockHash, Addresses = [contract] }, None));
        RpcLog byRange = Assert.Single(await eth.GetLogsAsync(new LogFilter { From = 0, To = BlockRef.Latest, Topics = [[topic, Hash32.Zero]] }, None));
        Assert.Equal(log.LogIndex, byHash.LogIndex);
        Assert.Equal(called.Logs[0].TransactionHash, byRange.TransactionHash);
        Assert.Empty(await eth.GetLogsAsync(new LogFilter { From = 0, To = BlockRef.Latest, Topics = [null, [topic]] }, None));
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
        await using RpcEndpoint rpc = new(SocketOf(anvil.Port), Quick with { MaxRetries = 8, MaxRetryDelay = TimeSpan.FromMilliseconds(200), BreakerMinimum = 100_000 });
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

    private static async Task<T?> NextAsync<T>(IAsyncEnumerator<T?> items)
        where T : class
    {
        Assert.True(await items.MoveNextAsync());
        return items.Current;
    }

    private static async Task<RpcReceipt> SendAsync(ChainReader eth, LocalSigner signer, ulong nonce, Address? to, string data)
    {
        Eip1559Transaction transaction = new()
        {
            ChainId = 900,
            Nonce = nonce,
            MaxPriorityFeePerGas = 1,
            MaxFeePerGas = 2_000_000_000,
            GasLimit = 200_000,
            To = to,
            Data = Hex.Decode(data),
        };
        SignedTransaction signed = await signer.SignAsync(transaction, None);
        await eth.SendRawTransactionAsync(signed.Raw, None);
        return await Eventually.NotNullAsync(() => eth.FindReceiptAsync(signed.Hash, None));
    }
}
