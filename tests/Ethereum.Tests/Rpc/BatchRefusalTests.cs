using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>
/// A batch that a server does not bear is made smaller, in whatever way it is refused. Before, only certain English words did that, and an
/// endpoint with another wording could not be worked with at all.
/// </summary>
public sealed class BatchRefusalTests
{
    private const int Borne = 3;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly RpcOptions Quick = new() { TimeoutSeconds = 2, PatienceSeconds = 0.2, RetryDelaySeconds = 0.001, MaxRetries = 1, BreakerMinimum = 1000 };

    public static TheoryData<string> Ways =>
    [
        "code 31 for all, status 500", "code 31 for each item", "an error without code for each item", "an error with the id null", "an error page, 400",
        "nothing, 413", "silence", "hanging up", "an empty list", "half of the list", "another language", "a string for an error", "one object for all",
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_batch_that_is_refused_is_made_smaller_until_it_passes_and_the_size_is_remembered(string way)
    {
        await using MisbehavingNode node = await MisbehavingNode.StartAsync();
        node.Instead = (context, requests) => requests.Count > Borne ? RefuseAsync(way, context, requests) : Task.FromResult(false);
        await using RpcEndpoint rpc = node.Connect(Quick);

        IReadOnlyList<RpcReply> replies = await rpc.BatchAsync(RpcEndpointTests.Requests(40), None);

        Assert.Equal(Enumerable.Range(0, 40), replies.Select(r => r.Result.GetInt32()));
        int posts = node.Posts.Count;
        await rpc.BatchAsync(RpcEndpointTests.Requests(9), None);
        if (way is not ("half of the list" or "silence" or "hanging up" or "an empty list"))
        {
            Assert.All(node.Posts.Skip(posts), n => Assert.InRange(n, 1, Borne));
        }
    }

    [Theory]
    [InlineData("code 31 for all, status 500")]
    [InlineData("code 31 for each item")]
    [InlineData("silence")]
    public async Task With_another_endpoint_at_hand_nothing_is_lost_by_it_either(string way)
    {
        await using Pair pair = await Pair.StartAsync(Quick with { TimeoutSeconds = 5 });
        pair.First.Instead = (context, requests) => requests.Count > Borne ? RefuseAsync(way, context, requests) : Task.FromResult(false);
        for (int i = 0; i < 5; i++)
        {
            IReadOnlyList<RpcReply> replies = await pair.Rpc.BatchAsync(RpcEndpointTests.Requests(20), None);
            Assert.Equal(Enumerable.Range(0, 20), replies.Select(r => r.Result.GetInt32()));
        }
    }

    [Fact]
    public async Task A_limit_on_requests_a_second_does_not_make_batches_small()
    {
        await using MisbehavingNode node = await MisbehavingNode.StartAsync();
        int calls = 0;
        node.Instead = (context, _) =>
        {
            bool limited = Interlocked.Increment(ref calls) % 2 == 1;
            context.Response.StatusCode = limited ? 429 : 200;
            return Task.FromResult(limited);
        };
        await using RpcEndpoint rpc = node.Connect();

        IReadOnlyList<RpcReply> replies = await rpc.BatchAsync(RpcEndpointTests.Requests(500), None);

        Assert.Equal(500, replies.Count(r => r.Error is null));
        Assert.Equal(100, rpc.CurrentBatchSize);
        Assert.Equal(10, node.Posts.Count);
    }

    private static async Task<bool> RefuseAsync(string way, HttpContext context, IReadOnlyList<JsonObject> requests)
    {
        switch (way)
        {
            case "code 31 for all, status 500":
                context.Response.StatusCode = 500;
                return await MisbehavingNode.SayAsync(context, MisbehavingNode.Error(null, 31, "Batch of more than 3 requests are not allowed on free tier"));
            case "code 31 for each item":
                return await MisbehavingNode.SayAsync(context, MisbehavingNode.Each(requests, r => MisbehavingNode.Error(r["id"], 31, "not allowed on free tier")));
            case "an error without code for each item":
                return await MisbehavingNode.SayAsync(context, MisbehavingNode.Each(requests, r => new JsonObject { ["id"] = r["id"]!.DeepClone(), ["error"] = new JsonObject() }));
            case "an error with the id null":
                return await MisbehavingNode.SayAsync(context, new JsonArray(MisbehavingNode.Error(null, -32600, "nope")));
            case "one object for all":
                return await MisbehavingNode.SayAsync(context, MisbehavingNode.Error(requests[0]["id"], -32600, "invalid request"));
            case "another language":
                return await MisbehavingNode.SayAsync(context, MisbehavingNode.Error(null, -32000, "一括要求は三件まで"));
            case "a string for an error":
                return await MisbehavingNode.SayAsync(context, new JsonObject { ["error"] = "calm down" });
            case "an error page, 400":
                context.Response.StatusCode = 400;
                await context.Response.WriteAsync("<html>Bad Request</html>");
                return true;
            case "nothing, 413":
                context.Response.StatusCode = 413;
                return true;
            case "silence":
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return true;
            case "hanging up":
                context.Abort();
                return true;
            case "an empty list":
                return await MisbehavingNode.SayAsync(context, new JsonArray());
            default:
                return await MisbehavingNode.SayAsync(context, new JsonArray([.. requests.Take(requests.Count / 2).Select(MisbehavingNode.Good)]));
        }
    }
}
