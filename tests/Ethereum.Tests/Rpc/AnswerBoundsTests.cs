using System.Text;
using System.Text.Json.Nodes;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>What a hostile answer may cost in memory is bounded before it is spent; what a server repeats of our credentials is not shown.</summary>
public sealed class AnswerBoundsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("items", "answers to 2 requests")]
    [InlineData("depth", "no JSON")]
    [InlineData("bytes", "larger than")]
    public async Task Items_depth_and_bytes_are_bounded(string what, string words)
    {
        await using MisbehavingNode node = await MisbehavingNode.StartAsync();
        node.Instead = async (context, requests) =>
        {
            string body = what switch
            {
                "items" => $"[{string.Join(',', Enumerable.Repeat("{\"id\":1,\"result\":1}", 5000))}]",
                "depth" => $"{{\"id\":1,\"result\":{new string('[', 65)}{new string(']', 65)}}}",
                _ => new string(' ', 1 << 20),
            };
            await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(body));
            return true;
        };
        await using RpcEndpoint rpc = node.Connect(new RpcOptions { MaxRetries = 0, MaxResponseBytes = what == "bytes" ? 100_000 : 8 << 20 });
        RpcException e = await Assert.ThrowsAsync<RpcException>(async () => _ = (await rpc.BatchAsync(RpcEndpointTests.Requests(2), None))[0].Result);
        Assert.Contains(what == "items" ? "answers to 1 requests" : words, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_counted_before_they_are_kept()
    {
        byte[] many = new byte[8_000_003];
        many.AsSpan().Fill((byte)'1');
        for (int i = 2; i < many.Length; i += 2)
        {
            many[i] = (byte)',';
        }

        (many[0], many[^1]) = ((byte)'[', (byte)']');
        long before = GC.GetAllocatedBytesForCurrentThread();
        RpcException e = Assert.Throws<RpcException>(() => RpcWire.Parse(many, EndpointUrl.Parse("http://127.0.0.1:1")));
        Assert.Contains("more than 4000000 values", e.Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public async Task What_leaves_an_endpoint_alone_is_named_and_what_it_repeats_of_our_credentials_is_not()
    {
        await using MisbehavingNode node = await MisbehavingNode.StartAsync();
        string basic = Convert.ToBase64String("user:pass-w0rd"u8);
        node.Say($"invalid project id; you sent Authorization: Basic {basic} to /v3/aB3aB3aB3aB3aB3aB3aB3aB3", 403);
        EndpointUrl url = EndpointUrl.Parse(node.Url.Replace("http://", "http://user:pass-w0rd@", StringComparison.Ordinal) + "/v3/aB3aB3aB3aB3aB3aB3aB3aB3");
        await using RpcEndpoint rpc = new(url, new RpcOptions { MaxRetries = 0, BreakerMinimum = 2 });
        RpcException last = null!;
        for (int i = 0; i < 6; i++)
        {
            last = await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(new RpcRequest("eth_chainId"), None));
        }

        Assert.Contains("left alone", last.Message, StringComparison.Ordinal);
        Assert.Contains("HTTP status 403", last.Message, StringComparison.Ordinal);
        Assert.Contains("invalid project id", last.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(basic, last.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("aB3aB3", last.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("pass-w0rd", last.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_outcome_is_counted_under_the_endpoints_masked_name()
    {
        await using MisbehavingNode node = await MisbehavingNode.StartAsync();
        EndpointUrl url = EndpointUrl.Parse(node.Url + "/v3/aB3aB3aB3aB3aB3aB3aB3aB3");
        await using RpcEndpoint rpc = new(url, new RpcOptions { MaxRetries = 0 });
        await rpc.BatchAsync(RpcEndpointTests.Requests(4), None);
        node.Instead = (c, rs) => MisbehavingNode.SayAsync(c, MisbehavingNode.Error(rs[0]["id"], 3, "execution reverted", JsonValue.Create("0x")));
        await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(new RpcRequest("eth_call"), None));
        node.Say("down", 503);
        await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(new RpcRequest("eth_call"), None));

        using MemoryStream text = new();
        await Prometheus.Metrics.DefaultRegistry.CollectAndExportAsTextAsync(text);
        string[] mine = [.. Encoding.UTF8.GetString(text.ToArray()).Split('\n').Where(l => l.Contains(url.ToString(), StringComparison.Ordinal))];
        Assert.Contains(mine, l => l.StartsWith("gavel_endpoint_requests_total", StringComparison.Ordinal) && l.Contains("\"answer\"", StringComparison.Ordinal) && l.EndsWith(" 4", StringComparison.Ordinal));
        Assert.Contains(mine, l => l.Contains("\"revert\"", StringComparison.Ordinal) && l.EndsWith(" 1", StringComparison.Ordinal));
        Assert.Contains(mine, l => l.Contains("\"trouble\"", StringComparison.Ordinal) && l.EndsWith(" 1", StringComparison.Ordinal));
        Assert.Contains(mine, l => l.StartsWith("gavel_endpoint_round_trip_seconds_count", StringComparison.Ordinal) && l.EndsWith(" 3", StringComparison.Ordinal));
        Assert.Contains(mine, l => l.StartsWith("gavel_endpoint_health_ratio", StringComparison.Ordinal));
        Assert.DoesNotContain(mine, l => l.Contains("aB3", StringComparison.Ordinal));
    }
}
