using System.Globalization;
using System.Text.Json.Nodes;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts.Tests.Recorded;

/// <summary>All that the real contracts of six generations answered, read by the product's readers to the recorded meaning.</summary>
public sealed class RecordedReadsTests
{
    private const string Credit = "0xd5d44d80";
    private const string Refund = "0xc0d8bb74";
    private const string Unlocked = "0x222abf45";
    private const string ClaimData = "0xc6f0308c";
    private const string ClaimDataLen = "0x8980e0cc";
    private const string Resolved = "0xfe2bbeb2";

    [Theory]
    [InlineData("1.2.0", GameGeneration.V1, 23, 0)]
    [InlineData("1.3.1", GameGeneration.V13, 23, 0)]
    [InlineData("1.4.1", GameGeneration.V14, 23, 0)]
    [InlineData("1.8.0", GameGeneration.V18, 23, 0)]
    [InlineData("2.2.0", GameGeneration.V2, 23, 0)]
    [InlineData("2.4.2", GameGeneration.V2, 23, 7)] // and foreign ones: super and ZK games
    public async Task Games_OfEachGeneration_AreReadToTheRecordedMeaning(string version, GameGeneration generation, int games, int foreign)
    {
        RecordedReads recorded = RecordedReads.Of(version);
        int last = 0;
        for (recorded.Now = 0; recorded.Now < recorded.Moments.Count; recorded.Now++)
        {
            ChainReader l1 = new(recorded);
            BlockRef at = BlockRef.At(recorded.Moments[recorded.Now].Hash);
            GameReader reader = new(l1, recorded.Contract("portal"));
            IReadOnlyList<ListedGame> listed = await reader.ListAsync(recorded.Factory, 0, at, default);
            IReadOnlyList<GameMetadata> all = await reader.MetadataAsync([.. listed.Where(game => recorded.WasRead(Key(game.Game)))], at, default);
            GameMetadata[] known = [.. all.Where(game => game.Rules is not null)];
            Assert.Equal(foreign == 0 ? [] : new uint[] { 9, 10 }.Intersect(all.Select(game => game.GameType)), all.Where(game => game.Rules is null).Select(game => game.GameType).Distinct().Order());
            Assert.All(known, game => AssertRules(recorded, game, generation));
            foreach (GameMetadata game in known)
            {
                Address[] recipients = [.. recorded.CallsOf(Key(game.Game), Credit).Select(data => Address.Parse($"0x{data[^40..]}"))];
                AssertState(recorded, game, (await reader.StatesAsync([game], recipients, at, default))[0]);
            }

            last = all.Count;
        }

        Assert.Equal(games + foreign, last);
    }

    // The constants of games up to 1.8 are those of their implementation; later ones are behind each clone, and their implementation has none.
    [Theory]
    [InlineData("1.2.0", GameGeneration.V1, 23)]
    [InlineData("1.3.1", GameGeneration.V13, 23)]
    [InlineData("1.4.1", GameGeneration.V14, 23)]
    [InlineData("1.8.0", GameGeneration.V18, 23)]
    [InlineData("2.2.0", GameGeneration.V2, 23)]
    [InlineData("2.4.2", GameGeneration.V2, 23)]
    public async Task ClonesOfEachGeneration_AreReadByTheirCode_ToWhatTheirGettersSay(string version, GameGeneration generation, int games)
    {
        RecordedReads recorded = RecordedReads.Of(version);
        recorded.HasCloneCode = true;
        recorded.Now = recorded.Moments.Count - 1;
        BlockRef at = BlockRef.At(recorded.Moments[^1].Hash);
        GameReader reader = new(new ChainReader(recorded));
        IReadOnlyList<GameMetadata> all = await reader.MetadataAsync(await reader.ListAsync(recorded.Factory, 0, at, default), at, default);
        GameMetadata[] clones = [.. all.Where(game => game.CodeHash is not null)];
        Assert.Equal(games, clones.Length);
        Assert.All(clones, game =>
        {
            AssertRules(recorded, game, generation);
            Assert.Equal(BondTable.Computed(game.Rules!.MaxDepth)[game.Rules.MaxDepth], game.Rules.Bonds[game.Rules.MaxDepth]);
        });
    }

