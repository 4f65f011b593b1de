using System.Reflection;
using System.Text.Json;

namespace Gavel.Devnet;

/// <summary>
/// The devnet's fault-proof programs as first states of a VM (docs/demo-program.md). The states are built from <c>guest/</c>, committed there, and
/// carried by this assembly.
/// </summary>
/// <param name="Name">Which program: <c>rollup</c>, or <c>sha256</c>, which reads a SHA-256 preimage too.</param>
/// <param name="Vm">The VM it is built for, as state files name it: <c>singlethreaded</c> is that of the devnet's MIPS contract.</param>
/// <param name="Prestate">Hash of the first state: the absolute prestate of games about this program.</param>
public sealed record FaultProofProgram(string Name, string Vm, Hash32 Prestate)
{
    private const string Manifest = "prestates.json";

    /// <summary>All programs for all VMs.</summary>
    public static IReadOnlyList<FaultProofProgram> All { get; } = ReadManifest();

    /// <summary>The devnet's program for the devnet's contract.</summary>
    public static FaultProofProgram Rollup { get; } = Find("rollup", "singlethreaded");

    /// <summary>The program that reads a SHA-256 preimage, for the devnet's contract.</summary>
    public static FaultProofProgram Sha256 { get; } = Find("sha256", "singlethreaded");

    /// <summary>The name of its file: <c>NAME.VM.bin.gz</c>.</summary>
    public string FileName => $"{Name}.{Vm}.bin.gz";

    /// <summary>The state file, compressed, as <c>StateFile</c> reads it.</summary>
    public Stream OpenState() => Open(FileName);

    /// <summary>Puts the state file into a folder as <c>0x….bin.gz</c>, named by its hash, where a challenger looks for prestates.</summary>
    /// <returns>The file's path.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public string WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{Prestate}.bin.gz");
        using Stream state = OpenState();
        using FileStream file = File.Create(path);
        state.CopyTo(file);
        return path;
    }

    private static FaultProofProgram Find(string name, string vm) => All.Single(program => program.Name == name && program.Vm == vm);

    private static FaultProofProgram[] ReadManifest()
    {
        using Stream stream = Open(Manifest);
        using JsonDocument json = JsonDocument.Parse(stream);
        return
        [
            .. json.RootElement.GetProperty("prestates").EnumerateArray().Select(entry => new FaultProofProgram(
                entry.GetProperty("name").GetString()!, entry.GetProperty("vm").GetString()!, Hash32.Parse(entry.GetProperty("hash").GetString()!))),
        ];
    }

    private static Stream Open(string name) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream($"guest/{name}")
        ?? throw new DevnetException($"the assembly lacks {name}; it should carry the files of guest/prestates");
}
