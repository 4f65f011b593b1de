using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.TestKit;

namespace Gavel.Chains.Tests;

/// <summary>Chains on one L1 have one set of endpoints and one head.</summary>
public sealed class L1HubTests(WatchedDevnet net) : IClassFixture<WatchedDevnet>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Lines _lines = new();

    private FaultProxy Proxy => net.Proxy;

    public void Dispose() => Proxy.Clear();

    [Fact]
    public async Task Chains_ShareWhatTheyNameInCommon_AlsoThroughOthers()
    {
        ChainOptions[] chains = [Chain("a", "http://one"), Chain("b", "http://two", "http://three"), Chain("c", "http://one", "http://two"), Chain("d", "http://four")];
        List<L1Hub> made = [];
        await using L1Hubs hubs = new(chains, made.Add, _lines);
        Assert.Same(hubs.Of(chains[0]), hubs.Of(chains[1]));
        Assert.Same(hubs.Of(chains[0]), hubs.Of(chains[2]));
        Assert.Equal(["a", "b", "c"], hubs.Of(chains[1]).Chains);
        Assert.Equal(["http://one/", "http://two/", "http://three/"], hubs.Of(chains[0]).Endpoints.Endpoints.Select(endpoint => $"{endpoint.Url}"));
        Assert.Equal(["d"], hubs.Of(chains[3]).Chains);
        Assert.Equal(2, made.Count);
    }

    [Fact]
    public async Task Head_IsAskedForOnce_HoweverManyChainsWantIt_AndNeverGivenTwiceToOne()
    {
        string[] names = ["a", "b", "c", "d", "e"];
        await using L1Hub hub = new([.. names.Select(name => Chain(name, Proxy.Url))], _lines);
        await hub.HeadAsync("a", default); // whatever a first request brings with it
        int before = Proxy.Count("eth_getBlockByNumber");
        ChainHead[] heads = await Task.WhenAll(names.Select(name => hub.HeadAsync(name, default)));
        Assert.Single(heads.Select(head => head.Hash).Distinct());
        Assert.InRange(Proxy.Count("eth_getBlockByNumber") - before, 1, 2); // b to e were told what a had asked; a asks anew
        await net.Devnet.MineL1Async();
        Assert.Equal(heads[0].Number + 1, (await hub.HeadAsync("a", default)).Number);
    }

    [Fact]
    public async Task HeadThatOneChainWasTold_EndsThePauseOfTheOthers()
    {
        await using L1Hub hub = new([Chain("a", Proxy.Url), Chain("b", Proxy.Url)], _lines);
        ChainHead known = await hub.HeadAsync("b", default);
        Task pause = hub.ChangedAsync(known, default);
        await hub.HeadAsync("a", default);
        Assert.False(pause.IsCompleted); // the same head
        await net.Devnet.MineL1Async();
        await hub.HeadAsync("a", default);
        await pause.WaitAsync(Patience);
    }

    [Fact]
    public async Task ChainThatGivesUp_LeavesTheOthersTheirAnswer_AndSilenceIsSaidToAll()
    {
        await using L1Hub hub = new([Chain("a", Proxy.Url), Chain("b", Proxy.Url)], _lines);
        await hub.HeadAsync("a", default);
        Proxy.BeSilent();
        using CancellationTokenSource impatient = new(TimeSpan.FromMilliseconds(50));
        Task<ChainHead> first = hub.HeadAsync("a", impatient.Token);
        Task<ChainHead> second = hub.HeadAsync("a", default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAsync<RpcException>(() => second);
        Proxy.Clear();
        await Eventually.NotNullAsync(async () => await TryAsync(hub), Patience);
    }

    private static async Task<ChainHead?> TryAsync(L1Hub hub)
    {
        try
        {
            return await hub.HeadAsync("b", default);
        }
        catch (RpcException)
        {
            return null; // it is probed before it is believed again
        }
    }

    private static ChainOptions Chain(string name, params string[] l1) => new() { Name = name, L1 = [.. l1], Rpc = new RpcOptions { TimeoutSeconds = 1, PatienceSeconds = 0.5, ProbeSeconds = 0.1 } };
}