    // What could be withdrawn waits for the end of the pause, in every generation; nobody is paid in it.
    [Theory]
    [InlineData("1.2.0")]
    [InlineData("1.3.1")]
    [InlineData("1.4.1")]
    [InlineData("1.8.0")]
    [InlineData("2.4.2")]
    public async Task Pause_HoldsUpWhatCouldBeWithdrawn(string version)
    {
        RecordedReads recorded = RecordedReads.Of(version);
        int held = await CountAsync("paused", CreditStage.Paused);
        Assert.True(held > 0);
        Assert.Equal(0, await CountAsync("paused", CreditStage.Withdrawable));
        Assert.Equal(0, await CountAsync("closed", CreditStage.Paused));
        Assert.True(await CountAsync("closed", CreditStage.Withdrawable) > 0);

        // As it would be seen when every delay is over.
        async Task<int> CountAsync(string moment, CreditStage stage)
        {
            recorded.Now = recorded.Moments.FindIndex(known => known.Name == moment);
            BlockRef at = BlockRef.At(recorded.Moments[recorded.Now].Hash);
            GameReader reader = new(new ChainReader(recorded));
            IReadOnlyList<ListedGame> listed = await reader.ListAsync(recorded.Factory, 0, at, default);
            int count = 0;
            foreach (GameMetadata game in (await reader.MetadataAsync([.. listed.Where(game => recorded.WasRead(Key(game.Game)))], at, default)).Where(game => game.Rules is not null))
            {
                Address[] recipients = [.. recorded.CallsOf(Key(game.Game), Credit).Select(data => Address.Parse($"0x{data[^40..]}"))];
                GameState state = (await reader.StatesAsync([game], recipients, at, default))[0];
                count += recipients.Count(account => CreditStanding.Of(game, state, account, recorded.Moments[^1].Time + game.Rules!.WethDelay).Stage == stage);
            }

            return count;
        }
    }

    // Whoever closes games for the anchor finds those that wait for it after a restart; nobody else is kept by them.
    [Theory]
    [InlineData("1.3.1", false)]
    [InlineData("1.4.1", true)]
    [InlineData("1.8.0", true)]
    [InlineData("2.4.2", true)]
    public async Task GamesThatWaitToBeClosed_MatterToWhoeverClosesThem(string version, bool expected)
    {
        RecordedReads recorded = RecordedReads.Of(version);
        recorded.Now = recorded.Moments.FindIndex(known => known.Name == "final");
        BlockRef at = BlockRef.At(recorded.Moments[recorded.Now].Hash);
        GameReader reader = new(new ChainReader(recorded));
        ListedGame[] listed = [.. (await reader.ListAsync(recorded.Factory, 0, at, default)).Where(game => recorded.WasRead(Key(game.Game)))];
        IReadOnlyList<bool> usual = await reader.MatterAsync(listed, [], at, default);
        IReadOnlyList<bool> closing = await reader.MatterAsync(listed, [], at, default, closes: true);
        ListedGame[] added = [.. listed.Where((_, i) => closing[i] && !usual[i])];
        Assert.Equal(expected, added.Length > 0);
        Assert.All(added, game => Assert.Equal("2", $"{recorded.Value(Key(game.Game), "0x200d2ed2")}"));
        Assert.DoesNotContain(true, usual.Zip(closing, (before, after) => before && !after));
    }

    // None of them has l2BlockNumber(): a super game counts seconds, a ZK game blocks.
    [Fact]
    public async Task ForeignGames_TellWhatTheyAreAbout()
    {
        RecordedReads recorded = RecordedReads.Of("2.4.2");
        recorded.Now = recorded.Moments.Count - 1;
        BlockRef at = BlockRef.At(recorded.Moments[^1].Hash);
        GameReader reader = new(new ChainReader(recorded));
        IReadOnlyList<GameMetadata> all = await reader.MetadataAsync(await reader.ListAsync(recorded.Factory, 0, at, default), at, default);
        Dictionary<uint, GameMetadata[]> foreign = all.Where(game => game.Rules is null).GroupBy(game => game.GameType).ToDictionary(group => group.Key, group => group.ToArray());
        GameMetadata super = Assert.Single(foreign[9]);
        Assert.Equal(new ProposedPoint(1_700_000_000, SequenceUnit.Timestamp), super.Proposed);
        Assert.Equal(("timestamp 1700000000 (2023-11-14 22:13:20Z)", null, "0.7.2"), ($"{super.Proposed}", super.ParentIndex, super.Version));
        Assert.Equal(["block 1023", "block 1024", "block 1025", "block 1026", "block 1027", "block 1028"], foreign[10].Select(game => $"{game.Proposed}"));
        Assert.All(foreign[10], game => Assert.Equal(uint.MaxValue, game.ParentIndex)); // on the anchor
        Assert.All(foreign.Values.SelectMany(games => games), game =>
        {
            Assert.Equal(recorded.Value(Key(game.Game), "0xbcef3b55")!.ToString(), $"{game.RootClaim}");
            Assert.Equal(recorded.Value(Key(game.Game), "0x37b1b229")!.ToString(), Key(game.Creator));
            Assert.Equal(recorded.Value(Key(game.Game), $"{Selector.Of("l2SequenceNumber()")}")!.ToString(), $"{game.Proposed!.Value.Number}");
        });
        Assert.All(all.Where(game => game.Rules is not null), game =>
        {
            Assert.Equal(new ProposedPoint(game.L2BlockNumber, SequenceUnit.Block), game.Proposed);
            Assert.Null(game.ParentIndex);
        });
    }

