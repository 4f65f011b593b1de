using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Gavel.TestKit;

namespace Gavel.Agent.Tests;

/// <summary><c>agent cannon load-elf</c>, <c>run</c> and <c>witness</c> as processes, in the place of the reference program.</summary>
public sealed class CannonRunTests : IDisposable
{
    // Key, offset, heap, reservation, exit, step, steps since the switch, direction, next thread, count of left threads.
    private const int ThreadsAfterPages = 32 + 8 + 8 + 17 + 2 + 8 + 8 + 1 + 8 + 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-cannon-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void LoadElf_GivesTheRecordedPrestate_AndItsSymbols()
    {
        Load("hello", "mips64", "multithreaded64-5");
        Assert.Equal(RecordedHash("hello", "multithreaded64-5", 0), Witness("state.bin.gz").GetProperty("witnessHash").GetString());
        using JsonDocument meta = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "meta.json")));
        ulong[] starts = [.. meta.RootElement.GetProperty("symbols").EnumerateArray().Select(symbol => symbol.GetProperty("start").GetUInt64())];
        Assert.True(starts.Length > 1000);
        Assert.Equal(starts.Order(), starts);
    }

    [Fact]
    public void Run_ToTheEnd_GivesTheRecordedHashes_AndExitsWith0()
    {
        Load("hello", "mips64", "multithreaded64-5");
        AgentProcess.Result run = Cannon("run", "--snapshot-at", "=100000", "--snapshot-fmt", "s-%d.bin", "--meta", "", "--debug-info", "debug.json");
        Assert.Equal(0, run.Exit);
        Assert.Contains("guest stdout: hello from a test guest", run.Error, StringComparison.Ordinal);
        Assert.Contains("guest stderr: a line on stderr", run.Error, StringComparison.Ordinal);
        JsonElement final = Witness("out.bin.gz");
        Assert.Equal(RecordedHash("hello", "multithreaded64-5", 373259), final.GetProperty("witnessHash").GetString());
        Assert.True(final.GetProperty("exited").GetBoolean());
        Assert.Equal(0, final.GetProperty("exitCode").GetInt32());
        Assert.Equal(373259, final.GetProperty("step").GetInt64());
        Assert.Equal(8, final.GetProperty("stateVersion").GetInt32());
        Assert.Equal(RecordedHash("hello", "multithreaded64-5", 100000), Witness("s-100000.bin").GetProperty("witnessHash").GetString());
        using JsonDocument debug = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "debug.json")));
        Assert.Equal(378, debug.RootElement.GetProperty("pages").GetInt32());
        Assert.Equal("0x17a000", debug.RootElement.GetProperty("memory_used").GetString());
    }

    [Fact]
    public void Run_SplitAtSnapshots_EqualsTheWholeRun()
    {
        Load("misc", "mips64", "multithreaded64-4");
        string from = "state.bin.gz";
        foreach (string stop in (string[])["1", "77777", "0x30d40", "500001"])
        {
            Assert.Equal(0, Cannon("run", "--input", from, "--output", $"at-{stop}.bin.gz", "--stop-at", "=" + stop).Exit);
            from = $"at-{stop}.bin.gz";
        }

        Assert.Equal(500001, Witness(from).GetProperty("step").GetInt64());
        Assert.Equal(0, Cannon("run", "--input", from, "--output", "end.bin.gz").Exit);
        Assert.Equal(RecordedHash("misc", "multithreaded64-4", 643203), Witness("end.bin.gz").GetProperty("witnessHash").GetString());
    }

    [Fact]
    public void Run_AsTheUsualCallerDoes_WritesProofAndSnapshot()
    {
        JsonElement expected = Lines(AgentProcess.Vector("proofs", "hello.multithreaded64-5.jsonl.gz")).Last();
        string step = expected.GetProperty("step").GetInt64().ToString(CultureInfo.InvariantCulture);
        Load("hello", "mips64", "multithreaded64-5");
        Directory.CreateDirectory(Path.Combine(_folder, "proofs"));
        Directory.CreateDirectory(Path.Combine(_folder, "snapshots"));
        string next = (expected.GetProperty("step").GetInt64() + 1).ToString(CultureInfo.InvariantCulture);
        AgentProcess.Result run = Cannon(
            "run", "--input", "state.bin.gz", "--output", "final.bin.gz", "--meta", "", "--info-at", "%10000000", "--proof-at", "=" + step, "--proof-fmt", "proofs/%d.json.gz",
            "--snapshot-at", "%200000", "--snapshot-fmt", "snapshots/%d.bin.gz", "--stop-at", "=" + next);
        Assert.Equal(0, run.Exit);
        JsonElement proof = JsonDocument.Parse(Unzipped(Path.Combine(_folder, "proofs", step + ".json.gz"))).RootElement;
        foreach (string member in (string[])["step", "pre", "post", "state-data", "proof-data"])
        {
            Assert.Equal(expected.GetProperty(member).GetRawText(), proof.GetProperty(member).GetRawText());
        }

        Assert.Equal(expected.EnumerateObject().Count(), proof.EnumerateObject().Count());
        Assert.Equal(["0.bin.gz", "200000.bin.gz"], Directory.GetFiles(Path.Combine(_folder, "snapshots")).Select(Path.GetFileName).Order());
        Assert.Equal(Unzipped(AgentProcess.Vector("states", "state-multithreaded64-5-step200000.bin.gz")), Unzipped(Path.Combine(_folder, "snapshots", "200000.bin.gz")));
    }

    [Fact]
    public void Run_WithAServer_ReadsHintsAndPreimages()
    {
        string server = ServeClaim();
        Load("claim", "mips64", "multithreaded64-5");
        AgentProcess.Result run = Cannon("run", "--proof-at", "=625000", "--proof-fmt", "-", "--", server, _folder);
        Assert.Equal(0, run.Exit);
        Assert.Equal(RecordedHash("claim", "multithreaded64-5", 630838), Witness("out.bin.gz").GetProperty("witnessHash").GetString());
        Assert.Equal(625000, JsonDocument.Parse(run.OutputBytes).RootElement.GetProperty("step").GetInt64());
        Assert.Equal(["input-blob b6e220035d4a7e0020fb48415e8504910daf9cf3d24555a6ceb148e28fd4b55b", "got 300 bytes"], File.ReadAllLines(Path.Combine(_folder, "hints")));
        Assert.Contains("server: serving 0100000000000000000000000000000000000000000000000000000000000001", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--stop-at-preimage-type", "keccak", "02e2", 0)]
    [InlineData("--stop-at-preimage", "0x02e2@8", "02e2", 8)]
    [InlineData("--stop-at-preimage", "01@0", "0100", 0)]
    [InlineData("--stop-at-preimage-larger-than", "32", "02e2", 0)]
    public void Run_StopsAfterTheReadAskedFor(string option, string value, string prefix, int offset)
    {
        string server = ServeClaim();
        Load("claim", "mips64", "multithreaded64-5");
        Assert.Equal(0, Cannon("run", option, value, "--", server, _folder).Exit);
        string witness = Witness("out.bin.gz").GetProperty("witness").GetString()![2..];
        Assert.StartsWith(prefix, witness[64..], StringComparison.Ordinal);
        ulong after = Convert.ToUInt64(witness[128..144], 16);
        Assert.InRange(after, (ulong)offset + 1, (ulong)offset + 8);
    }

    [Fact]
    public void Run_WithAFailingServer_ExitsWith1_AndSaysWhy()
    {
        Load("claim", "mips64", "multithreaded64-5");
        AgentProcess.Result run = Cannon("run", "--", "sh", "-c", "echo no such block >&2; exit 3");
        Assert.Equal(1, run.Exit);
        Assert.Contains("exited with code 3; its last lines: no such block", run.Error, StringComparison.Ordinal);
        run = Cannon("run", "--", "/nowhere/host");
        Assert.Equal(1, run.Exit);
        Assert.Contains("there is no file /nowhere/host", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfAFaultingState_ExitsWith2()
    {
        // pc 2 cannot be fetched: a state of one thread, nothing else.
        byte[] state = new byte[9 + ThreadsAfterPages + 298 + 8 + 4];
        state[0] = 8;
        const int thread = 9 + ThreadsAfterPages;
        state[thread - 1] = 1;
        state[thread + 17] = 2;
        state[thread + 25] = 6;
        File.WriteAllBytes(Path.Combine(_folder, "bad.bin"), state);
        AgentProcess.Result run = Cannon("run", "--input", "bad.bin", "--meta=");
        Assert.Equal(2, run.Exit);
        Assert.Contains("pc 0x2", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "out.bin.gz")));
    }

    [Theory]
    [InlineData("run --input nothing.bin.gz --meta=", "nothing.bin.gz")]
    [InlineData("run --input garbage.bin", "--meta meta.json")]
    [InlineData("run --stop-at 5", "no step pattern")]
    [InlineData("run --proof-at %0", "no step pattern")]
    [InlineData("run --stop-at =0xzz", "no step pattern")]
    [InlineData("run --output state.json", "must end in .bin or .bin.gz")]
    [InlineData("run --stop-at-preimage-type sha3", "no preimage type")]
    [InlineData("load-elf --type cannon --path a.elf", "unknown --type")]
    [InlineData("witness --input garbage.bin", "version")]
    public void BadInput_ExitsWith1_NamingIt(string arguments, string words)
    {
        File.WriteAllText(Path.Combine(_folder, "garbage.bin"), "garbage");
        AgentProcess.Result result = Cannon(arguments.Split(' '));
        Assert.Equal(1, result.Exit);
        Assert.Contains(words, result.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void StandardStreams_CarryStates()
    {
        Load("hello", "mips64", "multithreaded64-5");
        byte[] compressed = File.ReadAllBytes(Path.Combine(_folder, "state.bin.gz"));
        AgentProcess.Result run = AgentProcess.Run(_folder, compressed, "cannon", "run", "--input", "", "--output", "-", "--meta", "", "--stop-at", "=200000");
        Assert.Equal(0, run.Exit);
        Assert.Equal(Unzipped(AgentProcess.Vector("states", "state-multithreaded64-5-step200000.bin.gz")), run.OutputBytes);
        AgentProcess.Result witness = AgentProcess.Run(_folder, run.OutputBytes, "cannon", "witness", "--input", "", "--output", "witness.bin");
        Assert.Equal(0, witness.Exit);
        string text = JsonDocument.Parse(witness.OutputBytes).RootElement.GetProperty("witness").GetString()!;
        Assert.Equal(text, "0x" + Convert.ToHexStringLower(File.ReadAllBytes(Path.Combine(_folder, "witness.bin"))));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    public void Signals_EndTheRun_WithTheReferencesExitCode_AndNoState(int signal)
    {
        // A guest that never ends: b . ; nop
        Load("hello", "mips64", "multithreaded64-5");
        Assert.Equal(0, Cannon("run", "--stop-at", "=1000", "--output", "loop.bin").Exit);
        MakeEndless(Path.Combine(_folder, "loop.bin"));
        using Process process = AgentProcess.Start(_folder, "cannon", "run", "--input", "loop.bin", "--output", "left.bin.gz", "--info-at", "%50000000");
        string? line = process.StandardError.ReadLine();
        while (line is not null && !line.StartsWith("running: step", StringComparison.Ordinal))
        {
            line = process.StandardError.ReadLine();
        }

        using (Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        string rest = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(20_000));
        Assert.Equal(255, process.ExitCode);
        Assert.Contains("interrupted at step", rest, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "left.bin.gz")));
    }

    private static void MakeEndless(string file)
    {
        byte[] state = File.ReadAllBytes(file);
        int pages = (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(state.AsSpan(1));
        int thread = 9 + pages * 4104 + ThreadsAfterPages;
        ulong pc = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(state.AsSpan(thread + 10));
        for (int page = 0; page < pages; page++)
        {
            int at = 9 + page * 4104;
            if (System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(state.AsSpan(at)) == pc >> 12)
            {
                Span<byte> code = state.AsSpan(at + 8 + (int)(pc & 4095), 8);
                new byte[] { 0x10, 0x00, 0xff, 0xff, 0, 0, 0, 0 }.CopyTo(code);
            }
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(state.AsSpan(thread + 18), pc + 4);
        File.WriteAllBytes(file, state);
    }

    private string ServeClaim()
    {
        foreach (JsonProperty preimage in Run("claim", "multithreaded64-5").GetProperty("preimages").EnumerateObject())
        {
            File.WriteAllBytes(Path.Combine(_folder, preimage.Name[2..]), Convert.FromHexString(preimage.Value.GetString()![2..]));
        }

        return Checkout.PathOf("tests", "Cannon.Tests", "Preimages", "serve-directory.sh");
    }

    private void Load(string program, string architecture, string version)
    {
        File.WriteAllBytes(Path.Combine(_folder, "program.elf"), Unzipped(AgentProcess.Vector("programs", $"{program}.{architecture}.elf.gz")));
        AgentProcess.Result load = Cannon("load-elf", "--type", version, "--path", "program.elf", "--out", "state.bin.gz", "--meta", "meta.json");
        Assert.True(load.Exit == 0, load.Error);
    }

    /// <summary>A run takes the loaded state where the test names none.</summary>
    private AgentProcess.Result Cannon(params string[] arguments) => AgentProcess.Run(
        _folder, ["cannon", .. arguments is ["run", ..] && !arguments.Contains("--input") ? ["run", "--input", "state.bin.gz", .. arguments[1..]] : arguments]);

    private JsonElement Witness(string file)
    {
        AgentProcess.Result witness = Cannon("witness", "--input", file);
        Assert.True(witness.Exit == 0, witness.Error);
        return JsonDocument.Parse(witness.OutputBytes).RootElement;
    }

    private static JsonElement Run(string program, string version)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(AgentProcess.Vector("programs", "manifest.json")));
        return manifest.RootElement.GetProperty("programs").EnumerateArray()
            .Where(item => item.GetProperty("name").GetString() == program)
            .SelectMany(item => item.GetProperty("runs").EnumerateArray())
            .First(run => run.GetProperty("vm").GetString() == version).Clone();
    }

    private static string RecordedHash(string program, string version, long step) =>
        Run(program, version).GetProperty("stateHashes").EnumerateArray().Single(item => item.GetProperty("step").GetInt64() == step).GetProperty("stateHash").GetString()!;

    private static IEnumerable<JsonElement> Lines(string file)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }

    private static byte[] Unzipped(string file)
    {
        using GZipStream stream = new(File.OpenRead(file), CompressionMode.Decompress);
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
