using Gavel.Agent.Demo;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.GameSolver;
using Gavel.TestKit;

namespace Gavel.EndToEnd.Tests;

/// <summary>The last step reads a preimage: Gavel loads its part first, unless somebody has done so.</summary>
public sealed class PreimageStepTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly (string Program, int KeyType, bool IsOnChain, string Call)[] All =
    [
        ("rollup", 1, false, "addLocalData"), ("rollup", 2, false, "loadKeccak256PreimagePart"), ("sha256", 4, false, "loadSha256PreimagePart"),
        ("rollup", 1, true, "addLocalData"), ("rollup", 2, true, "loadKeccak256PreimagePart"), ("sha256", 4, true, "loadSha256PreimagePart"),
    ];

    // Each kind of preimage, and one that is on the chain already; in the full count all of them.
    public static TheoryData<string, int, bool, string> Reads { get; } = Chosen();

    [Theory]
    [MemberData(nameof(Reads))]
    [Trait("Scale", "full")]
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
        Assert.True((ring.Lines.Has($": {call}: ") || ring.Lines.Has($": {call}, ")) != isOnChain, $"{call} was {(isOnChain ? "" : "not ")}sent\n{ring.Lines}");
    }

    private static TheoryData<string, int, bool, string> Chosen()
    {
        TheoryData<string, int, bool, string> chosen = [];
        foreach ((string program, int keyType, bool isOnChain, string call) in All.Take(Scale.Of(4, All.Length)))
        {
            chosen.Add(program, keyType, isOnChain, call);
        }

        return chosen;
    }
}
