using System.CommandLine;
using Gavel.Agent.Operating;

namespace Gavel.Agent.Commands;

/// <summary><c>agent games</c>: the games of a chain.</summary>
internal static class GamesCommand
{
    public static Command Create()
    {
        ConnectionInputs connection = new();
        Option<int> last = new("--last") { Description = "how many of the newest games; 0 for all", DefaultValueFactory = _ => 50 };
        Option<bool> open = new("--open") { Description = "only games that are in progress or owe us something, however old" };
        Option<Address[]> accounts = AccountInputs.Option();
        Command command = new("games", "List a chain's dispute games") { last, open, accounts };
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorRun.RunAsync(command.Name, async () =>
        {
            if (parsed.GetValue(last) < 0)
            {
                throw OperatorException.BadInput($"--last: {parsed.GetValue(last)} games cannot be shown; give 0 for all");
            }

            await using ChainAccess chain = await connection.ConnectAsync(parsed, needsFactory: true, cancellationToken);
            IReadOnlyList<Address> ours = await chain.AccountsAsync(parsed.GetValue(accounts) ?? []);
            GameList list = await GameList.ReadAsync(chain, ours, parsed.GetValue(last), parsed.GetValue(open), cancellationToken);
            list.Show(connection.ScreenOf(parsed));
        }));
        return command;
    }
}
