using System.CommandLine;
using Gavel.Agent.Configuring;
using Gavel.Agent.Deciding;
using Gavel.Agent.Operating;

namespace Gavel.Agent.Commands;

/// <summary><c>agent decide GAME valid|invalid --because TEXT</c>: has the running agent take a person's decision on the truth of one game's root.</summary>
internal static class DecideCommand
{
    private const string TakeBack = "withdraw";

    /// <summary>What <c>--json</c> writes.</summary>
    /// <param name="Taken">Whether the decision was taken (or taken back).</param>
    /// <param name="Choice"><c>valid</c>, <c>invalid</c> or <c>withdraw</c>.</param>
    /// <param name="Outlook">What each choice costs.</param>
    /// <param name="Decision">What stands now; null where nothing does.</param>
    private sealed record Outcome(bool Taken, string Choice, DecisionView Outlook, StandingDecision? Decision);

    public static Command Create()
    {
        Argument<Address> game = Inputs.Game();
        Argument<string?> truth = new("TRUTH")
        {
            Description = "valid or invalid: what the root is",
            Arity = ArgumentArity.ZeroOrOne,
        };
        truth.AcceptOnlyFromAmong("valid", "invalid");
        Option<bool> withdraw = new("--withdraw") { Description = "take back what was decided" };
        Option<string?> because = new("--because") { Description = "why, in one line; kept in the audit trail", Required = true };
        Option<bool> yes = new("--yes") { Description = "do not ask whether that is meant" };
        Option<FileInfo?> config = new("--config") { Description = "configuration file of the running agent" };
        Option<string?> chain = new("--chain") { Description = "name of the chain, where several have the game" };
        Option<bool> json = new("--json") { Description = "write one JSON value instead of text" };
        Command command = new("decide", "Decide what is true of one game's root, where the nodes cannot") { game, truth, withdraw, because, yes, config, chain, json };
        command.SetAction((parsed, cancellationToken) => OperatorRun.RunAsync(command.Name, async () =>
        {
            if (parsed.GetValue(truth) is null != parsed.GetValue(withdraw))
            {
                throw OperatorException.BadInput("say valid or invalid, or --withdraw to take a decision back");
            }

            string why = Reason(parsed.GetValue(because));
            (AgentOptions options, _) = ConfiguredChains.Read(parsed.GetValue(config), parsed.GetValue(chain));
            using DecisionClient agent = DecisionClient.Of(options.Host);
            await RunAsync(
                agent, Screen.OfConsole(parsed.GetValue(json)), parsed.GetValue(game), parsed.GetValue(chain), parsed.GetValue(truth), why, parsed.GetValue(yes), cancellationToken);
        }));
        return command;
    }

    private static async Task RunAsync(
        DecisionClient agent, Screen screen, Address game, string? chain, string? truth, string because, bool isSure, CancellationToken cancellationToken)
    {
        DecisionView outlook = await agent.LookAsync(game, chain, cancellationToken);
        DecisionText.Show(screen, outlook, truth);
        screen.Line("");
        string choice = truth ?? TakeBack;
        if (!isSure && !await IsMeantAsync(choice, cancellationToken))
        {
            screen.Json(new Outcome(false, choice, outlook, outlook.Decision));
            throw OperatorException.BadInput(Console.IsInputRedirected ? "nothing was decided: there is no terminal to ask at; add --yes if it is meant" : "nothing was decided");
        }

        StandingDecision? standing = await agent.DecideAsync(new DecisionRequest(outlook.Chain, outlook.Game, outlook.L1Head, truth, Person(), because), cancellationToken);
        screen.Line(standing is null
            ? $"taken back: game {outlook.Game} is judged by its nodes again, from the next cycle on"
            : $"decided: game {outlook.Game} is played as {standing.Truth}, from the next cycle on, until agent decide {outlook.Game} --withdraw");
        screen.Json(new Outcome(true, choice, outlook, standing));
    }

    private static string Reason(string? text)
    {
        try
        {
            return DecisionPage.Text(text, "--because");
        }
        catch (FormatException error)
        {
            throw OperatorException.BadInput(error.Message, error);
        }
    }

    // The question goes where it is seen, also beside --json.
    private static async Task<bool> IsMeantAsync(string choice, CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            return false;
        }

        await Console.Error.WriteAsync($"Type {choice} if that is meant: ");
        return (await Console.In.ReadLineAsync(cancellationToken))?.Trim() == choice;
    }

    // Who it is to the system; where another account was taken on with sudo, who took it.
    private static string Person()
    {
        string user = Environment.UserName;
        string? before = Environment.GetEnvironmentVariable("SUDO_USER");
        string person = string.IsNullOrWhiteSpace(before) || before == user ? user : $"{before} (as {user})";
        return string.Concat(person.Where(letter => !char.IsControl(letter))) is { Length: > 0 } named ? named : "unknown";
    }
}
