using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.GameSolver.Solving;

namespace Gavel.Agent.Demo;

/// <summary>Somebody else in a game: it plays the solver's moves for a trace of its own, which may be a lie.</summary>
internal sealed class Player(LocalDevnet devnet, DevnetAccount account, GameMetadata game, ITrace trace)
{
    private readonly HonestSolver _solver = new(trace);
    private readonly GameWindow _window = new(devnet.L1, game);

    /// <summary>Wei bonded so far.</summary>
    public UInt256 Bonded { get; private set; }

    /// <summary>True when its trace could not answer yet at the last turn.</summary>
    public bool IsThinking { get; private set; }

    /// <summary>Makes every move that its trace asks for at the moment.</summary>
    /// <returns>How many moves were made.</returns>
    public async Task<int> MoveAsync(CancellationToken cancellationToken)
    {
        (GameState state, RpcBlock head) = await _window.ReadAsync([], cancellationToken);
        if (state.Status != GameStatus.InProgress)
        {
            return 0;
        }

        Game claims = WatchedGame.GameOf(game.Rules!, state);
        Solution solution = _solver.Solve(claims, new GameTime(game.Rules!.Clock, head.Timestamp));
        IsThinking = solution.Unanswered.Any(claim => claim.Reason == UnansweredReason.TraceUnavailable);
        int made = 0;
        foreach (MoveAction move in solution.Actions.OfType<MoveAction>())
        {
            UInt256 bond = game.Rules!.Bonds[move.Position.Depth];
            ContractCall call = FaultDisputeGame.MoveOn(
                game.Game, (uint)move.ParentIndex, claims[move.ParentIndex].Value, move.Value, move.IsAttack, bond);
            await devnet.SendAsync(account, call.To, call.Data, call.Value, cancellationToken: cancellationToken);
            Bonded += bond;
            made++;
        }

        return made;
    }
}
