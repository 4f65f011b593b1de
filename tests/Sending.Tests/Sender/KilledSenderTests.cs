using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Gavel.Ethereum;
using Gavel.Sending.Tests.Outbox;
using Gavel.TestKit;

namespace Gavel.Sending.Tests.Sender;

/// <summary>A sender in its own process is killed (SIGKILL) between any two steps; afterwards every intent is on the chain exactly once.</summary>
public sealed class KilledSenderTests
{
    private const int Intents = 5;
    private const int KilledExitCode = 137; // 128 + SIGKILL
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Fact]
    public Task KilledAtEveryFailPoint_EveryIntentLandsOnce() =>
        AllAsync(Enum.GetValues<FailPoint>().Select(point => ($"{point}", (Func<Task>)(() => KilledOnceAsync(point, First(point))))));

    [Fact]
    public Task KilledAgainAndAgain_EveryIntentLandsOnce() => AllAsync(Sequences(4));

    [Fact]
    [Trait("Scale", "full")]
    [Trait("Only", "full")]
    public Task KilledAtLaterPassings_AtFullScale() =>
        AllAsync(
            from point in Enum.GetValues<FailPoint>()
            from times in (int[])[1, 3, 6]
            select ($"{point} {times}", (Func<Task>)(() => KilledOnceAsync(point, times, mustDie: false))));

    [Fact]
    [Trait("Scale", "full")]
    [Trait("Only", "full")]
    public Task KilledAgainAndAgain_AtFullScale() => AllAsync(Sequences(25));

    /// <summary>Runs cases a few at a time and names those that fail.</summary>
    private static async Task AllAsync(IEnumerable<(string Name, Func<Task> Run)> cases)
    {
        var failures = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (one, _) =>
        {
            try
            {
                await one.Run();
            }
            catch (Exception error)
            {
                failures.Add($"{one.Name}: {error.Message}");
            }
        });
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
    }

    private static IEnumerable<(string, Func<Task>)> Sequences(int count)
    {
        var random = new Random(Seed.Value);
        FailPoint[] points = Enum.GetValues<FailPoint>();
        for (int i = 0; i < count; i++)
        {
            (FailPoint, int)[] kills = [.. Enumerable.Range(0, 4).Select(_ => (points[random.Next(points.Length)], 1 + random.Next(4)))];
            yield return ($"seed {Seed.Value}, sequence {i}: {string.Join(", ", kills)}", () => KilledInARowAsync(kills));
        }
    }

    /// <summary>Which passing of a point to die at: for the journal's in the midst of the work, not at the first enqueueing.</summary>
    private static int First(FailPoint point) => point switch
    {
        FailPoint.JournalBeforeWrite or FailPoint.JournalHalfWritten or FailPoint.JournalWritten or FailPoint.JournalSynced => 7,
        < FailPoint.SenderChosen => 1,
        _ => 2,
    };

    private static async Task KilledOnceAsync(FailPoint point, int times, bool mustDie = true)
    {
        await using Stage stage = await Stage.OpenAsync();

        // Only what is not mined is replaced.
        bool bump = point is FailPoint.SenderBumpSigned or FailPoint.SenderBumpRecorded or FailPoint.SenderBumpSent;
        if (bump)
        {
            stage.MineOutOfReach();
        }
        else
        {
            stage.Mine();
        }

        int exit = await stage.RunAsync($"{point}", times, giveUp: bump ? TimeSpan.FromSeconds(20) : _patience);
        if (mustDie)
        {
            Assert.True(exit == KilledExitCode, $"{point} was not reached: exit code {exit}");
        }

        stage.Mine();
        await stage.FinishAsync();
    }

    private static async Task KilledInARowAsync((FailPoint Point, int Times)[] kills)
    {
        await using Stage stage = await Stage.OpenAsync();
        stage.Mine(170); // slow enough for replacements
        foreach ((FailPoint point, int times) in kills)
        {
            await stage.RunAsync($"{point}", times, _patience);
        }

        await stage.FinishAsync();
    }

    /// <summary>A chain, a journal and a key for processes that are killed.</summary>
    private sealed class Stage : IAsyncDisposable
    {
        private readonly JournalFolder _folder = new();
        private readonly AnvilProcess _anvil;
        private readonly RpcEndpoint _rpc;
        private readonly CancellationTokenSource _stop = new();
        private Task? _mining;
        private Task _outOfReach = Task.CompletedTask;

        private Stage(AnvilProcess anvil)
        {
            _anvil = anvil;
            _rpc = new RpcEndpoint(EndpointUrl.Parse(anvil.Url));
            File.WriteAllText(KeyFile, AnvilProcess.FirstKey);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        private string KeyFile => Path.Combine(_folder.Root, "key");

        public static async Task<Stage> OpenAsync() => new(await AnvilProcess.StartAsync("--no-mining"));

        public void Mine(int milliseconds = 25) => _mining ??= Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                await _rpc.RequestAsync(new RpcRequest("anvil_mine", "0x1"), CancellationToken.None);
                await Task.Delay(milliseconds);
            }
        });

        /// <summary>A few blocks whose base fee grows faster than offers: replacements are for what blocks have passed over.</summary>
        public void MineOutOfReach() => _outOfReach = Task.Run(async () =>
        {
            ulong baseFee = 5_000_000_000;
            while (!_stop.IsCancellationRequested && baseFee < 100_000_000_000)
            {
                if (!new RpcValue(await _rpc.RequestAsync(new RpcRequest("txpool_status"), CancellationToken.None), "txpool_status")["pending"].UInt64().Equals(0))
                {
                    await _rpc.RequestAsync(new RpcRequest("anvil_setNextBlockBaseFeePerGas", Hex.Quantity(baseFee)), CancellationToken.None);
                    await _rpc.RequestAsync(new RpcRequest("anvil_mine", "0x1"), CancellationToken.None);
                    baseFee *= 3;
                    await Task.Delay(500);
                }

                await Task.Delay(20);
            }
        });

        /// <returns>The exit code.</returns>
        public async Task<int> RunAsync(string failPoint, int times, TimeSpan giveUp) => (await StartAsync(failPoint, times, giveUp)).ExitCode;

        /// <summary>Lets a last process end by itself and looks at journal and chain.</summary>
        public async Task FinishAsync()
        {
            (int exit, string output) = await StartAsync("-", 1, _patience);
            Assert.True(exit == 0, $"exit code {exit}: {output}");
            string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("done", lines[^1]);
            Assert.Equal(Intents, lines.Count(line => line.StartsWith("Confirmed ", StringComparison.Ordinal)));

            List<Landed> landed = await SenderHarness.LandedAsync(new ChainReader(_rpc), Samples.Account);
            Assert.Equal(
                Enumerable.Range(0, Intents).Select(i => i.ToString(CultureInfo.InvariantCulture)), landed.Select(one => one.Name).Order(StringComparer.Ordinal));
            Assert.Equal(Enumerable.Range(0, Intents).Select(nonce => (ulong)nonce), landed.Select(one => one.Nonce));
            Assert.All(landed, one => Assert.True(one.Succeeded));
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await (_mining ?? Task.CompletedTask);
            await _outOfReach;
            await _rpc.DisposeAsync();
            await _anvil.DisposeAsync();
            _stop.Dispose();
            _folder.Dispose();
        }

        private async Task<(int ExitCode, string Output)> StartAsync(string failPoint, int times, TimeSpan giveUp)
        {
            // Built beside this test: artifacts/bin/<project>/<configuration>.
            string configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Name;
            string program = Checkout.PathOf("artifacts", "bin", "SenderProcess", configuration, "Gavel.SenderProcess.dll");
            var start = new ProcessStartInfo("dotnet",
            [
                program, _anvil.Url, Path.Combine(_folder.Root, "outbox.journal"), KeyFile, $"{Intents}", "2", failPoint, times.ToString(CultureInfo.InvariantCulture),
            ])
            { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            using var limit = new CancellationTokenSource(giveUp);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync();
                return (-1, $"not ended after {giveUp.TotalSeconds} s: {await output}{await errors}");
            }

            return (process.ExitCode, await output + await errors);
        }
    }
}
