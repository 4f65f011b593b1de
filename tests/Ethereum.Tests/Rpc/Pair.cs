using System.Text.Json.Nodes;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>Two endpoints of one chain, the first of which misbehaves.</summary>
internal sealed class Pair : IAsyncDisposable
{
    public static readonly RpcOptions Options = new()
    {
        TimeoutSeconds = 5,
        PatienceSeconds = 1,
        MaxRetries = 1,
        RetryDelaySeconds = 0.001,
        ProbeSeconds = 60,
        MaxProbeSeconds = 60,
    };

    private Pair(MisbehavingNode first, MisbehavingNode second, FailoverRpc rpc)
    {
        First = first;
        Second = second;
        Rpc = rpc;
    }

    public MisbehavingNode First { get; }

    public MisbehavingNode Second { get; }

    public FailoverRpc Rpc { get; }

    public RpcEndpoint Sick => Rpc.Endpoints[0];

    public static async Task<Pair> StartAsync(RpcOptions? options = null, TimeProvider? time = null)
    {
        MisbehavingNode first = await MisbehavingNode.StartAsync();
        MisbehavingNode second = await MisbehavingNode.StartAsync();
        FailoverRpc rpc = new([EndpointUrl.Parse(first.Url), EndpointUrl.Parse(second.Url)], options ?? Options, time);
        return new Pair(first, second, rpc);
    }

    /// <summary>The first answers every request (its chain id apart) with this error, item by item in a batch.</summary>
    public void FirstErrs(Func<JsonObject, JsonObject?> error, int status = 200)
    {
        First.ProbesToo = false;
        First.Instead = (context, requests) =>
        {
            context.Response.StatusCode = status;
            return MisbehavingNode.SayAsync(context, MisbehavingNode.Each(requests, r => error(r) ?? First.Answer(r)));
        };
    }

    public async ValueTask DisposeAsync()
    {
        await Rpc.DisposeAsync();
        await First.DisposeAsync();
        await Second.DisposeAsync();
    }
}
