using System.CommandLine;
using Gavel.Agent.Operating;

namespace Gavel.Agent.Commands;

/// <summary><c>agent credits</c>: what a chain's games owe us, and how far it is on its way back.</summary>
internal static class CreditsCommand
{
    public static Command Create()
    {
        ConnectionInputs connection = new();
        Option<Address[]> accounts = AccountInputs.Option();
        Command command = new("credits", "Show what games owe us") { accounts };
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorRun.RunAsync(command.Name, async () =>
        {
            await using ChainAccess chain = await connection.ConnectAsync(parsed, needsFactory: true, cancellationToken);
            IReadOnlyList<Address> ours = await chain.AccountsAsync(parsed.GetValue(accounts) ?? []);
            if (ours.Count == 0)
            {
                throw OperatorException.BadInput("whose credit? give --account ADDRESS, or a configuration with an account");
            }

            CreditList list = await CreditList.ReadAsync(chain, ours, cancellationToken);
            list.Show(connection.ScreenOf(parsed));
        }));
        return command;
    }
}
