using System.CommandLine;
using Gavel.Agent.Operating;
using Gavel.Contracts;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;

namespace Gavel.Agent.Commands;

/// <summary><c>agent resolve GAME [--claim N]</c>: resolves a game, its claims first and bottom up, or one claim alone.</summary>
internal static class ResolveCommand
{
    // A claim with more answers than this is resolved in pages, so that one call stays far below a block's gas.
    private const uint ChildrenPerPage = 256;

    public static Command Create()
    {
        ConnectionInputs connection = new();
        SendInputs sending = new();
        Argument<Address> game = Inputs.Game();
        Option<uint?> claim = new("--claim") { Description = "index of the one claim to resolve; default: the game and all below it" };
        Command command = new("resolve", "Resolve a game, or one of its claims") { game, claim };
        connection.AddTo(command);
        sending.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorRun.RunAsync(command.Name, async () =>
        {
            Screen screen = connection.ScreenOf(parsed);
            await using ChainAccess chain = await connection.ConnectAsync(parsed, needsFactory: false, cancellationToken);
            await sending.WithSenderAsync(
                parsed, chain, screen, sender => RunAsync(chain, sender, screen, parsed.GetValue(game), parsed.GetValue(claim), cancellationToken), cancellationToken);
        }));
        return command;
    }

    private static async Task RunAsync(ChainAccess chain, CallSender sender, Screen screen, Address game, uint? claim, CancellationToken cancellationToken)
    {
        GameView view = await GameView.RequiredAsync(chain, game, cancellationToken);
        IReadOnlyList<(ContractCall Call, uint? Claim)> calls = claim is uint index ? OfClaim(view, index) : OfGame(view);
        List<CallReport> reports = [];
        foreach ((ContractCall call, uint? about) in calls)
        {
            if (sender.IsDryRun && reports.Count > 0)
            {
                screen.Line($"then {Purpose(about, game)}");
                reports.Add(CallSender.Later(call, about));
                continue;
            }

            reports.Add((await sender.RunAsync(call, Purpose(about, game), about, cancellationToken)).Report);
        }

        if (!sender.IsDryRun)
        {
            ShowStatus(screen, await GameView.RequiredAsync(chain, game, cancellationToken));
        }

        screen.Json(new ActReport { Account = sender.Account, DryRun = sender.IsDryRun, Calls = reports, Game = game });
    }

    // Where the game cannot be resolved yet, the contract is asked all the same: it says by name what stands against it.
    private static IReadOnlyList<(ContractCall Call, uint? Claim)> OfGame(GameView game)
    {
        ResolutionOrder order = ResolutionOrder.At(game.Claims, new GameTime(game.Rules.Clock, game.View.Timestamp));
        Address address = game.Metadata.Game;
        return [.. (order.CanResolveGame ? order.Claims : []).SelectMany(claim => Pages(address, (uint)claim.ClaimIndex, claim.Children)), (FaultDisputeGame.Resolve(address), null)];
    }

    private static IReadOnlyList<(ContractCall Call, uint? Claim)> OfClaim(GameView game, uint claim) => claim < game.Claims.Count
        ? [.. Pages(game.Metadata.Game, claim, game.Claims.ChildrenOf((int)claim).Count())]
        : throw OperatorException.BadInput($"--claim: there is no claim {claim}; the game has claims 0 to {game.Claims.Count - 1}");

    private static IEnumerable<(ContractCall Call, uint? Claim)> Pages(Address game, uint claim, int children)
    {
        uint pages = Math.Max(1, ((uint)children + ChildrenPerPage - 1) / ChildrenPerPage);
        return Enumerable.Repeat((FaultDisputeGame.ResolveClaim(game, claim, pages == 1 ? 0 : ChildrenPerPage), (uint?)claim), (int)pages);
    }

    private static string Purpose(uint? claim, Address game) => claim is uint index ? $"resolve claim {index} of game {game}" : $"resolve game {game}";

    private static void ShowStatus(Screen screen, GameView game) => screen.Line($"game {game.Metadata.Game}: {Screen.Status(game.State.Status)}");
}
