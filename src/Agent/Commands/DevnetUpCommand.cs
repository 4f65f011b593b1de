using System.CommandLine;
using System.Runtime.InteropServices;
using Gavel.Devnet;
using Gavel.Ethereum;

namespace Gavel.Agent.Commands;

/// <summary><c>agent devnet up</c>: a local chain with dispute contracts, until it is interrupted.</summary>
internal static class DevnetUpCommand
{
    private static readonly TimeSpan s_batchInterval = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        Option<uint> blockTime = new("--block-time")
        {
            Description = "seconds between blocks of both chains; 0 makes one block for each transaction",
        };
        Option<int> blocks = new("--l2-blocks") { Description = "L2 blocks that exist at the start, at least 1", DefaultValueFactory = _ => 1 };
        Option<string?> prestate = new("--prestate") { Description = "absolute prestate of game types 0 and 1 (0x and 64 hex digits)" };
        Option<uint> maxClock = new("--max-clock") { Description = "each side's clock in seconds", DefaultValueFactory = _ => 300 };
        Option<string> generation = GenerationOption.Create();
        Command up = new("up", "Start it, print what it consists of as JSON, and run until interrupted") { blockTime, blocks, prestate, maxClock, generation };
        up.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                TimeSpan clock = TimeSpan.FromSeconds(parsed.GetValue(maxClock));
                DevnetOptions options = new()
                {
                    Generation = GenerationOption.Read(parsed, generation),
                    BlockTime = parsed.GetValue(blockTime) is > 0 and uint seconds ? TimeSpan.FromSeconds(seconds) : null,
                    InitialL2Blocks = parsed.GetValue(blocks),
                    MaxClockDuration = clock,
                    ClockExtension = TimeSpan.FromSeconds(Math.Min(30, Math.Floor(clock.TotalSeconds / 2))),
                };
                if (parsed.GetValue(prestate) is { } text)
                {
                    options = options with { CannonPrestate = Hash32.Parse(text) };
                }

                return await RunAsync(options, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellation);
            }
            catch (Exception e) when (e is DevnetException or FormatException or ArgumentOutOfRangeException)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"devnet: {e.Message}");
                return 2;
            }
        });
        return up;
    }

    private static async Task<int> RunAsync(DevnetOptions options, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        // An interrupted devnet is one that ended as it should, whatever the signal's usual exit code.
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        cancellation = stop.Token;
        await using LocalDevnet devnet = await LocalDevnet.StartAsync(options, cancellation);
        await output.WriteLineAsync(DevnetDescription.Of(devnet).ToJsonString(new() { WriteIndented = true }));
        await output.FlushAsync(cancellation);
        try
        {
            while (!devnet.Ended.IsCompleted)
            {
                await Task.Delay(s_batchInterval, cancellation);
                await PostAsync(devnet, error, cancellation);
            }

            await error.WriteLineAsync("devnet: the node of L1 or L2 has ended");
            return 1;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    // People play with the chains: a batch that fails, say after a reorg, is told and tried again.
    private static async Task PostAsync(LocalDevnet devnet, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            await devnet.Batcher.PostPendingAsync(cancellation);
        }
        catch (Exception e) when (e is DevnetException or RpcException)
        {
            await error.WriteLineAsync($"batcher: {e.Message}");
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }
    }
}
