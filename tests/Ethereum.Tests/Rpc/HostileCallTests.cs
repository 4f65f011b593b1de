using System.Text.Json.Nodes;
using Gavel.TestKit;
using Microsoft.AspNetCore.Http;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>
/// Calls that break every node that executes them: it keeps silent, hangs up, or answers with a failing status or an error page, for the whole
/// batch. Before, one such call was the end of the batch, and on every endpoint of the whole cycle.
/// </summary>
public sealed class HostileCallTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly RpcOptions Quick = new() { TimeoutSeconds = 3, PatienceSeconds = 0.3, MaxRetries = 1, RetryDelaySeconds = 0.001, ProbeSeconds = 60 };

    public static TheoryData<string> Ways => ["500", "500 with a code", "an error page, 200", "half an answer", "hanging up", "silence"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_other_calls_of_the_batch_come_back_from_one_endpoint(string way)
    {
        await using MisbehavingNode node = await MisbehavingNode.StartAsync();
        Hostile hostile = new(way, [17, 18, 19, 55]);
        node.Instead = hostile.AnswerAsync;
        await using RpcEndpoint rpc = node.Connect(Quick);

        await AssertOthersAsync(rpc, hostile.Calls, 120);
        Assert.Equal(100, rpc.CurrentBatchSize); // how many there were was not the trouble

        // From then on they are asked alone, behind the others: each costs one round trip and nobody else's answer.
        hostile.Failed = 0;
        int posts = node.Posts.Count;
        await AssertOthersAsync(rpc, hostile.Calls, 120);
        Assert.Equal([100, 16], node.Posts.Skip(posts).Take(2));
        Assert.InRange(hostile.Failed, 1, hostile.Calls.Length);
        Assert.All(node.Posts.Skip(posts + 2), count => Assert.Equal(1, count));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_other_calls_come_back_where_every_endpoint_breaks_and_none_is_sick_of_it(string way)
    {
        await using Pair pair = await Pair.StartAsync(Quick with { ProbeSeconds = 0.02, MaxProbeSeconds = 0.05 });
        Hostile hostile = new(way, [3, 4]);
        pair.First.Instead = hostile.AnswerAsync;
        pair.Second.Instead = hostile.AnswerAsync;
        for (int i = 0; i < 4; i++)
        {
            await AssertOthersAsync(pair.Rpc, hostile.Calls, 30);
        }

        await Eventually.TrueAsync(() => pair.Rpc.Endpoints.All(e => e.State.SickSince is null));
        await AssertOthersAsync(pair.Rpc, hostile.Calls, 30);
        Assert.Null(pair.Sick.State.SickSince);
    }

    [Theory]
    [InlineData("500", true)]
    [InlineData("silence", true)]
    [InlineData("silence", false)]
    public async Task Silence_to_what_the_first_could_not_answer_costs_health_only_if_a_small_question_goes_unanswered_too(string way, bool lives)
    {
        await using Pair pair = await Pair.StartAsync(Quick with { TimeoutSeconds = 5, ExpectedChainId = 900 });
        pair.FirstErrs(r => (int)r["params"]![0]! == 2 ? MisbehavingNode.Error(r["id"], -32000, "execution timeout") : null);
        Hostile hostile = new(way, [2]);
        pair.Second.Instead = hostile.AnswerAsync;
        for (int i = 0; i < 3; i++)
        {
            int probes = pair.Second.Probes;
            await AssertOthersAsync(pair.Rpc, hostile.Calls, 5, isTransient: false);
            await Eventually.TrueAsync(() => pair.Second.Probes > probes || pair.Rpc.Endpoints[1].State.SickSince is not null);
            if (!lives)
            {
                pair.Second.Instead = async (context, _) =>
                {
                    await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return true;
                };
            }
        }

        Assert.Equal(lives ? 3 : 1, hostile.Failed);
        if (lives)
        {
            Assert.Equal([1, 1], pair.Rpc.Endpoints.Select(e => e.Health));
        }
        else
        {
            await Eventually.TrueAsync(() => pair.Rpc.Endpoints[1].Health < 1);
        }
    }

    [Theory]
    [InlineData("500")]
    [InlineData("silence")]
    public async Task A_batch_of_nothing_else_is_the_outcome_of_its_calls(string way)
    {
        await using Pair pair = await Pair.StartAsync(Quick);
        Hostile hostile = new(way, [0, 1]);
        pair.First.Instead = hostile.AnswerAsync;
        pair.Second.Instead = hostile.AnswerAsync;
        foreach (int count in (int[])[1, 2])
        {
            Assert.All(await pair.Rpc.BatchAsync(RpcEndpointTests.Requests(count), None), r => Assert.True(r.Error!.IsTransient));
        }

        await using RpcEndpoint alone = pair.First.Connect(Quick);
        Assert.All(await alone.BatchAsync(RpcEndpointTests.Requests(1), None), r => Assert.True(r.Error!.IsTransient));
    }

    [Fact]
    public async Task A_server_that_goes_down_within_a_long_batch_keeps_what_it_has_answered_and_is_not_asked_for_ever()
    {
        await using MisbehavingNode node = await MisbehavingNode.StartAsync();
        int calls = 0;
        node.Instead = (context, _) => Down(context, Interlocked.Increment(ref calls) > 3);
        await using RpcEndpoint rpc = node.Connect(Quick with { MaxBatchSize = 10 });

        IReadOnlyList<RpcReply> replies = await rpc.BatchAsync(RpcEndpointTests.Requests(200), None);

        Assert.Equal(Enumerable.Range(0, 30), replies.Where(r => r.Error is null).Select(r => r.Result.GetInt32()));
        Assert.All(replies.Skip(30), r => Assert.Equal(503, r.Error!.HttpStatus));
        Assert.InRange(calls, 4, 8); // a batch, one alone and once more, and a small question

        node.Instead = (context, _) => Down(context, true);
        Assert.Equal(503, (await Assert.ThrowsAsync<RpcException>(() => rpc.BatchAsync(RpcEndpointTests.Requests(20), None))).HttpStatus);

        static Task<bool> Down(HttpContext context, bool down)
        {
            context.Response.StatusCode = down ? 503 : 200;
            return Task.FromResult(down);
        }
    }

    [Fact]
    public async Task Pauses_that_a_limited_server_wants_do_not_add_up_while_it_goes_on()
    {
        await using MisbehavingNode node = await MisbehavingNode.StartAsync();
        int calls = 0;
        ManualTime time = new();
        bool isOver = false;
        node.Instead = (context, _) =>
        {
            bool limited = isOver || Interlocked.Increment(ref calls) % 2 == 1;
            context.Response.StatusCode = limited ? 429 : 200;
            context.Response.Headers.RetryAfter = "10";
            return Task.FromResult(limited);
        };
        await using RpcEndpoint rpc = new(EndpointUrl.Parse(node.Url), new RpcOptions { TimeoutSeconds = 5, MaxRetries = 0, MaxBatchSize = 10 }, time);
        Task<IReadOnlyList<RpcReply>> batch = rpc.BatchAsync(RpcEndpointTests.Requests(100), None);
        await PassAsync(batch); // ten pauses of 10 s each, of which two in a row would be too many
        Assert.Equal(100, (await batch).Count(r => r.Error is null));

        isOver = true;
        batch = rpc.BatchAsync(RpcEndpointTests.Requests(100), None);
        await PassAsync(batch);
        Assert.Equal(RpcErrorKind.RateLimit, (await Assert.ThrowsAsync<RpcException>(() => batch)).Kind);

        async Task PassAsync(Task until)
        {
            while (!until.IsCompleted)
            {
                time.Advance(TimeSpan.FromSeconds(0.1));
                await Task.WhenAny(until, Task.Delay(1));
            }
        }
    }

    [Fact]
    public async Task What_a_limited_endpoint_has_answered_is_kept_and_the_rest_is_asked_of_the_next()
    {
        await using Pair pair = await Pair.StartAsync(Quick with { MaxBatchSize = 10, ExpectedChainId = 900 });
        int calls = 0;
        pair.First.ProbesToo = false;
        pair.First.Instead = (context, _) =>
        {
            bool limited = Interlocked.Increment(ref calls) > 3;
            context.Response.StatusCode = limited ? 429 : 200;
            return Task.FromResult(limited);
        };

        IReadOnlyList<RpcReply> replies = await pair.Rpc.BatchAsync(RpcEndpointTests.Requests(60), None);

        Assert.Equal(Enumerable.Range(0, 60), replies.Select(r => r.Result.GetInt32()));
        Assert.Equal(30, pair.Second.Posts.Sum());
    }

    [Fact]
    public void A_suspect_is_given_more_time_until_it_has_had_all_and_is_forgotten_when_it_is_answered_or_old()
    {
        ManualTime time = new();
        Suspects suspects = new(new RpcOptions { CapabilitySeconds = 600 }, time);
        RpcRequest[] calls = RpcEndpointTests.Requests(3);
        Assert.Empty(suspects.Among(calls));
        List<double> limits = [];
        for (int i = 0; i < 5; i++)
        {
            suspects.Failed(calls[1]);
            limits.Add(suspects.Limit(calls[1]).TotalSeconds);
        }

        Assert.Equal([12, 24, 30, 6, 6], limits);
        time.Advance(TimeSpan.FromSeconds(1));
        suspects.Failed(calls[0]);
        Assert.Equal([1, 0], suspects.Among(calls)); // that which has waited longest comes first
        suspects.Answered(calls[0]);
        Assert.Equal([1], suspects.Among(calls));
        time.Advance(TimeSpan.FromSeconds(599));
        Assert.Empty(suspects.Among(calls));
        for (int i = 0; i < 1000; i++)
        {
            suspects.Failed(new RpcRequest("eth_call", i));
        }

        Assert.Equal(256, suspects.Among([.. Enumerable.Range(0, 1000).Select(i => new RpcRequest("eth_call", i, "0x1"))]).Length);
    }

    private static async Task AssertOthersAsync(IJsonRpc rpc, int[] hostile, int count, bool isTransient = true)
    {
        IReadOnlyList<RpcReply> replies = await rpc.BatchAsync(RpcEndpointTests.Requests(count), None);
        Assert.Equal(Enumerable.Range(0, count).Except(hostile), replies.Where(r => r.Error is null).Select(r => r.Result.GetInt32()));
        Assert.All(hostile, i => Assert.True(replies[i].Error!.IsTransient == isTransient, $"{replies[i].Error}"));
    }

    private sealed class Hostile(string way, int[] calls)
    {
        private int _failed;

        public int[] Calls => calls;

        /// <summary>Posts that broke.</summary>
        public int Failed
        {
            get => Volatile.Read(ref _failed);
            set => Volatile.Write(ref _failed, value);
        }

        public async Task<bool> AnswerAsync(HttpContext context, IReadOnlyList<JsonObject> requests)
        {
            if (!requests.Any(r => r["params"] is JsonArray { Count: > 0 } list && calls.Contains((int)list[0]!)))
            {
                return false;
            }

            Interlocked.Increment(ref _failed);
            switch (way)
            {
                case "500":
                    context.Response.StatusCode = 500;
                    return true;
                case "500 with a code":
                    context.Response.StatusCode = 500;
                    return await MisbehavingNode.SayAsync(context, MisbehavingNode.Error(null, -32603, "Internal error"));
                case "an error page, 200":
                    await context.Response.WriteAsync("<html>upstream timed out</html>");
                    return true;
                case "half an answer":
                    await context.Response.WriteAsync("[{\"jsonrpc\":\"2.0\",\"id\":1,\"res");
                    return true;
                case "hanging up":
                    context.Abort();
                    return true;
                default:
                    await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return true;
            }
        }
    }
}
