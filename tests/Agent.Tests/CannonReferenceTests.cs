using System.IO.Compression;
using System.Text.Json;
using Gavel.TestKit;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace Gavel.Agent.Tests;

/// <summary><c>./bin/cannon</c> in the reference's place: one test for each thing in which callers could tell the two apart.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CannonReferenceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-cannon-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void OneExecutableCalledCannon_TakesTheReferencesWords()
    {
        Load("hello");
        Assert.Equal(0, Cannon("run", "--input", "state.bin.gz", "--stop-at", "=1000").Exit);
        using JsonDocument witness = JsonDocument.Parse(Cannon("witness", "--input", "out.bin.gz").OutputBytes);
        Assert.Equal(1000, witness.RootElement.GetProperty("step").GetInt32());
    }

    [Fact]
    public void Witness_TellsTheVersionAsANumber()
    {
        Load("hello");
        using JsonDocument witness = JsonDocument.Parse(Cannon("witness", "--input", "state.bin.gz").OutputBytes);
        Assert.Equal(8, witness.RootElement.GetProperty("stateVersion").GetByte());
    }

    [Theory]
    [InlineData("01@8", 508_464)]
    [InlineData("01@8@508463", 508_464)]
    [InlineData("01@8@508464", 516_759)]
    public void StopAtPreimage_ComparesTheStepBeforeTheRead(string key, long step) => Assert.Equal(step, StopStep("--stop-at-preimage", key));

    [Fact]
    public void StopAtPreimage_WithASize_LeavesOffsetAndStepOut() =>
        Assert.Equal(536_050, StopStep("--stop-at-preimage", "02@16", "--stop-at-preimage-larger-than", "3"));

    [Fact]
    public void StopAtPreimageOfAnyType_WinsOverASize() => Assert.Equal(
        StopStep("--stop-at-preimage-type", "any"), StopStep("--stop-at-preimage-type", "any", "--stop-at-preimage-larger-than", "1000000"));

    [Fact]
    public void DebugInfo_HasAllFields()
    {
        Load("hello");
        Assert.Equal(0, Cannon("run", "--input", "state.bin.gz", "--debug-info", "debug.json").Exit);
        using JsonDocument debug = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "debug.json")));
        Assert.Equal(
            [
                "forced_preemption_count", "highest_icache_miss_pc", "idle_step_count_thread_0", "instruction_cache_miss_count", "max_steps_between_ll_and_sc",
                "memory_used", "num_preimage_requests", "pages", "reservation_invalidation_count", "rmw_fail_count", "rmw_success_count", "total_preimage_size", "total_steps",
            ],
            debug.RootElement.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.True(debug.RootElement.GetProperty("rmw_success_count").GetInt64() > 10);
    }

    [Fact]
    public void ProfilingAndEmptyValuesWithAnEqualsSign_AreTaken()
    {
        Load("hello");
        File.Delete(Path.Combine(_folder, "meta.json"));
        Assert.Equal(0, Cannon("run", "--input", "state.bin.gz", "--pprof.cpu", "--output=", "--meta=", "--stop-at", "=1000").Exit);
        Assert.False(File.Exists(Path.Combine(_folder, "out.bin.gz")));
    }

    [Fact]
    public void AFault_ExitsWith2_AndWritesNoState()
    {
        Load("hello");
        Assert.Equal(0, Cannon("run", "--input", "state.bin.gz", "--output", "start.bin", "--stop-at", "=10").Exit);
        byte[] state = File.ReadAllBytes(Path.Combine(_folder, "start.bin"));

        // The thread's pc, misaligned: the last thread lies before the length of the last hint.
        state[^(298 + 8 + 4 - 17)] |= 2;
        File.WriteAllBytes(Path.Combine(_folder, "bad.bin"), state);
        Assert.Equal(2, Cannon("run", "--input", "bad.bin", "--output", "end.bin").Exit);
        Assert.False(File.Exists(Path.Combine(_folder, "end.bin")));
    }

    [Fact]
    public void APreimageReadWithoutAServer_ExitsWith2()
    {
        Load("claim");
        Assert.Equal(2, Cannon("run", "--input", "state.bin.gz").Exit);
        Assert.False(File.Exists(Path.Combine(_folder, "out.bin.gz")));
    }

    [Theory]
    [InlineData("run", "--input", "state.bin.gz", "--meta", "nothing.json")]
    [InlineData("run")]
    public void WhatTheReferenceNeeds_IsNeeded(params string[] arguments)
    {
        Load("hello");
        Assert.Equal(1, Cannon(arguments).Exit);
    }

    [Fact]
    public void ListAndVersion_ExitWith0()
    {
        AgentProcess.Result list = Cannon("list");
        Assert.Equal(0, list.Exit);
        Assert.Contains("8 multithreaded64-5", list.Output, StringComparison.Ordinal);
        AgentProcess.Result version = Cannon("--version");
        Assert.Equal(0, version.Exit);
        Assert.NotEqual("", version.Output.Trim());
    }

    [Fact]
    public void Json_IsIndented_AndItsFilesHaveTheReferencesMode()
    {
        Load("hello");
        Assert.Equal(0, Cannon("run", "--input", "state.bin.gz", "--proof-at", "=5", "--proof-fmt", "proof.json", "--stop-at", "=6").Exit);
        string proof = Path.Combine(_folder, "proof.json");
        Assert.StartsWith("{\n  \"step\": 5,\n", File.ReadAllText(proof), StringComparison.Ordinal);
        Assert.Equal("755", Convert.ToString((int)File.GetUnixFileMode(proof), 8));
    }

    [Fact]
    public void AServerThatTakesItsTimeToEnd_IsNotCutOff()
    {
        Load("hello");
        File.WriteAllText(Path.Combine(_folder, "slow.sh"), "#!/bin/sh\ntrap '' INT\ncat <&5 >/dev/null\nsleep 8\necho done > flushed\n");
        File.SetUnixFileMode(Path.Combine(_folder, "slow.sh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal(0, Cannon("run", "--input", "state.bin.gz", "--stop-at", "=1000", "--", Path.Combine(_folder, "slow.sh")).Exit);
        Assert.True(File.Exists(Path.Combine(_folder, "flushed")));
    }

    private long StopStep(params string[] options)
    {
        Load("claim");
        using (JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(AgentProcess.Vector("programs", "manifest.json"))))
        {
            JsonElement run = manifest.RootElement.GetProperty("programs").EnumerateArray()
                .Where(item => item.GetProperty("name").GetString() == "claim")
                .SelectMany(item => item.GetProperty("runs").EnumerateArray())
                .First(run => run.GetProperty("vm").GetString() == "multithreaded64-5");
            foreach (JsonProperty preimage in run.GetProperty("preimages").EnumerateObject())
            {
                File.WriteAllBytes(Path.Combine(_folder, preimage.Name[2..]), Convert.FromHexString(preimage.Value.GetString()![2..]));
            }
        }

        string server = Checkout.PathOf("tests", "Cannon.Tests", "Preimages", "serve-directory.sh");
        AgentProcess.Result result = Cannon(["run", "--input", "state.bin.gz", .. options, "--", server, _folder]);
        Assert.True(result.Exit == 0, result.Error);
        using JsonDocument witness = JsonDocument.Parse(Cannon("witness", "--input", "out.bin.gz").OutputBytes);
        return witness.RootElement.GetProperty("step").GetInt64();
    }

    private void Load(string program)
    {
        using (GZipStream packed = new(File.OpenRead(AgentProcess.Vector("programs", $"{program}.mips64.elf.gz")), CompressionMode.Decompress))
        using (FileStream elf = File.Create(Path.Combine(_folder, "program.elf")))
        {
            packed.CopyTo(elf);
        }

        AgentProcess.Result load = Cannon("load-elf", "--type", "multithreaded64-5", "--path", "program.elf", "--out", "state.bin.gz", "--meta", "meta.json");
        Assert.True(load.Exit == 0, load.Error);
    }

    private AgentProcess.Result Cannon(params string[] arguments) => AgentProcess.RunAs("cannon", _folder, [], arguments);
}
