using Gavel.Agent.Demo;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.GameSolver;

namespace Gavel.EndToEnd.Tests;

/// <summary>The last step reads a preimage: Gavel loads its part first, unless somebody has done so.</summary>
public sealed class PreimageStepTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("rollup", 1, false, "addLocalData")]
    [InlineData("rollup", 1, true, "addLocalData")]
    [InlineData("rollup", 2, false, "loadKeccak256PreimagePart")]
    [InlineData("rollup", 2, true, "loadKeccak256PreimagePart")]
    [InlineData("sha256", 4, false, "loadSha256PreimagePart")]
    [InlineData("sha256", 4, true, "loadSha256PreimagePart")]
    public async Task Step_ThatReadsAPreimage_IsMadeOnceItsPartIsOnChain(string program, int keyType, bool isOnChain, string call)
    {
        await using Ring ring = await Duel.RingAsync(None);
        Outcome outcome = await new Duel
        {
            Type = program == "sha256" ? Programs.Sha256GameType : DevnetGameType.Cannon,
            Root = FalseTrace.FalseOutput(Duel.Block),
            AtRead = new LieAtRead(program, (byte)keyType, isOnChain),
        }.PlayAsync(ring, None);
        outcome.AssertWon(GameStatus.ChallengerWins);
        outcome.AssertStep("shows that the claim is false");
        Assert.True(ring.Lines.Has($": {call}, bond") != isOnChain, $"{call} was {(isOnChain ? "" : "not ")}sent\n{ring.Lines}");
    }
}
