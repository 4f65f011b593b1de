using Gavel.Agent.Demo;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.Rollup;

namespace Gavel.EndToEnd.Tests;

/// <summary>A node that lags, errs or lies never makes Gavel attack a valid root, and what it lacked is made up for when it recovers.</summary>
public sealed class UnhelpfulNodeTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(3); // some thirty cycles

    public static TheoryData<string> Lies => ["wrong output", "wrong state", "other L2 fork", "other L1 fork", "no safe head record", "lag", "errors"];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task ValidRoot_WithAnUnhelpfulNode_IsNotAttacked(string lie)
    {
        await using Ring ring = await Duel.RingAsync(None);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Proposer, DevnetGameType.Cannon, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);
        RollupNodeFaults faults = ring.Devnet.RollupNode.Faults;
        switch (lie)
        {
            case "wrong output":
                faults.WrongOutputs[Duel.Block] = FalseTrace.FalseOutput(Duel.Block);
                break;
            case "wrong state":
                faults.WrongStateFrom = 3;
                break;
            case "other L2 fork":
                faults.L2ForkFrom = 3;
                break;
            case "other L1 fork":
                faults.L1ForkFrom = 3;
                break;
            case "no safe head record":
                faults.NoSafeHeadRecord = true;
                break;
            case "lag":
                await LagBeforeTheBlockAsync(ring);
                break;
            default:
                faults.Errors["optimism_outputAtBlock"] = (-32000, "the database is on fire");
                break;
        }

        await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain => chain.Cannon.Server.Clear()); // nothing to run the program with
        await ring.UntilAsync("the game is judged unavailable", () => Task.FromResult(ring.Lines.Has("nothing is attacked")), None);
        await Task.Delay(LongEnough);
        Assert.Single((await ring.StateAsync(game, None)).Claims);
        Assert.True(ring.Lines.Has("s are left to attack the root"), ring.Lines.ToString());
    }

    [Fact]
    public async Task FalseRoot_WithALaggingNode_IsAttackedOnceItCatchesUp()
    {
        await using Ring ring = await Duel.RingAsync(None);
        await LagBeforeTheBlockAsync(ring);
        GameMetadata game = await ring.CreateGameAsync(DevnetAccounts.Dishonest, DevnetGameType.Cannon, FalseTrace.FalseOutput(Duel.Block), Duel.Block, None);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        await ring.UntilAsync("the game is judged unavailable", () => Task.FromResult(ring.Lines.Has("nothing is attacked")), None);
        await Task.Delay(LongEnough);
        Assert.Single((await ring.StateAsync(game, None)).Claims);

        ring.Devnet.RollupNode.Faults.Clear();
        await ring.UntilAsync("the root is attacked", async () => (await ring.StateAsync(game, None)).Claims.Count == 2, None);
        GameState resolved = await ring.SettleAsync(game, DevnetAccounts.Challenger.Address, None);
        Assert.Equal(GameStatus.ChallengerWins, resolved.Status);
    }

    // A node that has derived the block by less of L1 than the game has shows that it was derivable, however far it lags.
    private static async Task LagBeforeTheBlockAsync(Ring ring)
    {
        await using RpcEndpoint endpoint = new(EndpointUrl.Parse(ring.Devnet.RollupNode.Url));
        RollupNode node = new(endpoint);
        ulong at = await ring.Devnet.L1.GetBlockNumberAsync(None);
        do
        {
            ring.Devnet.RollupNode.Faults.LagAtL1Block = --at;
        }
        while ((await node.SyncStatusAsync(None)).SafeL2.Number >= Duel.Block);
    }
}
