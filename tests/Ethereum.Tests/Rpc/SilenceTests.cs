using System.Diagnostics;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>
/// Endpoints that accept and say nothing, or too slowly. Before, a silent preferred endpoint was retried for two minutes before the next was
/// asked, and asked first again soon after: 4 % of the requests were answered.
/// </summary>
public sealed class SilenceTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly RpcOptions Short = Pair.Options with { PatienceSeconds = 0.2, TimeoutSeconds = 4, ProbeSeconds = 0.05, MaxProbeSeconds = 0.4 };

    [Theory]
    [InlineData(null)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,                                        ")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task With_a_silent_first_endpoint_every_request_is_answered_within_the_patience_and_a_little(string? dripping)
    {
        await using SilentNode silent = new(dripping);
        await using MisbehavingNode good = await MisbehavingNode.StartAsync();
        await using FailoverRpc rpc = new([silent.Url, EndpointUrl.Parse(good.Url)], Short with { ExpectedChainId = 900 });
        List<double> seconds = [];
        for (int i = 0; i < 200; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Assert.Equal(0, (await rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Assert.True(seconds.Max() < Short.TimeoutSeconds / 2, $"{seconds.Max()} s");
        Assert.True(seconds.Count(s => s > 0.15) <= 10, "live traffic must not look for its recovery"); // the first has waited, and a busy machine stalls now and then
        Assert.NotNull(rpc.Endpoints[0].State.SickSince);
        Assert.Contains("no answer", rpc.Endpoints[0].LastTrouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_answers_small_questions_only_is_trusted_less_each_time()
    {
        await using Pair pair = await Pair.StartAsync(Short);
        await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None);
        pair.First.ProbesToo = false;
        pair.First.Instead = async (context, _) =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        long start = Stopwatch.GetTimestamp();
        int before = pair.First.Posts.Count;
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < 3)
        {
            Assert.Equal(0, (await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
        }

        // Probes at 0.05, 0.1, 0.2, 0.4, 0.4 s find it well; each time one request finds it silent. Trusted the same each time it would be 12 to 15.
        Assert.InRange(pair.First.Posts.Count - before, 2, 11);
    }

    [Fact]
    public async Task A_sick_endpoint_gets_no_live_traffic_and_comes_back_by_a_probe()
    {
        await using Pair pair = await Pair.StartAsync(Short);
        pair.First.Say("down", 503);
        for (int i = 0; i < 3; i++)
        {
            await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None);
        }

        int posts = pair.First.Posts.Count;
        int probes = pair.First.Probes;
        for (int i = 0; i < 50; i++)
        {
            await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None);
        }

        Assert.Equal(posts, pair.First.Posts.Count);
        await Eventually.TrueAsync(() => pair.First.Probes > probes);
        pair.First.Instead = null;
        await Eventually.TrueAsync(() => pair.Sick.State.SickSince is null);
        await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None);
        Assert.Equal(posts + 1, pair.First.Posts.Count); // the preferred one again
    }

    /// <summary>Before, one that fell ill again in the moment in which a probe found it well was probed no more.</summary>
    [Fact]
    public async Task One_that_falls_ill_in_the_moment_in_which_it_comes_back_is_probed_on()
    {
        TrapTime time = new();
        await using Pair pair = await Pair.StartAsync(Short with { ExpectedChainId = 900 }, time);
        await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None);
        EndpointHealth state = pair.Sick.State;
        pair.First.Say("down", 503);
        for (int i = 0; i < 3; i++)
        {
            await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None);
        }

        Assert.NotNull(state.SickSince);
        time.Trap = () => state.SickSince is null && state.Charge(TimeSpan.FromSeconds(5), "slow");
        pair.First.Instead = null;
        await Eventually.TrueAsync(() => time.Trap is null && state.SickSince is null);
    }

    [Fact]
    public async Task The_first_good_answer_counts_whoever_gives_it()
    {
        await using Pair pair = await Pair.StartAsync(Short with { ExpectedChainId = 900, ProbeSeconds = 60, MaxProbeSeconds = 60 });
        await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None);
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.First.Instead = async (_, _) =>
        {
            await go.Task;
            return false;
        };
        pair.Second.Instead = async (context, _) =>
        {
            go.TrySetResult(); // once the second is asked, the first answers and the second falls silent
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };

        Assert.Equal(0, (await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
        Assert.Null(pair.Rpc.Endpoints[1].State.SickSince); // cut off after a short time: no fault of its own
    }

    [Fact]
    public async Task A_caller_who_gives_up_soon_costs_no_health_and_one_whose_deadline_passes_does()
    {
        await using SilentNode silent = new();
        await using RpcEndpoint rpc = new(silent.Url, Short);
        using CancellationTokenSource soon = new(TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rpc.RequestAsync(new RpcRequest("eth_call"), soon.Token));
        Assert.Equal(1, rpc.Health);

        using CancellationTokenSource deadline = new(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rpc.RequestAsync(new RpcRequest("eth_call"), deadline.Token));
        Assert.True(rpc.Health < 0.95, $"{rpc.Health}");
        Assert.Contains("no answer to eth_call", rpc.LastTrouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_all_fail_for_a_moment_they_are_asked_again_and_the_error_names_each()
    {
        await using Pair pair = await Pair.StartAsync();
        await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None);
        int calls = 0;
        pair.First.Instead = (c, _) => DownOnceAsync(c);
        pair.Second.Instead = (c, _) => DownOnceAsync(c);
        Assert.Equal(0, (await pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());

        pair.First.Say("out of order", 500);
        pair.Second.Say("no", 401);
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => pair.Rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None));
        Assert.Contains("out of order", e.Message, StringComparison.Ordinal);
        Assert.Contains("HTTP status 401", e.Message, StringComparison.Ordinal);

        Task<bool> DownOnceAsync(Microsoft.AspNetCore.Http.HttpContext context)
        {
            bool down = Interlocked.Increment(ref calls) <= 2;
            context.Response.StatusCode = down ? 502 : 200;
            return Task.FromResult(down);
        }
    }

    // Does something once, when the clock is read and it is time for it.
    private sealed class TrapTime : TimeProvider
    {
        private Func<bool>? _trap;
        private int _inside;

        public Func<bool>? Trap
        {
            get => Volatile.Read(ref _trap);
            set => Volatile.Write(ref _trap, value);
        }

        public override long GetTimestamp()
        {
            if (Trap is { } trap && Interlocked.Exchange(ref _inside, 1) == 0)
            {
                Trap = trap() ? null : trap;
                Volatile.Write(ref _inside, 0);
            }

            return base.GetTimestamp();
        }
    }
}
