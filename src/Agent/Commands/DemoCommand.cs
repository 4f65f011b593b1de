using System.CommandLine;
using Gavel.Agent.Demo;
using Gavel.Devnet;
using Spectre.Console;

namespace Gavel.Agent.Commands;

/// <summary><c>agent demo</c>: a whole dispute on a local chain. Exit 0 only if the bonds are back, 1 if not, 2 if the chain cannot be started.</summary>
internal static class DemoCommand
{
    private const int Good = 0, Lost = 1, CannotStart = 2;
    private const int L2Blocks = 9; // one more is posted and derived before the dispute

    public static Command Create()
    {
        Option<string> generation = GenerationOption.Create();
        Command command = new("demo", "Show a whole dispute on a local chain with the real contracts, or with our twins of newer ones") { generation };
        command.SetAction(async (parsed, cancellation) =>
        {
            string folder = Path.Combine(Path.GetTempPath(), $"gavel-demo-{Guid.NewGuid():N}");
            try
            {
                return await RunAsync(GenerationOption.Read(parsed, generation), folder, cancellation);
            }
            catch (DevnetException error)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"demo: {error.Message}");
                return CannotStart;
            }
            finally
            {
                if (Directory.Exists(folder))
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(DevnetGeneration generation, string folder, CancellationToken cancellationToken)
    {
        IAnsiConsole console = AnsiConsole.Console;
        bool isTerminal = !Console.IsOutputRedirected && console.Profile.Capabilities.Interactive;
        if (!isTerminal)
        {
            console.Profile.Width = 120; // a pipe has no width of its own
        }

        DevnetOptions options = new() { Generation = generation, InitialL2Blocks = L2Blocks, CannonPrestate = FaultProofProgram.Rollup.Prestate };
        await using LocalDevnet devnet = await LocalDevnet.StartAsync(options, cancellationToken);
        DemoChain.ShowAddresses(console, devnet);
        if (!await DemoChain.ShowOneBlockAsync(console, devnet, cancellationToken))
        {
            return Lost;
        }

        DemoOutcome? outcome = null;
        if (!isTerminal)
        {
            outcome = await new DemoDispute(devnet, new PlainDemoView(), folder).PlayAsync(cancellationToken);
        }
        else
        {
            await console.Live(new Text("")).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
                outcome = await new DemoDispute(devnet, new LiveDemoView(live), folder).PlayAsync(cancellationToken));
        }

        Console.Out.WriteLine(outcome!.Words());
        return outcome.IsGood ? Good : Lost;
    }
}
