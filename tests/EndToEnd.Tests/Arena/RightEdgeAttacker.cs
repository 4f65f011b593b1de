using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.Traces;

namespace Gavel.EndToEnd.Tests.Arena;

/// <summary>
/// Attacks a true root below the safe head: repeats the root down the right edge, where every position stands for a block beyond the proposed
/// one, and ends with the VM's own verdict for such a block where that is "invalid", as on contract 1.2.0, or else with a lie that it is.
/// </summary>
internal sealed class RightEdgeAttacker(Ring ring, GameMetadata game, Hash32 root)
{
    /// <summary>Whether the VM said otherwise than the execution root that was posted.</summary>
    public bool IsLie { get; private set; }

    /// <summary>Plays until the execution root stands.</summary>
    public async Task AttackAsync(CancellationToken cancellationToken)
    {
        GameRules rules = game.Rules!;
        while (true)
        {
            GameState state = await ring.StateAsync(game, cancellationToken);
            Game claims = WatchedGame.GameOf(rules, state);
            int last = claims.Count - 1;
            Claim claim = claims[last];
            if (claim.Position.Depth % 2 == 1)
            {
                await Task.Delay(100, cancellationToken); // it is Gavel's turn
                continue;
            }

            if (claim.Position.Depth < rules.SplitDepth)
            {
                await AttackAsync(last, claim, root, cancellationToken);
                continue;
            }

            ExecutionBranch branch = ExecutionBranch.Below(claims, last, isAttack: true);
            await AttackAsync(last, claim, await VerdictAsync(branch), cancellationToken);
            return;
        }
    }

    private Task<RpcReceipt> AttackAsync(int index, Claim claim, Hash32 value, CancellationToken cancellationToken)
    {
        ContractCall call = FaultDisputeGame.MoveOn(
            game.Game, (uint)index, claim.Value, value, isAttack: true, game.Rules!.Bonds[claim.Position.Depth + 1]);
        return ring.Devnet.SendAsync(DevnetAccounts.Dishonest, call.To, call.Data, call.Value, cancellationToken: cancellationToken);
    }

    private async Task<Hash32> VerdictAsync(ExecutionBranch branch)
    {
        using VmWorkers workers = new(1);
        IExecutionTrace trace = Programs.Traces(ring, workers).Of(game, LocalInputs.Of(game, branch, Duel.Block));
        trace.Want(UInt128.MaxValue >> 1, isStep: false);
        TraceAnswer<Hash32> end = trace.ClaimAt(UInt128.MaxValue >> 1);
        await ring.UntilAsync("the VM has judged", () => Task.FromResult((end = trace.ClaimAt(UInt128.MaxValue >> 1)).IsAvailable), CancellationToken.None);
        byte[] verdict = end.Value.ToArray();
        IsLie = verdict[0] != (byte)VmStatus.Invalid;
        verdict[0] = (byte)VmStatus.Invalid;
        return new Hash32(verdict);
    }
}
