using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts.Tests;

/// <summary>What a first scan costs, counted at the node; the code of before asked for 89 answers a game at depth 50, 51 of them the same bonds.</summary>
public sealed class FirstScanTests(SharedDevnet shared) : GameFixture(shared)
{
    [Theory]
    [InlineData(DevnetGameType.Cannon)]
    [InlineData(DevnetGameType.PermissionedCannon)]
    [InlineData(DevnetGameType.Alphabet)]
    public async Task GameInProgress_CostsTwelveRequests_AndOneAClaim_AndTwoAnAccount(uint type)
    {
        ListedGame first = await CreateAsync(type);
        ListedGame second = await CreateAsync(type);
        if (type != DevnetGameType.PermissionedCannon)
        {
            await AttackAsync(second.Game, 4);
        }

        Address[] accounts = [DevnetAccounts.Challenger.Address, DevnetAccounts.Proposer.Address, DevnetAccounts.Users[0].Address];
        BlockRef at = await HeadAsync();
        await ScanAsync(first.Index, accounts, at); // learns the implementation
        Node.Reset();
        (GameMetadata metadata, GameState state) = await ScanAsync(second.Index, accounts, at);
        int most = 12 + state.Claims.Count + (2 * accounts.Length);
        Assert.True(Node.Asked.Count <= most, $"{Node.Asked.Count} requests, {most} allowed: {string.Join("; ", Node.Asked)}");
        Assert.DoesNotContain(Node.Asked, static asked => asked.EndsWith(Selector.Of("getRequiredBond(uint128)").ToString(), StringComparison.Ordinal));

        // And it is all that the getters say.
        await AssertAsGettersSayAsync(second, metadata);
    }

    [Fact]
    public async Task ImplementationsConstants_AreReadOnce_ForManyGames_AndAgainAfterAReorganisation()
    {
        List<ListedGame> games = [];
        for (int i = 0; i < 6; i++)
        {
            games.Add(await CreateAsync());
        }

        BlockRef at = await HeadAsync();
        Node.Reset();
        IReadOnlyList<GameMetadata> all = await Reader.MetadataAsync(games, at, None);
        Assert.All(all, static game => Assert.NotNull(game.Rules));
        int bonds = all[0].Rules!.MaxDepth + 1;
        Assert.Equal(bonds, BondReads());
        await Reader.MetadataAsync(games, at, None);
        Assert.Equal(bonds, BondReads());
        Reader.Forget();
        await Reader.MetadataAsync(games, at, None);
        Assert.Equal(2 * bonds, BondReads());

        int BondReads() => Node.Asked.Count(static asked => asked.EndsWith(Selector.Of("getRequiredBond(uint128)").ToString(), StringComparison.Ordinal));
    }

    /// <summary>Code that looks like a clone's of ours, but does not behave like one, is asked for everything.</summary>
    [Theory]
    [InlineData("another root")]
    [InlineData("another type")]
    [InlineData("another block")]
    [InlineData("another length")]
    [InlineData("another proxy")]
    [InlineData("no arguments")]
    public async Task ForeignClone_IsReadByItsGetters(string what)
    {
        ListedGame listed = await CreateAsync();
        GameMetadata right = await Reader.MetadataAsync(listed, await HeadAsync(), None);
        byte[] code = await Devnet.L1.GetCodeAsync(listed.Game, BlockRef.Latest, None);
        byte[] foreign = what switch
        {
            "another root" => Changed(98 + 20),
            "another type" => code,
            "another block" => Changed(98 + 84 + 31),
            "another length" => Changed(55),
            "another proxy" => Changed(90),
            _ => code[..98],
        };
        Node.Spoil = request => request.Method == "eth_getCode" ? SpoilingRpc.Result($"\"{Hex.Encode(foreign)}\"") : null;
        ListedGame asked = what == "another type" ? listed with { GameType = 77 } : listed;
        Node.Reset();
        GameMetadata read = await Reader.MetadataAsync(asked, await HeadAsync(), None);
        Assert.Equal(right with { GameType = asked.GameType, CodeHash = null, IsPrestateInCode = false }, read);
        Assert.Contains(Node.Asked, static request => request.EndsWith(Selector.Of("rootClaim()").ToString(), StringComparison.Ordinal));

        byte[] Changed(int at)
        {
            byte[] changed = [.. code];
            changed[at] ^= 1;
            return changed;
        }
    }

    /// <summary>What is not asked is what the contract has: claims whose clocks run are unresolved, and those resolved are seen.</summary>
    [Fact]
    public async Task ResolvedClaims_AreSeen_AsSoonAsTheyCanBe()
    {
        ListedGame listed = await CreateAsync();
        await AttackAsync(listed.Game, 2);
        GameMetadata game = await Reader.MetadataAsync(listed, await HeadAsync(), None);
        Address[] accounts = [DevnetAccounts.Challenger.Address];
        Node.Reset();
        GameState running = (await Reader.StatesAsync([game], accounts, await HeadAsync(), None))[0];
        Assert.Equal([false, false, false], running.Resolved);
        Assert.DoesNotContain(Node.Asked, static asked => asked.EndsWith(Selector.Of("resolvedSubgames(uint256)").ToString(), StringComparison.Ordinal));

        await Devnet.WarpAsync(TimeSpan.FromSeconds(301));
        ContractCall resolve = FaultDisputeGame.ResolveClaim(game.Game, 2, 0);
        await Devnet.SendAsync(DevnetAccounts.Users[0], resolve.To, resolve.Data);
        GameState some = (await Reader.StatesAsync([game], accounts, await HeadAsync(), None))[0];
        Assert.Equal([false, false, true], some.Resolved);
        Assert.Equal(GameStatus.InProgress, some.Status);
        Assert.False(some.Credits[accounts[0]].Pending.Amount.IsZero); // 1.2.0 unlocks at once
    }

    private async Task<(GameMetadata Metadata, GameState State)> ScanAsync(ulong from, Address[] accounts, BlockRef at)
    {
        IReadOnlyList<ListedGame> listed = await Reader.ListAsync(Factory, from, at, None);
        ListedGame game = listed[0];
        Assert.Equal([true], await Reader.MatterAsync([game], accounts, at, None));
        GameMetadata metadata = await Reader.MetadataAsync(game, at, None);
        return (metadata, (await Reader.StatesAsync([metadata], accounts, at, None))[0]);
    }

    private async Task AssertAsGettersSayAsync(ListedGame listed, GameMetadata metadata)
    {
        // Without its code, a game is read by its getters alone.
        GameReader other = new(L1);
        Node.Spoil = request => request.Method == "eth_getCode" ? SpoilingRpc.Result("\"0xfe\"") : null;
        Assert.Equal(await other.MetadataAsync(listed, await HeadAsync(), None), metadata with { CodeHash = null, IsPrestateInCode = false });
        Assert.Equal(Keccak256.Hash(await Devnet.L1.GetCodeAsync(listed.Game, BlockRef.Latest, None)), metadata.CodeHash);
        Assert.Equal(metadata.Generation == GameGeneration.V2, metadata.IsPrestateInCode);
        Assert.NotNull(metadata.Rules);
    }
}
