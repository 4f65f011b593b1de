using System.IO.Compression;
using System.Text;

namespace Gavel.Agent.Tests;

/// <summary>The <c>agent cannon check-…</c> verbs as processes: output and exit codes.</summary>
public sealed class CannonCheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-check-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void CheckSteps_OfRecordedCases_CountsByVersion()
    {
        AgentProcess.Result result = Check("check-steps", AgentProcess.Vector("mips64-steps.jsonl.gz"), AgentProcess.Vector("mips32-steps.jsonl.gz"));
        Assert.True(result.Exit == 0, result.Output + result.Error);
        Assert.Equal(
            [
                "mips64-steps.jsonl.gz: multithreaded64-4: 5 cases, 0 faults expected, 0 different",
                "mips64-steps.jsonl.gz: multithreaded64-4 (cases of multithreaded64-5): 4368 cases, 306 faults expected, 0 different",
                "mips64-steps.jsonl.gz: multithreaded64-5: 4466 cases, 306 faults expected, 0 different",
                "mips32-steps.jsonl.gz: singlethreaded: 2009 cases, 165 faults expected, 0 different",
                "mips32-steps.jsonl.gz: singlethreaded-2: 94 cases, 0 faults expected, 0 different",
                "6574 cases; no difference",
            ],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void CheckSteps_OfAWrongCase_ShowsItsFields()
    {
        string line = FirstLine();
        // A register of the state after the step, and with it nothing else.
        string wrong = line[..line.IndexOf("\"post\":", StringComparison.Ordinal)]
            + line[line.IndexOf("\"post\":", StringComparison.Ordinal)..].Replace("\"pc\":\"0x4004\"", "\"pc\":\"0x4008\"", StringComparison.Ordinal);
        Assert.NotEqual(line, wrong);
        AgentProcess.Result result = Check("check-steps", Write(wrong));
        Assert.Equal(1, result.Exit);
        Assert.Contains("post.left[0].pc: expected 0x4008, got 0x4004", result.Output, StringComparison.Ordinal);
        Assert.Contains("1 cases; 2 differ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckSteps_OfAnUnexpectedSuccess_IsADifference()
    {
        string line = FirstLine();
        AgentProcess.Result result = Check("check-steps", Write(line[..^1] + ",\"error\":\"must fail\"}"));
        Assert.Equal(1, result.Exit);
        Assert.Contains("error: expected must fail, got nothing", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("{\"vm\":\"multithreaded64-9\"}", ":1: vm: unknown VM")]
    [InlineData("{\"name\":\"a\"}", ":1: vm: the member is missing")]
    [InlineData("LINE\n{\"name\":", ":2: no JSON")]
    [InlineData("[]", ":1: expected an object")]
    public void CheckSteps_OfUnusableInput_ExitsWith2_NamingThePlace(string text, string words)
    {
        AgentProcess.Result result = Check("check-steps", Write(text.Replace("LINE", FirstLine(), StringComparison.Ordinal)));
        Assert.Equal(2, result.Exit);
        Assert.Contains("cases.jsonl" + (words[0] == ':' ? "" : ": ") + words, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckSteps_OfAMissingMemberInside_NamesItsPath()
    {
        string line = FirstLine().Replace("\"nextPC\"", "\"nextPc\"", StringComparison.Ordinal);
        AgentProcess.Result result = Check("check-steps", Write(line));
        Assert.Equal(2, result.Exit);
        Assert.Contains(":1: pre.leftThreadStack[0].nextPC: the member is missing", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckPrograms_RunsTheManifest()
    {
        AgentProcess.Result result = Check("check-programs", AgentProcess.Vector("programs"));
        Assert.True(result.Exit == 0, result.Output + result.Error);
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(13, lines.Length);
        Assert.Matches(@"^hello\.mips64 multithreaded64-5: 373259 steps in \d+\.\d\d s, equal$", lines[0]);
        Assert.Equal("12 runs; no difference", lines[^1]);
    }

    [Fact]
    public void CheckPrograms_CutShort_SaysWhatItLeftOut()
    {
        AgentProcess.Result result = Check("check-programs", AgentProcess.Vector("programs"), "--max-steps", "1000");
        Assert.True(result.Exit == 0, result.Output + result.Error);
        Assert.Contains("1000 steps in", result.Output, StringComparison.Ordinal);
        Assert.Contains("left out: steps 1000 to 373259, 3 of 10 state hashes, and all figures of the end", result.Output, StringComparison.Ordinal);
        Assert.Contains("12 runs, 12 of them cut short at step 1000; no difference", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"maxThreads\":4,", "", 2, "programs[0].runs[0].maxThreads: the member is missing")]
    [InlineData("\"maxThreads\":4,", "\"maxThreads\":5,", 1, "maxThreads: expected 5, got 4")]
    [InlineData("\"5178\":7", "\"5178\":8", 1, "syscallCounts.5178: expected 8, got 7")]
    [InlineData("\"finalHeap\":\"0x1000274d1000\"", "\"finalHeap\":\"0x1000274d2000\"", 1, "finalHeap: expected 0x1000274d2000, got 0x1000274d1000")]
    [InlineData("\"stdout\":\"hello from", "\"stdout\":\"hallo from", 1, "stdout: expected hallo from")]
    [InlineData("\"elfSize\":", "\"elfSize\":1", 2, "the manifest says 1")]
    public void CheckPrograms_OfAChangedManifest_SeesIt(string recorded, string changed, int exit, string words)
    {
        string manifest = File.ReadAllText(AgentProcess.Vector("programs", "manifest.json"));
        int at = manifest.IndexOf(recorded, StringComparison.Ordinal);
        Assert.True(at > 0);
        // Only the figure of the first run that has it.
        manifest = manifest[..at] + changed + manifest[(at + recorded.Length)..];
        File.WriteAllText(Path.Combine(_folder, "manifest.json"), manifest);
        foreach (string elf in Directory.GetFiles(AgentProcess.Vector("programs"), "*.gz"))
        {
            File.Copy(elf, Path.Combine(_folder, Path.GetFileName(elf)));
        }

        AgentProcess.Result result = Check("check-programs", _folder);
        Assert.Equal(exit, result.Exit);
        Assert.Contains(words, exit == 2 ? result.Error : result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckProofs_TakesRecordedProofsAgain()
    {
        AgentProcess.Result result = Check(
            "check-proofs", AgentProcess.Vector("proofs", "claim.multithreaded64-5.jsonl.gz"), AgentProcess.Vector("proofs", "claim.singlethreaded.jsonl.gz"),
            "--programs", AgentProcess.Vector("programs"));
        Assert.True(result.Exit == 0, result.Output + result.Error);
        Assert.Contains("claim.multithreaded64-5.jsonl.gz: 94 proofs, 0 different", result.Output, StringComparison.Ordinal);
        Assert.Contains("claim.singlethreaded.jsonl.gz: 84 proofs, 0 different", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckProofs_OfAChangedProof_ShowsTheField()
    {
        string[] lines = [.. Lines(AgentProcess.Vector("proofs", "claim.multithreaded64-5.jsonl.gz"))];
        // The last hex digit of the third proof's last sibling used.
        int at = lines[2].IndexOf("\"proof-data\":\"0x", StringComparison.Ordinal) + 16 + 2 * 330 + 2 * 100;
        lines[2] = lines[2][..at] + (lines[2][at] == '0' ? '1' : '0') + lines[2][(at + 1)..];
        string file = Path.Combine(_folder, "claim.multithreaded64-5.jsonl");
        File.WriteAllLines(file, lines);
        AgentProcess.Result result = Check("check-proofs", file, "--programs", AgentProcess.Vector("programs"));
        Assert.Equal(1, result.Exit);
        Assert.Contains("proof-data: expected …", result.Output, StringComparison.Ordinal);
        Assert.Contains("3 proofs, 1 different", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckProofs_OfAnUnknownProgram_IsUnusable()
    {
        string file = Path.Combine(_folder, "nothing.multithreaded64-5.jsonl");
        File.WriteAllText(file, "{}");
        AgentProcess.Result result = Check("check-proofs", file, "--programs", AgentProcess.Vector("programs"));
        Assert.Equal(2, result.Exit);
        Assert.Contains("has no run of nothing on multithreaded64-5", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckStates_ReadsAndWritesThem()
    {
        AgentProcess.Result result = Check("check-states", AgentProcess.Vector("states"));
        Assert.True(result.Exit == 0, result.Output + result.Error);
        Assert.Contains("2 states; no difference", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckStates_OfADamagedFile_IsADifference_AndOfAMissingOneUnusable()
    {
        string index = File.ReadAllText(AgentProcess.Vector("states", "index.json"));
        File.WriteAllText(Path.Combine(_folder, "index.json"), index);
        Assert.Equal(2, Check("check-states", _folder).Exit);
        foreach (string file in Directory.GetFiles(AgentProcess.Vector("states"), "*.gz"))
        {
            using GZipStream source = new(File.OpenRead(file), CompressionMode.Decompress);
            using MemoryStream bytes = new();
            source.CopyTo(bytes);
            byte[] state = bytes.ToArray();
            state[5000] ^= 1;
            using GZipStream target = new(File.Create(Path.Combine(_folder, Path.GetFileName(file))), CompressionLevel.Fastest);
            target.Write(state);
        }

        AgentProcess.Result result = Check("check-states", _folder);
        Assert.Equal(1, result.Exit);
        Assert.Contains("memoryRoot: expected 0x", result.Output, StringComparison.Ordinal);
        Assert.Contains("2 states; 2 differ", result.Output, StringComparison.Ordinal);
    }

    private AgentProcess.Result Check(params string[] arguments) => AgentProcess.Run(_folder, ["cannon", .. arguments]);

    private string Write(string text)
    {
        string file = Path.Combine(_folder, "cases.jsonl");
        File.WriteAllText(file, text, new UTF8Encoding(false));
        return file;
    }

    private static string FirstLine() => Lines(AgentProcess.Vector("mips64-steps.jsonl.gz")).First();

    private static IEnumerable<string> Lines(string file)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
