using Gavel.Agent.Demo;
using Gavel.Challenger;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.GameSolver;
using Gavel.Rollup;

namespace Gavel.EndToEnd.Tests;

/// <summary>
/// What one group of nodes cannot show, a run of our own of the game's program does. Before, such games stayed unjudged until they ended: false roots
/// stood, and true ones were not defended.
/// </summary>
public sealed class OwnRunTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    // The output is the true one and the node derives it today: all that is wrong is that the L1 block after the game's head made it derivable.
    [Fact]
    public async Task RootThatCameOneL1BlockTooEarly_IsAttacked_ThoughTheOnlyNodeDerivesItToday()
    {
        const ulong Early = Duel.Block + 1;
        await using Ring ring = await Duel.RingAsync(None);
        ring.Devnet.Batcher.Pause();
        await ring.Devnet.MineL2Async();
        Hash32 root = (await new L2ExecutionNode(ring.Devnet.L2).OutputAsync(Early, None)).OutputRoot;
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Cannon, root, Early, None);
        await ring.Devnet.Batcher.ResumeAsync();
        await ring.Devnet.MineL1Async(2);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        await ring.UntilAsync("the root is attacked", async () => (await ring.StateAsync(game, None)).Claims.Count == 2, None);
        Verdict verdict = ring.Reports.Values.SelectMany(report => report.Judgements.Values).Last().Verdict;
        Assert.Equal(VerdictRule.NotDerivable, verdict.Rule);
        Assert.Equal([PieceKind.Record, PieceKind.Run], verdict.Evidence.Pieces.Select(piece => piece.Kind).Distinct().Order());
        Assert.Equal(GameStatus.ChallengerWins, (await ring.SettleAsync(game, DevnetAccounts.Challenger.Address, None)).Status);
    }

    // One keeps no record of safe heads, as most nodes; the other's record has a gap.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TrueRoot_IsDefended_WhereTheOnlyNodesRecordIsMissingOrStale(bool isStale)
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, DevnetGameType.Cannon, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);
        RollupNodeFaults faults = ring.Devnet.RollupNode.Faults;
        (faults.NoSafeHeadRecord, faults.StaleSafeHead) = (!isStale, isStale ? 5 : null);
        Player attacker = new(ring.Devnet, DevnetAccounts.Dishonest, game, new FalseTrace(game, await ring.TruthAsync(game, None), 3, (_, leaf) => FalseTrace.FalseState(leaf, VmStatus.Invalid)));
        Assert.True(await attacker.MoveAsync(None) > 0);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        await ring.UntilAsync("the attack is answered", async () => (await ring.StateAsync(game, None)).Claims.Count > 2, None);
        Judgement judgement = ring.Reports.Values.SelectMany(report => report.Judgements.Values).Last();
        Assert.Equal(Truth.Valid, judgement.Verdict.Truth);
        Assert.Contains(judgement.Verdict.Evidence.Testimonies, said => said is { Question: Questions.OwnRun, L2.Number: Duel.Block, Root: not null });
        Assert.Equal(GameStatus.DefenderWins, (await ring.SettleAsync(game, DevnetAccounts.Challenger.Address, None)).Status);
    }
}
