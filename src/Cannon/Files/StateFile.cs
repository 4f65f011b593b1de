using System.IO.Compression;

namespace Gavel.Cannon;

/// <summary>
/// State files as the reference writes them (cannon-vm section 5). The name decides: <c>.bin</c> raw, <c>.bin.gz</c> gzip, and for the
/// oldest version <c>.json</c> and <c>.json.gz</c>. Read and written as streams: beside the guest memory only a page is held.
/// </summary>
public static class StateFile
{
    private const int BufferSize = 1 << 16;

    /// <summary>Reads a file of any version.</summary>
    /// <exception cref="ArgumentException">The name has none of the four endings.</exception>
    /// <exception cref="StateFileException">The content is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VmState Read(string path)
    {
        (bool json, bool compressed) = Format(path);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan);
        return Read(file, json, compressed);
    }

    /// <summary>Reads a state from a stream, to its end.</summary>
    /// <exception cref="StateFileException">The content is wrong.</exception>
    public static VmState Read(Stream stream, bool json = false, bool compressed = false)
    {
        using Stream? unzipped = compressed ? new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true) : null;
        return json ? StateJsonReader.Read(unzipped ?? stream) : StateBinaryReader.Read(unzipped ?? stream);
    }

    /// <summary>Writes a file, which appears under its name only when it is whole.</summary>
    /// <exception cref="ArgumentException">The name has none of the four endings, or the version cannot be JSON.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, VmState state)
    {
        (bool json, bool compressed) = Format(path);
        string partial = path + ".partial";
        try
        {
            using (FileStream file = new(partial, FileMode.Create, FileAccess.Write, FileShare.None, BufferSize))
            {
                Write(file, state, json, compressed);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Writes a state to a stream.</summary>
    /// <exception cref="ArgumentException">The version cannot be JSON.</exception>
    public static void Write(Stream stream, VmState state, bool json = false, bool compressed = false)
    {
        if (json && !state.Version.AllowsJson)
        {
            throw new ArgumentException($"{state.Version} states are not written as JSON; use .bin or .bin.gz", nameof(json));
        }

        using Stream? zipped = compressed ? new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true) : null;
        if (json)
        {
            StateJsonWriter.Write(zipped ?? stream, state);
        }
        else
        {
            StateBinaryWriter.Write(zipped ?? stream, state);
        }
    }

    private static (bool Json, bool Compressed) Format(string path) =>
        path.EndsWith(".bin", StringComparison.Ordinal) ? (false, false)
        : path.EndsWith(".bin.gz", StringComparison.Ordinal) ? (false, true)
        : path.EndsWith(".json", StringComparison.Ordinal) ? (true, false)
        : path.EndsWith(".json.gz", StringComparison.Ordinal) ? (true, true)
        : throw new ArgumentException($"\"{path}\" is no name of a state file: it must end in .bin, .bin.gz, .json or .json.gz", nameof(path));
}
