using System.CommandLine;
using Gavel.Agent.Operating;

namespace Gavel.Agent.Commands;

/// <summary><c>agent claims GAME</c>: a game and its claims.</summary>
internal static class ClaimsCommand
{
    public static Command Create()
    {
        ConnectionInputs connection = new();
        Argument<Address> game = Inputs.Game();
        Command command = new("claims", "Show a game and its claims") { game };
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorRun.RunAsync(command.Name, async () =>
        {
            await using ChainAccess chain = await connection.ConnectAsync(parsed, needsFactory: false, cancellationToken);
            ClaimList list = await ClaimList.ReadAsync(chain, parsed.GetValue(game), cancellationToken);
            list.Show(connection.ScreenOf(parsed));
        }));
        return command;
    }
}
