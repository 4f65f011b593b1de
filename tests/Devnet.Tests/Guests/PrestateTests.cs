using System.Diagnostics;
using System.Text.Json;
using Gavel.Cannon;
using Gavel.Devnet;
using Gavel.TestKit;

namespace Gavel.Tests.Devnet.Guests;

/// <summary>The committed first states are those of the programs whose source is in the repository.</summary>
public sealed class PrestateTests
{
    [Fact]
    public void The_committed_states_have_the_stated_hashes()
    {
        Assert.Equal(
            ["rollup.singlethreaded", "rollup.multithreaded64-5", "sha256.singlethreaded", "sha256.multithreaded64-5"], Guest.Names);
        string folder = Directory.CreateTempSubdirectory("gavel-prestates").FullName;
        try
        {
            foreach (FaultProofProgram program in FaultProofProgram.All)
            {
                using VmState committed = StateFile.Read(Checkout.PathOf("guest", "prestates", program.FileName));
                using VmState carried = StateFile.Read(program.WriteTo(folder));
                foreach (VmState state in new[] { committed, carried })
                {
                    Assert.Equal(program.Vm, state.Version.Name);
                    Assert.Equal(program.Prestate, state.StateHash());
                    Assert.Equal((0UL, VmStatus.Unfinished), (state.Step, state.Status));
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Built_again_from_source_in_a_clean_folder_they_have_the_same_hashes()
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Checkout.PathOf("guest", "prestates", "prestates.json")));
        string go = manifest.RootElement.GetProperty("go").GetString()!;
        string folder = Directory.CreateTempSubdirectory("gavel-guests").FullName;
        try
        {
            string source = Checkout.PathOf("guest");
            foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            {
                string relative = Path.GetRelativePath(source, file);
                if (!relative.StartsWith("prestates", StringComparison.Ordinal))
                {
                    string copy = Path.Combine(folder, "source", relative);
                    Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                    File.Copy(file, copy);
                }
            }

            string cache = Path.Combine(folder, "cache");
            string version = Run("go", ["env", "GOVERSION"], folder, cache).Trim();
            Assert.True(go == version, $"the prestates are those of {go}, and this machine has {version}: install Debian's golang-go of that version");
            Run(Path.Combine(folder, "source", "build.sh"), [Path.Combine(folder, "out")], folder, cache);
            foreach (FaultProofProgram program in FaultProofProgram.All)
            {
                VmVersion vm = VmVersion.FromName(program.Vm)!;
                byte[] elf = File.ReadAllBytes(Path.Combine(folder, "out", $"{program.Name}.{(vm.Is64 ? "mips64" : "mips32")}.elf"));
                using VmState state = ElfLoader.LoadProgram(elf, vm).State;
                Assert.True(
                    program.Prestate == state.StateHash(),
                    $"{program.FileName}: the source gives {state.StateHash()}, committed is {program.Prestate}; run guest/prestates.sh");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // With the settings of the caller out of the way, and an empty cache.
    private static string Run(string command, string[] arguments, string folder, string cache)
    {
        ProcessStartInfo start = new(command, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GOCACHE"] = cache;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} ended with {process.ExitCode}: {errors.Result}{output}");
        return output;
    }
}
