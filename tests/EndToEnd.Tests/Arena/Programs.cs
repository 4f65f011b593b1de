using Gavel.Agent.Demo;
using Gavel.Cannon;
using Gavel.Chains;
using Gavel.Devnet;
using Gavel.Traces;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gavel.EndToEnd.Tests.Arena;

/// <summary>The guest programs of the repository, as players of tests run them.</summary>
internal static class Programs
{
    /// <summary>The devnet's further game type that runs the program with the sha256 preimage.</summary>
    public const uint Sha256GameType = 7;

    /// <summary>Execution traces as Gavel makes them, for players that know the truth and lie about a part of it.</summary>
    public static ExecutionTraces Traces(Ring ring, VmWorkers workers)
    {
        CannonOptions options = new();
        DevnetDefence.AddPrograms(options, Path.Combine(ring.Data, "player"));
        return new ExecutionTraces(
            options,
            new Dictionary<string, string> { ["l1"] = ring.Devnet.L1Url, ["l2"] = ring.Devnet.L2Url },
            new PrestateStore([.. options.Prestates], Path.Combine(ring.Data, "player-prestates"), ring.Http),
            Path.Combine(ring.Data, "player"),
            workers,
            (_, _) => throw new InvalidOperationException("the devnet's server does not ask for the agreed block"),
            TimeProvider.System,
            NullLogger.Instance);
    }

    /// <summary>The first state of a program.</summary>
    public static VmState Load(string name)
    {
        FaultProofProgram program = name == FaultProofProgram.Rollup.Name ? FaultProofProgram.Rollup : FaultProofProgram.Sha256;
        using Stream state = program.OpenState();
        return StateFile.Read(state, compressed: true);
    }
}
