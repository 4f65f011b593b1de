using System.Globalization;
using System.Text;

namespace Gavel.Rollup;

/// <summary>
/// Our own log of how far each rollup node had derived when it stood at which L1 block, written at every look and kept over restarts. It tells
/// what was derivable by an L1 block without believing what a node says of the past. Of a stretch in which the safe head stood still only
/// both ends are kept. Without a folder it lives in memory. Safe for many threads.
/// </summary>
public sealed class SafeHeadLog : IDisposable
{
    private const int LineParts = 6;

    // Lines that say no more than their neighbours are dropped when the file is opened.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<SafeHeadSighting>> _byNode = new(StringComparer.Ordinal);
    private readonly string? _path;
    private FileStream? _file;

    private SafeHeadLog(string? path)
    {
        _path = path;
    }

    /// <summary>What kept the last line from being written; null when all is well. The log goes on in memory.</summary>
    public string? Trouble { get; private set; }

    /// <summary>A log that is forgotten with the process.</summary>
    /// <param name="trouble">Why it is not kept, where it ought to be.</param>
    public static SafeHeadLog InMemory(string? trouble = null) => new(null) { Trouble = trouble };

    /// <summary>The log in a file or, where that cannot be had, one in memory that says why: evidence may be lost by a restart, the defence goes on.</summary>
    public static SafeHeadLog OpenOrRemember(string path, DateTimeOffset now, TimeSpan keep)
    {
        try
        {
            return Open(path, now, keep);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return InMemory(error.Message);
        }
    }

    /// <summary>Reads a log and goes on writing it; what is older than <paramref name="keep"/> is left out. A torn last line is no harm.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="now">The time by the host's clock.</param>
    /// <param name="keep">How long a sighting is worth keeping: longer than any game lives.</param>
    /// <exception cref="IOException">The file cannot be read or made.</exception>
    public static SafeHeadLog Open(string path, DateTimeOffset now, TimeSpan keep)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        SafeHeadLog log = new(path);
        foreach (string line in File.Exists(path) ? File.ReadLines(path, Encoding.UTF8) : [])
        {
            if (Read(line) is var (node, sighting) && sighting.At >= now - keep)
            {
                log.Take(node, sighting);
            }
        }

        string fresh = $"{path}.new";
        using (StreamWriter writer = new(fresh, append: false, new UTF8Encoding(false)))
        {
            foreach ((string node, List<SafeHeadSighting> sightings) in log._byNode)
            {
                sightings.ForEach(sighting => writer.Write(Line(node, sighting)));
            }
        }

        File.Move(fresh, path, overwrite: true);
        log._file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        return log;
    }

    /// <summary>Notes a sighting. What contradicts an earlier one takes its place.</summary>
    public void Note(string node, SafeHeadSighting sighting)
    {
        lock (_lock)
        {
            if (!Take(node, sighting) || _path is null)
            {
                return;
            }

            try
            {
                _file ??= new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
                _file.Write(Encoding.UTF8.GetBytes(Line(node, sighting)));
                _file.Flush();
                Trouble = null;
            }
            catch (IOException error)
            {
                Trouble = error.Message; // a full disk costs evidence after the next restart, and nothing now
                _file?.Dispose();
                _file = null;
            }
        }
    }

    /// <summary>The last sighting of a node at or below an L1 block: what was derived then was derivable.</summary>
    public SafeHeadSighting? Before(string node, ulong l1Block)
    {
        lock (_lock)
        {
            return _byNode.GetValueOrDefault(node) is { } list && FirstPast(list, l1Block) is > 0 and var at ? list[at - 1] : null;
        }
    }

    /// <summary>The first sighting of a node past an L1 block: what was not derived then was not derivable by that block.</summary>
    public SafeHeadSighting? After(string node, ulong l1Block)
    {
        lock (_lock)
        {
            return _byNode.GetValueOrDefault(node) is { } list && FirstPast(list, l1Block) is var at && at < list.Count ? list[at] : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    // True if it says something new.
    private bool Take(string node, SafeHeadSighting sighting)
    {
        if (!_byNode.TryGetValue(node, out List<SafeHeadSighting>? list))
        {
            _byNode[node] = list = [];
        }

        // Evidence against a root must not rest on what the node has taken back: another fork of L1, or more derived with less of L1 read.
        int at = list.FindIndex(known => known.CurrentL1.Number == sighting.CurrentL1.Number
            ? known.CurrentL1.Hash != sighting.CurrentL1.Hash || known.SafeL2.Number < sighting.SafeL2.Number
            : known.CurrentL1.Number > sighting.CurrentL1.Number && known.SafeL2.Number < sighting.SafeL2.Number);
        if (at >= 0)
        {
            list.RemoveRange(at, list.Count - at);
        }

        if (list.Count > 0 && list[^1].CurrentL1.Number >= sighting.CurrentL1.Number)
        {
            return false; // it began anew, or another backend lags: what is known stands
        }

        if (list.Count >= 2 && list[^1].SafeL2 == sighting.SafeL2 && list[^2].SafeL2 == sighting.SafeL2)
        {
            list[^1] = sighting; // the stretch goes on
        }
        else
        {
            list.Add(sighting);
        }

        return true;
    }

    private static int FirstPast(List<SafeHeadSighting> list, ulong l1Block)
    {
        int low = 0;
        int high = list.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = list[middle].CurrentL1.Number <= l1Block ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static string Line(string node, SafeHeadSighting s) => string.Create(
        CultureInfo.InvariantCulture,
        $"{s.At.ToUnixTimeMilliseconds()} {s.CurrentL1.Number} {s.CurrentL1.Hash} {s.SafeL2.Number} {s.SafeL2.Hash} {Uri.EscapeDataString(node)}\n");

    private static (string Node, SafeHeadSighting Sighting)? Read(string line)
    {
        string[] parts = line.Split(' ');
        try
        {
            return parts.Length == LineParts && long.TryParse(parts[0], CultureInfo.InvariantCulture, out long at)
                && ulong.TryParse(parts[1], CultureInfo.InvariantCulture, out ulong l1) && ulong.TryParse(parts[3], CultureInfo.InvariantCulture, out ulong l2)
                && parts[5].Length > 0
                ? (Uri.UnescapeDataString(parts[5]), new SafeHeadSighting(new BlockId(Hash32.Parse(parts[2]), l1), new BlockId(Hash32.Parse(parts[4]), l2), DateTimeOffset.FromUnixTimeMilliseconds(at)))
                : null;
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            return null; // torn by a crash, or damaged: less evidence, never false evidence
        }
    }
}
