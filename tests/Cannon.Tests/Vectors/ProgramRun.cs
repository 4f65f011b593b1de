using System.IO.Compression;
using System.Text.Json;

namespace Gavel.Cannon.Tests;

/// <summary>One run of the manifest of recorded programs.</summary>
internal sealed record ProgramRun(string Name, byte[] Elf, JsonElement Expected)
{
    public VmVersion Version => VmVersion.FromName(Expected.GetProperty("vm").GetString()!)!;

    public ulong TotalSteps => Expected.GetProperty("totalSteps").GetUInt64();

    /// <summary>The runs whose programs are in a folder (the repository holds a part).</summary>
    public static IEnumerable<ProgramRun> All(string folder)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.json")));
        foreach (JsonElement program in manifest.RootElement.GetProperty("programs").EnumerateArray())
        {
            string path = Path.Combine(folder, program.GetProperty("elf").GetString()!);
            if (!File.Exists(path))
            {
                continue;
            }

            byte[] elf = Unzip(path);
            foreach (JsonElement run in program.GetProperty("runs").EnumerateArray())
            {
                yield return new ProgramRun(program.GetProperty("name").GetString()!, elf, run.Clone());
            }
        }
    }

    public static byte[] Unzip(string path)
    {
        using GZipStream stream = new(File.OpenRead(path), CompressionMode.Decompress);
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    public VmState Load() => ElfLoader.LoadProgram(Elf, Version).State;

    public ServedPreimages Preimages() => new(Expected);

    public override string ToString() => $"{Name} {Version} {(Expected.TryGetProperty("variant", out JsonElement variant) ? variant : "")}";
}

/// <summary>Serves a run's preimages and keeps what was asked.</summary>
internal sealed class ServedPreimages(JsonElement run) : IPreimageSource
{
    public List<string> Hints { get; } = [];

    public List<string> Fetched { get; } = [];

    public void Hint(ReadOnlySpan<byte> hint) => Hints.Add(System.Text.Encoding.UTF8.GetString(hint));

    public byte[] GetPreimage(Hash32 key)
    {
        Fetched.Add(key.ToString());
        return Hex.Decode(run.GetProperty("preimages").GetProperty(key.ToString()).GetString()!);
    }
}
