using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>The typed methods against a real node.</summary>
public sealed class EthClientTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private AnvilProcess _anvil = null!;
    private RpcEndpoint _rpc = null!;
    private EthClient _eth = null!;

    public async Task InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync();
        _rpc = new RpcEndpoint(EndpointUrl.Parse(_anvil.Url));
        _eth = new EthClient(_rpc);
    }

    public async Task DisposeAsync()
    {
        await _rpc.DisposeAsync();
        await _anvil.DisposeAsync();
    }

    [Fact]
    public async Task Blocks_are_found_by_tag_number_and_hash_and_unknown_ones_are_null()
    {
        Assert.Equal(900UL, await _eth.GetChainIdAsync(None));
        await _rpc.RequestAsync(new RpcRequest("anvil_mine", "0x3"), None);
        Assert.Equal(3UL, await _eth.GetBlockNumberAsync(None));

        RpcBlock head = await _eth.GetBlockAsync(BlockRef.Latest, None);
        RpcBlock byNumber = await _eth.GetBlockAsync(3, None);
        RpcBlock byHash = await _eth.GetBlockAsync(BlockRef.At(head.Hash), None);
        RpcBlock parent = await _eth.GetBlockAsync(BlockRef.At(head.ParentHash), None);

        Assert.Equal(3UL, head.Number);
        Assert.Equal(head.Hash, byNumber.Hash);
        Assert.Equal(head.StateRoot, byHash.StateRoot);
        Assert.Equal(2UL, parent.Number);
        Assert.NotNull(head.BaseFeePerGas);
        Assert.Null(await _eth.FindBlockAsync(99, None));
        Assert.Null(await _eth.FindBlockAsync(BlockRef.At(Keccak256.Empty), None));
    }
}
