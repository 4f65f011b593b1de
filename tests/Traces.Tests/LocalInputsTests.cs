using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.GameSolver;

namespace Gavel.Traces.Tests;

/// <summary>Local data and clocks exactly as each contract version writes them.</summary>
public sealed class LocalInputsTests
{
    // Depth 3 has the leaves of blocks 11 to 18; the fourth leaf stands for block 14.
    private static readonly OutputClaim Fourth = new(Samples.Hash("fourth"), Position.At(3, 3));
    private static readonly OutputClaim Third = new(Samples.Hash("third"), Position.At(3, 2));

    [Theory]
    [InlineData(GameGeneration.V1, 12UL, 14UL)]
    [InlineData(GameGeneration.V1, 20UL, 14UL)]
    [InlineData(GameGeneration.V2, 12UL, 12UL)]
    [InlineData(GameGeneration.V2, 14UL, 14UL)]
    [InlineData(GameGeneration.V2, 20UL, 14UL)]
    public void Datum4_IsCappedAtTheProposedBlock_OnlyBy2x(GameGeneration generation, ulong proposed, ulong expected)
    {
        LocalInputs inputs = LocalInputs.Of(Samples.Game(generation, proposed), new ExecutionBranch(Third, Fourth), ulong.MaxValue);
        Assert.Equal(expected, inputs.L2BlockNumber);
        Assert.Equal(13UL, inputs.AgreedBlockNumber);
        byte[] datum = inputs.Datum(4)!;
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, (byte)expected], datum);
    }

    [Fact]
    public void OtherData_AreThoseOfTheBranch()
    {
        GameMetadata game = Samples.Game(GameGeneration.V1, 12);
        LocalInputs inputs = LocalInputs.Of(game, new ExecutionBranch(Third, Fourth), lastBlock: 12);
        Assert.Equal(game.L1Head.ToArray(), inputs.Datum(1));
        Assert.Equal(Third.Value.ToArray(), inputs.Datum(2));
        Assert.Equal(Fourth.Value.ToArray(), inputs.Datum(3));
        Assert.Equal([0, 0, 0, 0, 0, 0, 3, 133], inputs.Datum(5));
        Assert.Null(inputs.Datum(0));
        Assert.Null(inputs.Datum(6));
        Assert.Equal(12UL, inputs.AgreedBlockNumber); // positions beyond the last block repeat its output

        LocalInputs first = LocalInputs.Of(game, new ExecutionBranch(null, new OutputClaim(Samples.Hash("first"), Position.At(3, 0))), 12);
        Assert.Equal((game.Rules!.StartingOutputRoot, 10UL, 11UL), (first.AgreedOutputRoot, first.AgreedBlockNumber, first.L2BlockNumber));
    }

    [Theory]
    [InlineData("0x0100000000000000000000000000000000000000000000000000000000000004", 4UL)]
    [InlineData("0x01000000000000000000000000000000000000000000000000000000000000ff", 255UL)]
    [InlineData("0x0200000000000000000000000000000000000000000000000000000000000004", null)]
    [InlineData("0x0100000000000000000000000000000000000000000000010000000000000004", null)]
    public void Ident_IsReadFromALocalKey(string key, ulong? ident) => Assert.Equal(ident, LocalInputs.IdentOf(Hash32.Parse(key)));

    [Theory]
    [InlineData(GameGeneration.V1, 2, 280UL, 240UL)] // split - 1: the plain extension tells lateness, the double one is given
    [InlineData(GameGeneration.V1, 2, 250UL, 250UL)]
    [InlineData(GameGeneration.V2, 2, 250UL, 240UL)]
    [InlineData(GameGeneration.V1, 7, 280UL, 270UL)] // max - 1
    [InlineData(GameGeneration.V2, 7, 220UL, 210UL)] // extension 30 and challenge period 60
    [InlineData(GameGeneration.V2, 7, 210UL, 210UL)]
    [InlineData(GameGeneration.V2, 5, 280UL, 270UL)]
    [InlineData(GameGeneration.V2, 5, 299UL, 270UL)]
    public void LateMove_GetsTheClockOfItsVersionAndDepth(GameGeneration generation, int depth, ulong used, ulong given)
    {
        ClockRules rules = Samples.Game(generation, 12).Rules!.Clock;
        Assert.Equal(new ChessClock(given, 1_000 + used), rules.ForMove(default, new ChessClock(0, 1_000), depth, 1_000 + used));
        Assert.Null(rules.ForMove(default, new ChessClock(0, 1_000), depth, 1_300));
    }
}
