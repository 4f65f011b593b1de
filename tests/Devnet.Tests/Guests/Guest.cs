using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Gavel.Cannon;
using Gavel.Devnet;

namespace Gavel.Tests.Devnet.Guests;

/// <summary>What a program did in the VM.</summary>
internal sealed record GuestRun(int ExitCode, string Output, ulong Steps);

/// <summary>The committed fault-proof programs, run in our VM from their prestates.</summary>
internal static class Guest
{
    // Far above what any test needs: a program that does not end must not hang the tests.
    private const ulong MostSteps = 2_000_000_000;
    private static readonly ConcurrentDictionary<string, byte[]> s_states = new();

    /// <summary>Program and VM, as the files are called.</summary>
    public static string[] Names { get; } = [.. FaultProofProgram.All.Select(NameOf)];

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="PreimageException">The source failed, so that there is no verdict.</exception>
    public static GuestRun Run(string name, IPreimageSource source)
    {
        using MemoryStream output = new();
        using Vm vm = new(Prestate(name), new VmOptions { Preimages = source, StandardOutput = output, StandardError = output });
        RunResult result = vm.Run(new RunLimits { MaxSteps = MostSteps });
        Assert.Equal(StopReason.Exited, result.Reason);
        return new GuestRun(vm.State.ExitCode, Encoding.UTF8.GetString(output.ToArray()), vm.State.Step);
    }

    private static string NameOf(FaultProofProgram program) => $"{program.Name}.{program.Vm}";

    // Unpacked once: some tests run a program fifty times.
    private static VmState Prestate(string name)
    {
        byte[] state = s_states.GetOrAdd(name, static name =>
        {
            using Stream file = FaultProofProgram.All.Single(program => NameOf(program) == name).OpenState();
            using GZipStream unzipped = new(file, CompressionMode.Decompress);
            using MemoryStream plain = new();
            unzipped.CopyTo(plain);
            return plain.ToArray();
        });
        return StateFile.Read(new MemoryStream(state));
    }
}
