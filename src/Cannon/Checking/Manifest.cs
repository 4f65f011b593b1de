using System.Security.Cryptography;
using System.Text.Json;

namespace Gavel.Cannon.Checking;

/// <summary>A guest program of a manifest.</summary>
internal sealed record ManifestProgram(string Name, string Architecture, string ElfFile, IReadOnlyList<ManifestRun> Runs)
{
    /// <summary>The whole name, such as <c>hello.mips64</c>.</summary>
    public string FullName => $"{Name}.{Architecture}";
}

/// <summary>What one run of a program must give.</summary>
internal sealed record ManifestRun
{
    public required VmVersion Version { get; init; }

    public required string? Variant { get; init; }

    public required ulong Entry { get; init; }

    public required ulong InitialHeap { get; init; }

    public required int InitialPages { get; init; }

    public required Hash32 InitialMemoryRoot { get; init; }

    public required IReadOnlyList<(ulong Step, Hash32 Hash)> StateHashes { get; init; }

    public required ulong TotalSteps { get; init; }

    public required bool Exited { get; init; }

    public required byte ExitCode { get; init; }

    public required string StandardOutput { get; init; }

    public required string StandardError { get; init; }

    public required Hash32 FinalMemoryRoot { get; init; }

    public required byte[] FinalWitness { get; init; }

    public required int FinalPages { get; init; }

    public required ulong FinalHeap { get; init; }

    /// <summary>Null on the 32-bit VM, as the next one.</summary>
    public required ulong? FinalNextThreadId { get; init; }

    public required int? MaxThreads { get; init; }

    public required IReadOnlyDictionary<Hash32, byte[]> Preimages { get; init; }

    public required IReadOnlyList<Hash32> PreimageFetches { get; init; }

    public required IReadOnlyList<string> Hints { get; init; }

    public required IReadOnlyDictionary<ulong, long> SyscallCounts { get; init; }
}

/// <summary>Reads <c>manifest.json</c>: guest programs and what each of their runs must give.</summary>
internal static class Manifest
{
    /// <summary>The programs of a folder's manifest; size and hash of their files are checked.</summary>
    /// <exception cref="CheckInputException">The manifest cannot be used.</exception>
    public static IReadOnlyList<ManifestProgram> Read(string folder)
    {
        string file = Path.Combine(folder, "manifest.json");
        (JsonDocument document, InputNode root) = InputFile.Whole(file);
        using (document)
        {
            List<ManifestProgram> programs =
            [
                .. root["programs"].Items.Select(program => new ManifestProgram(
                    program["name"].Text(),
                    program["arch"].Text(),
                    Path.Combine(folder, program["elf"].Text()),
                    [.. program["runs"].Items.Select(ReadRun)])),
            ];
            foreach ((ManifestProgram program, InputNode json) in programs.Zip(root["programs"].Items))
            {
                CheckElf(program.ElfFile, json);
            }

            return programs.Any(program => program.Runs.Count > 0) ? programs : throw root["programs"].Error("there are no runs");
        }
    }

    private static void CheckElf(string file, InputNode program)
    {
        byte[] elf = InputFile.Bytes(file);
        if ((ulong)elf.LongLength != program["elfSize"].Number())
        {
            throw new CheckInputException(file, $"has {elf.LongLength} bytes, the manifest says {program["elfSize"].Number()}");
        }

        Hash32 hash = new(SHA256.HashData(elf));
        string expected = program["elfSha256"].Text();
        if (!expected.EndsWith(hash.ToString()[2..], StringComparison.OrdinalIgnoreCase))
        {
            throw new CheckInputException(file, $"has the SHA-256 hash {hash}, the manifest says {expected}");
        }
    }

    private static ManifestRun ReadRun(InputNode run)
    {
        VmVersion version = run["vm"].Version();
        if (run["stateVersion"].Number() != version.Number)
        {
            throw run["stateVersion"].Error($"{version} has the version number {version.Number}");
        }

        bool hasHost = run.Find("preimages") is not null;
        return new ManifestRun
        {
            Version = version,
            Variant = run.Find("variant")?.Text(),
            Entry = run["entry"].Quantity(),
            InitialHeap = run["initialHeap"].Quantity(),
            InitialPages = (int)run["initialPages"].Number(),
            InitialMemoryRoot = run["initialMemoryRoot"].Hash(),
            StateHashes = [.. run["stateHashes"].Items.Select(item => (item["step"].Number(), item["stateHash"].Hash()))],
            TotalSteps = run["totalSteps"].Number(),
            Exited = run["exited"].Flag(),
            ExitCode = run["exitCode"].Byte(),
            StandardOutput = run["stdout"].Text(),
            StandardError = run["stderr"].Text(),
            FinalMemoryRoot = run["finalMemoryRoot"].Hash(),
            FinalWitness = run["finalWitness"].Bytes(),
            FinalPages = (int)run["finalPages"].Number(),
            FinalHeap = run["finalHeap"].Quantity(),
            FinalNextThreadId = version.HasThreads ? run["finalNextThreadId"].Number() : null,
            MaxThreads = version.HasThreads ? (int)run["maxThreads"].Number() : null,
            Preimages = hasHost ? run["preimages"].Members.ToDictionary(item => ParseKey(run, item.Name), item => item.Value.Bytes()) : new Dictionary<Hash32, byte[]>(),
            PreimageFetches = hasHost ? [.. run["preimageFetches"].Items.Select(item => item.Hash())] : [],
            Hints = hasHost ? [.. run["hints"].Items.Select(item => item.Text())] : [],
            SyscallCounts = run["syscallCounts"].Members.ToDictionary(item => ParseNumber(run, item.Name), item => (long)item.Value.Number()),
        };
    }

    private static Hash32 ParseKey(InputNode run, string text)
    {
        try
        {
            return Hash32.Parse(text);
        }
        catch (FormatException error)
        {
            throw run["preimages"].Error(error.Message, error);
        }
    }

    private static ulong ParseNumber(InputNode run, string text) =>
        ulong.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out ulong number)
            ? number
            : throw run["syscallCounts"].Error($"\"{text}\" is no system call number");
}
