using System.Collections.Concurrent;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>Several servers of which some fail.</summary>
public sealed class FailoverRpcTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly RpcOptions Quick = new() { MaxRetries = 0, TimeoutSeconds = 2, PatienceSeconds = 1, ProbeSeconds = 60 };
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private readonly MisbehavingNode[] _nodes = new MisbehavingNode[3];
    private FailoverRpc _rpc = null!;

    public async Task InitializeAsync()
    {
        for (int i = 0; i < _nodes.Length; i++)
        {
            _nodes[i] = await MisbehavingNode.StartAsync();
        }

        _rpc = new FailoverRpc([.. _nodes.Select(n => n.Connect(Quick))]);
    }

    public async Task DisposeAsync()
    {
        await _rpc.DisposeAsync();
        foreach (MisbehavingNode node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_first_good_server_answers_and_a_failing_one_is_asked_last_until_it_recovers()
    {
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(0, (await AskAsync()).GetInt32());
        }

        Assert.Equal([5, 0, 0], Counts());
        _nodes[0].Say("down", 503);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(0, (await AskAsync()).GetInt32());
        }

        // One failure may be a bad moment. At the second, when it is asked for its chain once more, it is sick until a probe finds it well.
        Assert.Equal([6, 10, 0], Counts());
        Assert.True(_rpc.Endpoints[0].Health < 0.9);
        Assert.Contains("503", _rpc.Endpoints[0].LastTrouble, StringComparison.Ordinal);

        await _nodes[1].DisposeAsync(); // gone altogether
        Assert.Equal(0, (await AskAsync()).GetInt32());
        Assert.Single(_nodes[2].Posts);
    }

    [Fact]
    public async Task A_failure_of_all_names_each()
    {
        _nodes[0].Say("down", 503);
        _nodes[1].Say("oops");
        _nodes[2].Say("slow down", 429);

        RpcException e = await Assert.ThrowsAsync<RpcException>(AskAsync);

        Assert.Contains("all 3 endpoints", e.Message, StringComparison.Ordinal);
        Assert.Equal(
            [RpcErrorKind.Network, RpcErrorKind.Malformed, RpcErrorKind.RateLimit],
            ((AggregateException)e.InnerException!).InnerExceptions.Cast<RpcException>().Select(x => x.Kind));
    }

    [Fact]
    public async Task A_server_without_the_block_passes_on_and_a_revert_does_not()
    {
        _nodes[0].ProbesToo = false;
        _nodes[0].Instead = (c, r) => MisbehavingNode.SayAsync(c, MisbehavingNode.Each(r, x => MisbehavingNode.Error(x["id"], -32000, "header not found")));
        Assert.Equal(0, (await AskAsync()).GetInt32());
        Assert.Equal(2, (await _rpc.BatchAsync(RpcEndpointTests.Requests(2), None)).Count);
        Assert.Equal([3, 2, 0], Counts()); // the batch, and one of it alone
        Assert.True(_rpc.Endpoints[0].Health < 1); // twice in a row, where another one had the answer

        _nodes[0].Instead = (c, r) => MisbehavingNode.SayAsync(c, MisbehavingNode.Each(r, x => MisbehavingNode.Error(x["id"], 3, "execution reverted", "0x")));
        Assert.Equal(RpcErrorKind.Revert, (await Assert.ThrowsAsync<RpcException>(AskAsync)).Kind);
        IReadOnlyList<RpcReply> replies = await _rpc.BatchAsync(RpcEndpointTests.Requests(2), None);
        Assert.All(replies, r => Assert.Equal(RpcErrorKind.Revert, r.Error!.Kind));
        Assert.Equal([5, 2, 0], Counts());
    }

    [Fact]
    public async Task The_budget_lets_a_burst_pass_and_then_so_many_a_second()
    {
        ManualTime time = new();
        RequestBudget budget = new(perSecond: 10, burst: 5, time);
        for (int i = 0; i < 5; i++)
        {
            Assert.True(budget.TakeAsync(1, Long, None).AsTask().IsCompletedSuccessfully);
        }

        Task sixth = budget.TakeAsync(1, Long, None).AsTask();
        Task batch = budget.TakeAsync(10, Long, None).AsTask();
        Assert.False(sixth.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await sixth;
        Assert.False(batch.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.5)); // the bucket is full: more than that is lent
        await batch;
        Task after = budget.TakeAsync(1, Long, None).AsTask();
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.False(after.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        await after;
    }

    [Fact]
    public async Task A_wait_that_is_too_long_is_not_begun_and_takes_nothing()
    {
        RequestBudget budget = new(perSecond: 1, burst: 1, new ManualTime());
        Assert.Null(await budget.TakeAsync(1, Long, None));
        for (int i = 0; i < 2; i++)
        {
            ValueTask<TimeSpan?> refused = budget.TakeAsync(1, TimeSpan.FromSeconds(0.5), None);
            Assert.True(refused.IsCompleted);
            Assert.Equal(TimeSpan.FromSeconds(1), await refused);
        }
    }

    /// <summary>Before, a request waited for its budget without any limit, and a caller's limit that passed meanwhile told nothing.</summary>
    [Fact]
    public async Task Whoever_waits_for_our_own_budget_hears_that_and_the_server_is_not_blamed()
    {
        await using RpcEndpoint rpc = _nodes[0].Connect(Quick with { RequestsPerSecond = 0.05, Burst = 1, MaxBatchSize = 1, MaxRetries = 3 });
        RpcRequest ask = RpcEndpointTests.Requests(1)[0];
        await rpc.RequestAsync(ask, None);
        using CancellationTokenSource limit = new();
        Task second = rpc.RequestAsync(ask, limit.Token); // for 20 s; up to 32 s are waited for
        RpcException third = await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(ask, None)); // for 40 s
        Assert.Equal(RpcErrorKind.RateLimit, third.Kind);
        Assert.Contains("not asked: our own budget of 0.05 requests a second (RequestsPerSecond) is spent for 4", third.Message, StringComparison.Ordinal);
        await limit.CancelAsync();
        OperationCanceledException given = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Contains("it still waited for our own budget", given.Message, StringComparison.Ordinal);
        Assert.Single(_nodes[0].Posts);
        Assert.Equal((1, null), (rpc.Health, rpc.LastTrouble));
    }

    /// <summary>Before, what failed beside the endpoint that told the chain was seen by nobody but the finaliser.</summary>
    [Fact]
    public async Task Learning_the_chain_leaves_no_failure_unobserved()
    {
        _nodes[1].Say("not here either", 500);
        ConcurrentBag<string> unobserved = [];
        EventHandler<UnobservedTaskExceptionEventArgs> see = (_, e) => unobserved.Add(e.Exception.ToString());
        TaskScheduler.UnobservedTaskException += see;
        try
        {
            await AskAsync();
            await _rpc.DisposeAsync();
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= see;
        }

        string second = new Uri(_nodes[1].Url).Authority;
        Assert.DoesNotContain(unobserved, e => e.Contains(second, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_is_disposed_of_while_its_chain_is_learned_ends_its_callers_properly()
    {
        await using SilentNode one = new();
        await using SilentNode other = new();
        FailoverRpc rpc = new([one.Url, other.Url], Quick);
        Task[] asks = [.. Enumerable.Range(0, 3).Select(_ => rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None))];
        await Eventually.TrueAsync(() => one.Connections > 0 && other.Connections > 0);
        await rpc.DisposeAsync();
        foreach (Task ask in asks)
        {
            Exception e = await Assert.ThrowsAnyAsync<Exception>(() => ask);
            Assert.True(e is OperationCanceledException or RpcException, $"{e}");
        }
    }

    private Task<System.Text.Json.JsonElement> AskAsync() => _rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None);

    private int[] Counts() => [.. _nodes.Select(n => n.Posts.Count)];
}
