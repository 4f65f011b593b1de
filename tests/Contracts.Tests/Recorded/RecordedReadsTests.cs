using System.Text.Json.Nodes;
using Gavel.Contracts.Checking;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts.Tests.Recorded;

/// <summary>All that the real contracts of six generations answered, read by the product's readers to the recorded meaning.</summary>
public sealed class RecordedReadsTests
{
    private const string Credit = "0xd5d44d80";

    [Theory]
    [InlineData("1.2.0", GameGeneration.V1, 23, 0)]
    [InlineData("1.3.1", GameGeneration.V13, 23, 0)]
    [InlineData("1.4.1", GameGeneration.V14, 23, 0)]
    [InlineData("1.8.0", GameGeneration.V18, 23, 0)]
    [InlineData("2.2.0", GameGeneration.V2, 23, 0)]
    [InlineData("2.4.2", GameGeneration.V2, 23, 7)] // and foreign ones: super and ZK games
    public async Task Games_OfEachGeneration_AreReadToTheRecordedMeaning(string version, GameGeneration generation, int games, int foreign)
    {
        ContractCheck check = ContractCheck.Of(RecordedReads.FileOf(version));
        Assert.Empty(check.Differences);
        Assert.StartsWith($"{version}: {games} games and {foreign} of kinds that are not played, read ", check.Counts, StringComparison.Ordinal);
        RecordedAnswers recorded = RecordedReads.Of(version);
        recorded.Now = recorded.Moments.Count - 1;
        BlockRef at = BlockRef.At(recorded.Moments[^1].Hash);
        GameReader reader = new(new ChainReader(recorded), recorded.Contract("portal"));
        IReadOnlyList<GameMetadata> all = await reader.MetadataAsync(await reader.ListAsync(recorded.Factory, 0, at, default), at, default);
        Assert.Equal(foreign == 0 ? [] : new uint[] { 9, 10 }.Intersect(all.Select(game => game.GameType)), all.Where(game => game.Rules is null).Select(game => game.GameType).Distinct().Order());
        Assert.All(all.Where(game => game.Rules is not null), game => Assert.Equal((generation, generation), (game.Generation, game.Rules!.RuleSet.Generation)));
    }

    // Each is one word of a recorded answer's meaning, changed: that the check sees it.
    [Theory]
    [InlineData("0xec5e6308", "split depth")]
    [InlineData("0x8d450a95", "absolute prestate")]
    [InlineData("0x200d2ed2", "status")]
    [InlineData("0xc6f0308c", "claim")]
    [InlineData("0xd5d44d80", "credit")]
    [InlineData("0x496b9c16", "whether it is proper")]
    public void AnotherMeaning_IsADifference(string selector, string what)
    {
        string file = Path.Combine(Path.GetTempPath(), $"gavel-reads-{Guid.NewGuid():N}.jsonl");
        try
        {
            File.WriteAllLines(file, new RecordedLines(RecordedReads.FileOf("1.8.0")).Read().Select(line => Altered(line.GetRawText(), selector)));
            Assert.Contains(ContractCheck.Of(file).Differences, difference => difference.Contains(what, StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Altered(string line, string selector)
    {
        JsonNode node = JsonNode.Parse(line)!;
        foreach (JsonNode? read in node["reads"] as JsonArray ?? [])
        {
            if (read!["data"]!.GetValue<string>().StartsWith(selector, StringComparison.Ordinal) && read["value"] is { } value)
            {
                read["value"] = value.GetValueKind() switch
                {
                    System.Text.Json.JsonValueKind.True => false,
                    System.Text.Json.JsonValueKind.False => true,
                    System.Text.Json.JsonValueKind.Object => Bonded((JsonObject)value),
                    _ => JsonValue.Create($"{value}"[..^1] + ($"{value}"[^1] == '1' ? '2' : '1')),
                };
            }
        }

        return node.ToJsonString();

        static JsonObject Bonded(JsonObject claim)
        {
            claim["bond"] = "1";
            return (JsonObject)claim.DeepClone();
        }
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
        RecordedAnswers recorded = RecordedReads.WithCloneCode(version);
        recorded.Now = recorded.Moments.Count - 1;
        BlockRef at = BlockRef.At(recorded.Moments[^1].Hash);
        GameReader reader = new(new ChainReader(recorded));
        IReadOnlyList<GameMetadata> all = await reader.MetadataAsync(await reader.ListAsync(recorded.Factory, 0, at, default), at, default);
        GameMetadata[] clones = [.. all.Where(game => game.CodeHash is not null)];
        Assert.Equal(games, clones.Length);
        Assert.All(clones, game =>
        {
            Assert.Empty(RecordedMeaning.DifferencesOf(recorded, game));
            Assert.Equal(generation, game.Generation);
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
        RecordedAnswers recorded = RecordedReads.Of(version);
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
        RecordedAnswers recorded = RecordedReads.Of(version);
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
        RecordedAnswers recorded = RecordedReads.Of("2.4.2");
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
        RecordedAnswers recorded = RecordedReads.Of("super-0.7.2");
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

    private static string Key(Address address) => address.ToString().ToLowerInvariant();
}
