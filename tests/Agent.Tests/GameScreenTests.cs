using System.Text.Json;
using Gavel.Agent.Operating;
using Gavel.Contracts;
using Gavel.GameSolver;

namespace Gavel.Agent.Tests;

/// <summary>How games, their standing and their bonds are shown, also those of kinds that are not played.</summary>
public sealed class GameScreenTests
{
    private static readonly Address Game = Address.Parse("0x00112233445566778899aabbccddeeff00112233");
    private static readonly Address Creator = Address.Parse("0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc");
    private static readonly L1Block Block = new(100, Keccak256.Hash([1]), 1_800_000_000);

    [Fact]
    public void SuperGame_IsShownByItsTimestamp_AndNeverAsBlockZero()
    {
        GameList list = List(Row(9, new ProposedPoint(1_700_000_000, SequenceUnit.Timestamp)));
        string line = Text(list.Show).Split('\n').Single(line => line.Contains($"{Game}", StringComparison.Ordinal));
        Assert.Contains("  9 SUPER_CANNON_KONA  0.7.2 (not played)  timestamp 1700000000 (2023-11-14 22:13:20Z)  in progress  ", line, StringComparison.Ordinal);
        JsonElement row = Json(list.Show).GetProperty("games")[0];
        Assert.Equal("SUPER_CANNON_KONA", row.GetProperty("typeName").GetString());
        Assert.Equal((JsonValueKind.Null, 1_700_000_000, 1_700_000_000), (row.GetProperty("l2Block").ValueKind, row.GetProperty("l2Timestamp").GetInt64(), row.GetProperty("sequenceNumber").GetInt64()));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (row.GetProperty("standing").ValueKind, row.GetProperty("bondMode").ValueKind));
        Assert.Equal($"{Creator}", row.GetProperty("creator").GetString());
    }

    [Theory]
    [InlineData(1023, SequenceUnit.Block, "block 1023")]
    [InlineData(7, SequenceUnit.Unknown, "sequence number 7")]
    [InlineData(0, null, " ? ")]
    public void OtherGames_AreShownByWhatTheyTell(int number, SequenceUnit? unit, string expected)
    {
        ProposedPoint? proposed = unit is { } known ? new ProposedPoint((ulong)number, known) : null;
        string line = Text(List(Row(10, proposed)).Show).Split('\n').Single(line => line.Contains($"{Game}", StringComparison.Ordinal));
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.DoesNotContain("block 0", line, StringComparison.Ordinal);
        Assert.Contains(expected.Trim().Replace("?", "what it does not tell", StringComparison.Ordinal), Text(Claims(proposed, uint.MaxValue).Show), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "created by 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC\n")]
    [InlineData(uint.MaxValue, "created by 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC, builds on the anchor\n")]
    [InlineData(17U, "created by 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC, builds on game 17 of the factory\n")]
    public void Parent_IsNamed_WhereThereIsOne(uint? parent, string expected) =>
        Assert.Contains(expected, Text(Claims(new ProposedPoint(1023, SequenceUnit.Block), parent).Show), StringComparison.Ordinal);

    [Theory]
    [InlineData(BondDistributionMode.Undecided, BondDistributionMode.Refund, "blacklisted  undecided (expected: refunded)")]
    [InlineData(BondDistributionMode.Undecided, BondDistributionMode.Normal, "blacklisted  undecided (expected: by result)")]
    [InlineData(BondDistributionMode.Refund, BondDistributionMode.Refund, "blacklisted  refunded")]
    [InlineData(BondDistributionMode.Normal, BondDistributionMode.Normal, "blacklisted  by result")]
    public void StandingAndMode_AreColumns(BondDistributionMode mode, BondDistributionMode expected, string words)
    {
        GameStanding standing = new(IsRespected: true, IsBlacklisted: true, IsRetired: false);
        GameList list = List(Row(8, new ProposedPoint(12, SequenceUnit.Block)) with { IsPlayed = true, Standing = standing, BondMode = mode, ExpectedBondMode = expected });
        Assert.Contains(words, Text(list.Show), StringComparison.Ordinal);
        JsonElement row = Json(list.Show).GetProperty("games")[0];
        Assert.Equal((mode.ToString().ToLowerInvariant(), expected.ToString().ToLowerInvariant()), (row.GetProperty("bondMode").GetString(), row.GetProperty("expectedBondMode").GetString()));
        Assert.Equal((true, true, false), (row.GetProperty("standing").GetProperty("isRespected").GetBoolean(), row.GetProperty("standing").GetProperty("isBlacklisted").GetBoolean(), row.GetProperty("standing").GetProperty("isRetired").GetBoolean()));
        Assert.Contains(
            $"bonds paid: {words["blacklisted  ".Length..]}; by the guardian it is blacklisted\n",
            Text((Claims(new ProposedPoint(12, SequenceUnit.Block), null) with { Standing = standing, BondMode = mode, ExpectedBondMode = expected }).Show),
            StringComparison.Ordinal);
    }

    [Fact]
    public void GameOfADrainingFactory_StandsBesideTheOthers_AsOneThatDrains()
    {
        GameList list = List(Row(8, null) with { Factory = Game }) with { DrainingFactories = [Game] };
        string text = Text((list with { Games = [.. list.Games, Row(8, null)] }).Show);
        Assert.Contains($"2 of 4 games of factory {Creator}, and draining {Game} at L1 block", text, StringComparison.Ordinal);
        Assert.Single(text.Split("3 draining ")[1..]);
    }

    private static GameRow Row(uint type, ProposedPoint? proposed) => new()
    {
        Index = 3,
        Factory = Creator,
        Game = Game,
        Type = type,
        Version = "0.7.2",
        IsPlayed = false,
        RootClaim = Keccak256.Hash([2]),
        Creator = Creator,
        Proposed = proposed,
        CreatedAt = 1_799_999_000,
        Status = GameStatus.InProgress,
    };

    private static GameList List(GameRow row) => new() { L1Block = Block, Factory = Creator, DrainingFactories = [], Total = 4, Games = [row] };

    private static ClaimList Claims(ProposedPoint? proposed, uint? parent) => new()
    {
        L1Block = Block,
        Game = Game,
        Type = 10,
        Version = "1.1.0",
        IsPlayed = false,
        RootClaim = Keccak256.Hash([2]),
        Creator = Creator,
        Proposed = proposed,
        ParentIndex = parent,
        L1Head = Keccak256.Hash([3]),
    };

    private static string Text(Action<Screen> show)
    {
        using StringWriter writer = new();
        show(new Screen(writer, isTerminal: false, isJson: false));
        return writer.ToString();
    }

    private static JsonElement Json(Action<Screen> show)
    {
        using StringWriter writer = new();
        show(new Screen(writer, isTerminal: false, isJson: true));
        return JsonDocument.Parse(writer.ToString()).RootElement;
    }
}
