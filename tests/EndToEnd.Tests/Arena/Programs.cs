using System.Text.Json;
using Gavel.Cannon;
using Gavel.Challenger;
using Gavel.Ethereum;
using Gavel.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gavel.EndToEnd.Tests.Arena;

/// <summary>The guest programs of the repository, as Gavel is configured to run them.</summary>
internal static class Programs
{
    private const string Version = "singlethreaded"; // the VM of the MIPS contract that the devnet has

    /// <summary>Absolute prestate of the fault-proof program of the devnet's rollup.</summary>
    public static Hash32 Rollup { get; } = PrestateOf("rollup");

    /// <summary>Absolute prestate of the program that reads a sha256 preimage.</summary>
    public static Hash32 Sha256 { get; } = PrestateOf("sha256");

    /// <summary>The devnet's further game type that runs the program with the sha256 preimage.</summary>
    public const uint Sha256GameType = 7;

    /// <summary>Execution traces as Gavel makes them, for players that know the truth and lie about a part of it.</summary>
    public static IExecutionTraces Traces(Ring ring, ChainOptions options, VmWorkers workers) => new ExecutionTraces(
        options.Cannon,
        new Dictionary<string, string> { ["l1"] = ring.Devnet.L1Url, ["l2"] = ring.Devnet.L2Url },
        new PrestateStore([.. options.Cannon.Prestates], Path.Combine(ring.Data, "player-prestates"), ring.Http),
        Path.Combine(ring.Data, "player"),
        workers,
        (_, _) => throw new InvalidOperationException("the devnet's server does not ask for the agreed block"),
        TimeProvider.System,
        NullLogger.Instance);

    /// <summary>The first state of a program.</summary>
    public static VmState Load(string name) => StateFile.Read(Checkout.PathOf("guest", "prestates", $"{name}.{Version}.bin.gz"));

    /// <summary>Gives Gavel the prestates and the devnet's preimage server.</summary>
    public static void Configure(Ring ring, ChainOptions chain)
    {
        string folder = Path.Combine(ring.Data, "prestates-by-hash");
        Directory.CreateDirectory(folder);
        foreach (string name in (string[])["rollup", "sha256"])
        {
            File.Copy(Checkout.PathOf("guest", "prestates", $"{name}.{Version}.bin.gz"), Path.Combine(folder, $"{PrestateOf(name)}.bin.gz"), overwrite: true);
        }

        chain.Cannon.Prestates.Add(folder);
        string[] words =
        [
            Path.Combine(AppContext.BaseDirectory, "agent"), "devnet", "preimage-server", "--l1", "{l1}", "--l2", "{l2}", "--l1-head", "{l1Head}",
            "--agreed-output", "{agreedOutput}", "--claimed-output", "{disputedOutput}", "--l2-block-number", "{l2BlockNumber}", "--l2-chain-id", "{l2ChainId}",
        ];
        foreach (string word in words)
        {
            chain.Cannon.Server.Add(word);
        }
    }

    private static Hash32 PrestateOf(string name)
    {
        using JsonDocument list = JsonDocument.Parse(File.ReadAllText(Checkout.PathOf("guest", "prestates", "prestates.json")));
        return list.RootElement.GetProperty("prestates").EnumerateArray()
            .Where(entry => entry.GetProperty("name").GetString() == name && entry.GetProperty("vm").GetString() == Version)
            .Select(entry => Hash32.Parse(entry.GetProperty("hash").GetString()!))
            .Single();
    }
}
