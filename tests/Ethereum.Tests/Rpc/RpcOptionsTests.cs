using System.Net;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>The options of the access to nodes cannot contradict each other; proxies are named and never stand before this machine.</summary>
public sealed class RpcOptionsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<RpcOptions, string> Wrong => new()
    {
        { new RpcOptions { PatienceSeconds = 30 }, nameof(RpcOptions.PatienceSeconds) },
        { new RpcOptions { TimeoutSeconds = 0 }, nameof(RpcOptions.TimeoutSeconds) },
        { new RpcOptions { TimeoutSeconds = double.NaN }, nameof(RpcOptions.TimeoutSeconds) },
        { new RpcOptions { TimeoutSeconds = 1e9 }, nameof(RpcOptions.TimeoutSeconds) },
        { new RpcOptions { MaxRetries = -1 }, nameof(RpcOptions.MaxRetries) },
        { new RpcOptions { RetryDelaySeconds = 40 }, nameof(RpcOptions.RetryDelaySeconds) },
        { new RpcOptions { MaxBatchSize = 0 }, nameof(RpcOptions.MaxBatchSize) },
        { new RpcOptions { RequestsPerSecond = 0.1 }, nameof(RpcOptions.RequestsPerSecond) },
        { new RpcOptions { Burst = 0 }, nameof(RpcOptions.Burst) },
        { new RpcOptions { MaxResponseBytes = 10 }, nameof(RpcOptions.MaxResponseBytes) },
        { new RpcOptions { MaxDepth = 1 }, nameof(RpcOptions.MaxDepth) },
        { new RpcOptions { BreakerMinimum = 1 }, nameof(RpcOptions.BreakerMinimum) },
        { new RpcOptions { BreakerWindowSeconds = 0 }, nameof(RpcOptions.BreakerWindowSeconds) },
        { new RpcOptions { BreakSeconds = double.PositiveInfinity }, nameof(RpcOptions.BreakSeconds) },
        { new RpcOptions { ProbeSeconds = 90 }, nameof(RpcOptions.ProbeSeconds) },
        { new RpcOptions { MaxProbeSeconds = -1 }, nameof(RpcOptions.MaxProbeSeconds) },
        { new RpcOptions { CapabilitySeconds = 0 }, nameof(RpcOptions.CapabilitySeconds) },
        { new RpcOptions { ExpectedChainId = 0 }, nameof(RpcOptions.ExpectedChainId) },
        { new RpcOptions { HeadMaxAgeSeconds = 5 }, nameof(RpcOptions.HeadPollSeconds) },
        { new RpcOptions { HeadPollSeconds = 0 }, nameof(RpcOptions.HeadPollSeconds) },
        { new RpcOptions { ClockOffsetSeconds = 1e10 }, nameof(RpcOptions.ClockOffsetSeconds) },
        { new RpcOptions { MaxRetryDelaySeconds = 1e4 }, nameof(RpcOptions.MaxRetryDelaySeconds) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_value_out_of_range_or_against_another_is_named(RpcOptions options, string name)
    {
        Assert.Contains(options.Problems(), p => p.Option == name && p.Problem.Length > 10);
        ArgumentException e = Assert.Throws<ArgumentException>(() => new RpcEndpoint(EndpointUrl.Parse("http://127.0.0.1:1"), options));
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_are_right_and_all_problems_are_told_at_once()
    {
        Assert.Empty(new RpcOptions().Problems());
        Assert.Equal(3, new RpcOptions { MaxDepth = 0, Burst = 0, MaxBatchSize = 0 }.Problems().Count);
    }

    [Theory]
    [InlineData("http://node.invalid:8545")]
    [InlineData("https://node.invalid/v3/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_proxy_on_the_way_is_named_without_its_credentials(string url)
    {
        WebProxy proxy = new("http://user:s3cr3tword@127.0.0.1:9") { Credentials = new NetworkCredential("user", "s3cr3tword") };
        await using RpcEndpoint rpc = new(EndpointUrl.Parse(url), new RpcOptions { MaxRetries = 0 }, TimeProvider.System, null, proxy);
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(new RpcRequest("eth_chainId"), None));
        Assert.Contains("through the proxy http://127.0.0.1:9", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3tword", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task This_machine_is_never_reached_through_a_proxy(string host)
    {
        await using MisbehavingNode node = await MisbehavingNode.StartAsync();
        EndpointUrl url = EndpointUrl.Parse(node.Url.Replace("127.0.0.1", host, StringComparison.Ordinal));
        await using RpcEndpoint rpc = new(url, new RpcOptions { MaxRetries = 0 }, TimeProvider.System, null, new WebProxy("http://127.0.0.1:9"));
        Assert.Equal(0, (await rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], None)).GetInt32());
        Assert.Null(Proxies.Name(new WebProxy("http://127.0.0.1:9"), EndpointUrl.Parse("ws://[::1]:8546")));
        Assert.NotNull(Proxies.Name(new WebProxy("http://127.0.0.1:9"), EndpointUrl.Parse("wss://node.invalid")));
    }
}