    [Fact]
    public async Task SuperGames_TellTheirTimestamps()
    {
        RecordedReads recorded = RecordedReads.Of("super-0.7.2");
        recorded.Now = recorded.Moments.Count - 1;
        BlockRef at = BlockRef.At(recorded.Moments[^1].Hash);
        GameReader reader = new(new ChainReader(recorded));
        IReadOnlyList<GameMetadata> all = await reader.MetadataAsync(await reader.ListAsync(recorded.Factory, 0, at, default), at, default);
        GameMetadata[] super = [.. all.Where(game => game.GameType is 5 or 9)];
        Assert.Equal((3, 18), (super.Count(game => game.GameType == 5), super.Count(game => game.GameType == 9)));
        Assert.All(super, game =>
        {
            Assert.Null(game.Rules);
            Assert.Equal(SequenceUnit.Timestamp, game.Proposed!.Value.Unit);
            Assert.Equal(recorded.Value(Key(game.Game), $"{Selector.Of("l2SequenceNumber()")}")!.ToString(), $"{game.Proposed!.Value.Number}");
        });
    }

    [Theory]
    [InlineData("1.2.0", false, false, GameGeneration.V1)]
    [InlineData("1.2.9", false, false, GameGeneration.V1)]
    [InlineData("1.3.0", false, false, GameGeneration.V13)]
    [InlineData("1.4.0", true, false, GameGeneration.V14)]
    [InlineData("1.6.0", true, true, GameGeneration.V18)]
    [InlineData("1.9.0", true, true, GameGeneration.V18)] // a minor that nobody has seen
    [InlineData("2.9.3-beta.1", true, true, GameGeneration.V2)]
    [InlineData("2.0.0", true, false, null)] // what 2.x has and this has not
    [InlineData("1.2.0", true, false, GameGeneration.V14)] // it has modes, whatever it calls itself
    [InlineData("1.1.0", false, false, null)]
    [InlineData("0.7.2", true, true, null)] // super roots
    [InlineData("3.0.0", true, true, null)]
    [InlineData("", true, true, null)]
    public void RuleSet_IsTold_ByFunctionsAndVersion(string version, bool hasModes, bool hasSequenceNumber, GameGeneration? expected) =>
        Assert.Equal(expected, RuleSet.Of(version, hasModes, hasSequenceNumber)?.Generation);

    private static void AssertRules(RecordedReads recorded, GameMetadata game, GameGeneration generation)
    {
        GameRules rules = game.Rules!;
        Assert.Equal((generation, generation), (game.Generation, rules.RuleSet.Generation));
        Assert.Equal(Word("0x54fd4d50"), game.Version);
        Assert.Equal(Word("0xbcef3b55"), $"{game.RootClaim}");
        Assert.Equal(Word("0x6361506d"), $"{game.L1Head}");
        Assert.Equal(Word("0x8b85902b"), $"{game.L2BlockNumber}");
        Assert.Equal(Word("0x37b1b229"), Key(game.Creator));
        Assert.Equal(Word("0xfa315aa9"), $"{rules.MaxDepth}");
        Assert.Equal(Word("0xec5e6308"), $"{rules.SplitDepth}");
        Assert.Equal(Word("0xdabd396d"), $"{rules.Clock.MaxDuration}");
        Assert.Equal(Word("0x6b6716c0"), $"{rules.Clock.Extension}");
        Assert.Equal(Word("0x8d450a95"), $"{rules.AbsolutePrestate}");
        Assert.Equal(Word("0x3a768463"), Key(rules.Vm));
        Assert.Equal(Word("0x3fc8cef3"), Key(rules.Weth));
        Assert.Equal(Word("0x5c0cba33"), Key(rules.AnchorStateRegistry));
        Assert.Equal(Word("0xd6ae3cd5"), $"{rules.L2ChainId}");
        Assert.Equal(Word("0x70872aa5"), $"{rules.StartingBlockNumber}");
        Assert.Equal(Word("0x25fc2ace"), $"{rules.StartingOutputRoot}");
        Assert.Equal(Word("0x534db0e2"), rules.Permitted is { } permitted ? Key(permitted.Challenger) : null);

        string? Word(string data) => recorded.Value(Key(game.Game), data)?.ToString();
    }

