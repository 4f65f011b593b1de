using Gavel.Ethereum;

namespace Gavel.Contracts.Tests;

/// <summary>
/// Counts that a node tells are bounded before memory is spent. The code of before queued as many reads as it was told: one wrong hex digit
/// took gigabytes.
/// </summary>
public sealed class CountBoundTests(SharedDevnet shared) : GameFixture(shared)
{
    /// <summary>Wrong digits high and low, all ones, just above what fits the blocks, and more than fit 64 bits.</summary>
    [Theory]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000080000001")]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000f00001")]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000100001")]
    [InlineData("0x0000000000000000000000000000000000000000000000007fffffffffffffff")]
    [InlineData("0x000000000000000000000000000000000000000000000000ffffffffffffffff")]
    [InlineData("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000002001")]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000201")]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000031")]
    public async Task WrongCounts_OfGamesAndClaims_AreRefused_AfterFewReads(string told)
    {
        ListedGame listed = await CreateAsync();
        GameMetadata game = await Reader.MetadataAsync(listed, await HeadAsync(), None);
        Node.Spoil = request => SpoilingRpc.Calls(request, "gameCount()") || SpoilingRpc.Calls(request, "claimDataLen()") ? SpoilingRpc.Result($"\"{told}\"") : null;
        Node.Reset();
        ContractReadException games = await Assert.ThrowsAsync<ContractReadException>(async () => await Reader.ListAsync(Factory, listed.Index + 1, await HeadAsync(), None));
        Assert.Equal(Factory, games.Contract);
        ContractReadException claims = await Assert.ThrowsAsync<ContractReadException>(async () => await Reader.StatesAsync([game], [], await HeadAsync(), None));
        Assert.Equal(game.Game, claims.Contract);
        Assert.InRange(Node.Asked.Count, 1, 1200);
    }

    [Fact]
    public async Task RefusedCounts_NameValueAndBound()
    {
        ListedGame listed = await CreateAsync();
        GameMetadata game = await Reader.MetadataAsync(listed, await HeadAsync(), None);
        Node.Spoil = request => SpoilingRpc.Calls(request, "gameCount()") || SpoilingRpc.Calls(request, "claimDataLen()")
            ? SpoilingRpc.Result($"\"{Hash32.FromUInt256(5_000_000)}\"") : null;
        RpcBlock head = await Devnet.L1.GetBlockAsync(BlockRef.Latest, None);
        BlockRef at = BlockRef.At(head.Hash);
        ContractReadException games = await Assert.ThrowsAsync<ContractReadException>(() => Reader.ListAsync(Factory, 0, at, None));
        Assert.Contains($"5000000 games are more than {CountBounds.Games(head.Number, head.GasLimit)}", games.Message, StringComparison.Ordinal);
        Assert.Contains("gameCount()", games.Message, StringComparison.Ordinal);
        ContractReadException claims = await Assert.ThrowsAsync<ContractReadException>(() => Reader.StatesAsync([game], [], at, None));
        Assert.Contains("5000000 claims are more than", claims.Message, StringComparison.Ordinal);
        Assert.Equal(ReadFault.Garbled, claims.Fault);
    }

    [Fact]
    public void Bounds_HoldAtTheirEnds()
    {
        Assert.Equal(CountBounds.MostGames, CountBounds.Games(ulong.MaxValue, ulong.MaxValue));
        Assert.Equal(CountBounds.MostClaims, CountBounds.Claims(ulong.MaxValue, ulong.MaxValue));
        Assert.InRange(CountBounds.Claims(0, 30_000_000), 100UL, 1000UL); // a whole game within one second, as on a devnet
        Assert.Equal(2UL, CountBounds.Claims(0, 0));
        Assert.Equal(CountBounds.MostGames, CountBounds.Games(20_000_000, 36_000_000)); // mainnet
    }
}