    private static void AssertState(RecordedReads recorded, GameMetadata game, GameState state)
    {
        string address = Key(game.Game);
        Assert.Equal(Value("0x200d2ed2"), ((int)state.Status).ToString(CultureInfo.InvariantCulture));
        Assert.Equal(Value(ClaimDataLen), state.Claims.Count.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(Value("0x30dbe570"), Key(state.L2BlockNumberChallenger));
        Assert.Equal(Value("0x378dd48c") ?? "1", ((int)state.BondMode).ToString(CultureInfo.InvariantCulture)); // those without modes pay as in the normal one
        for (int i = 0; i < state.Claims.Count; i++)
        {
            Claim claim = state.Claims[i];
            JsonNode said = recorded.Value(address, $"{ClaimData}{i:x64}")!;
            Assert.Equal(
                (said["parentIndex"]!.ToString(), said["counteredBy"]!.ToString(), said["claimant"]!.ToString(), said["bond"]!.ToString(), said["claim"]!.ToString(), said["position"]!.ToString()),
                ($"{claim.ParentIndex}", Key(claim.CounteredBy), Key(claim.Claimant), $"{claim.Bond}", $"{claim.Value}", $"{claim.Position.GIndex}"));
            Assert.Equal(UInt128.Parse(said["clock"]!.ToString(), CultureInfo.InvariantCulture), ((UInt128)claim.Clock.Duration << 64) | claim.Clock.Timestamp);
            Assert.Equal(Value($"{Resolved}{i:x64}") == "true", state.Resolved[i]);
        }

        foreach ((Address account, GameCredit credit) in state.Credits)
        {
            string word = Key(account)[2..].PadLeft(64, '0');
            Assert.Equal(Value(Credit + word), $"{credit.Owed}");
            Assert.Equal(Value(Refund + word) ?? "0", $"{credit.Refundable}");
            if (Value(Unlocked + word) is { } unlocked && state.Status != GameStatus.InProgress)
            {
                Assert.Equal(unlocked == "true", credit.IsUnlocked);
            }
        }

        string word32 = address[2..].PadLeft(64, '0');
        RuleSet rules = game.Rules!.RuleSet;
        bool isProper = !rules.IsClosed || Flag("asr", $"0x496b9c16{word32}")!.Value;
        bool isRefused = rules.RegistryTellsPause ? Flag("asr", "0x5c975abb")!.Value : Flag("superchainConfig", "0x5c975abb")!.Value;

        // A store that nobody draws on is not asked whether it is paused.
        bool isAsked = rules.RegistryTellsPause || (state.Credits.Values.Any(credit => !credit.Owed.IsZero) && (!rules.IsClosed || state.Status != GameStatus.InProgress));
        Assert.Equal(isRefused && isAsked, state.IsPaused);
        (bool respected, bool blacklisted, bool retired) = rules.Guardian == GuardianPlace.Portal
            ? (OfPortal("respectedGameType()") == game.GameType, Flag("portal", $"{Selector.Of("disputeGameBlacklist(address)")}{word32}")!.Value, OfPortal("respectedGameTypeUpdatedAt()") > game.CreatedAt)
            : (Flag("asr", $"{Selector.Of("isGameRespected(address)")}{word32}")!.Value,
                Flag("asr", $"{Selector.Of("isGameBlacklisted(address)")}{word32}")!.Value,
                Flag("asr", $"{Selector.Of("isGameRetired(address)")}{word32}")!.Value);
        Assert.Equal(new GameStanding(respected, blacklisted, retired), state.Standing);

        // A pause makes no game improper for good.
        Assert.Equal(isProper || (rules.RegistryTellsPause && isRefused && !blacklisted && !retired), state.IsProper);

        ulong OfPortal(string function) => ulong.Parse($"{recorded.Value(Key(recorded.Contract("portal")), $"{Selector.Of(function)}")}", CultureInfo.InvariantCulture);

        JsonNode? anchor = recorded.Value(Key(recorded.Contract("asr")), $"{Selector.Of("getAnchorRoot()")}");
        bool isBeyond = rules.IsClosed && UInt256.Parse(anchor!.AsObject().Select(part => part.Value!.ToString()).Last()) < game.L2BlockNumber;
        Assert.Equal(
            isBeyond && state is { Status: GameStatus.DefenderWins, BondMode: BondDistributionMode.Undecided } && respected && !blacklisted && !retired, state.MovesAnchor);

        bool? Flag(string contract, string data) => recorded.Value(Key(recorded.Contract(contract)), data)?.GetValue<bool>();

        string? Value(string data) => recorded.Value(address, data)?.ToString() switch { "True" => "true", "False" => "false", var text => text };
    }

    private static string Key(Address address) => address.ToString().ToLowerInvariant();
}
