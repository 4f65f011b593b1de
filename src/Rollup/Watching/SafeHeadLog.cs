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
    private const int LineParts = 8;

    private const int LongestWalk = 100;
    private const int FewEnough = 1024;

    // Lines that say no more than their neighbours are dropped when the file is opened.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<SafeHeadSighting>> _byNode = new(StringComparer.Ordinal);
    private readonly string? _path;
    private readonly TimeSpan _keep;
    private FileStream? _file;

    private SafeHeadLog(string? path, TimeSpan keep)
    {
        _path = path;
        _keep = keep;
    }

    /// <summary>What kept the last line from being written; null when all is well. The log goes on in memory.</summary>
    public string? Trouble { get; private set; }

    /// <summary>A log that is forgotten with the process.</summary>
    public static SafeHeadLog InMemory() => new(null, TimeSpan.MaxValue);

    /// <summary>The log in a file or, where that cannot be had, one in memory that says why: evidence may be lost by a restart, the defence goes on.</summary>
    public static SafeHeadLog OpenOrRemember(string path, DateTimeOffset now, TimeSpan keep)
    {
        try
        {
            return Open(path, now, keep);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new SafeHeadLog(null, keep) { Trouble = error.Message };
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
        SafeHeadLog log = new(path, keep);
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
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Trouble = error.Message; // a full disk costs evidence after the next restart, and nothing now
                _file?.Dispose();
                _file = null;
            }
        }
    }

    /// <summary>The last sighting of a node at or below an L1 block that shows what was derivable.</summary>
    /// <param name="node">The node.</param>
    /// <param name="l1Block">The L1 block's number.</param>
    /// <param name="isCanonical">Whether an L1 block is on our chain: sightings of a lost fork are passed over, one of which that is not known is not.</param>
    public SafeHeadSighting? Before(string node, ulong l1Block, Func<BlockId, bool?>? isCanonical = null)
    {
        lock (_lock)
        {
            return _byNode.GetValueOrDefault(node) is { } list
                ? First(list, FirstPast(list, l1Block) - 1, step: -1, seen => seen.IsDerived && isCanonical?.Invoke(seen.CurrentL1) != false)
                : null;
        }
    }

    /// <summary>The first sighting of a node past an L1 block: what was not derived then was not derivable by that block.</summary>
    /// <param name="node">The node.</param>
    /// <param name="l1Block">The L1 block's number.</param>
    /// <param name="isCanonical">As for <see cref="Before"/>.</param>
    public SafeHeadSighting? After(string node, ulong l1Block, Func<BlockId, bool?>? isCanonical = null)
    {
        lock (_lock)
        {
            return _byNode.GetValueOrDefault(node) is { } list
                ? First(list, FirstPast(list, l1Block), step: 1, seen => isCanonical?.Invoke(seen.CurrentL1) != false)
                : null;
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
        int from = sighting.CurrentL1.Number == 0 ? 0 : FirstPast(list, sighting.CurrentL1.Number - 1);
        int at = list.FindIndex(from, known => known.CurrentL1.Number == sighting.CurrentL1.Number && known.CurrentL1.Hash != sighting.CurrentL1.Hash
            ? true
            : sighting.IsDerived && (known.SafeL2.Number < sighting.SafeL2.Number || (known.SafeL2 == sighting.SafeL2 && !known.IsDerived)));
        if (at >= 0)
        {
            list.RemoveRange(at, list.Count - at);
        }

        if (list.Count > 0 && list[^1].CurrentL1.Number >= sighting.CurrentL1.Number)
        {
            return false; // it began anew, or another backend lags: what is known stands
        }

        // With more of L1 read no less is derived: whichever of the two was false, the earlier shows nothing any more.
        while (list.Count > 0 && list[^1].SafeL2.Number > sighting.SafeL2.Number)
        {
            list.RemoveAt(list.Count - 1);
        }

        if (list.Count >= 2 && IsStretch(list[^1], sighting) && IsStretch(list[^2], sighting))
        {
            list[^1] = sighting; // the stretch goes on
        }
        else
        {
            list.Add(sighting);
        }

        if (list.Count > FewEnough && sighting.At - list[0].At > _keep)
        {
            list.RemoveAll(known => sighting.At - known.At > _keep);
        }

        return true;
    }

    private static bool IsStretch(SafeHeadSighting one, SafeHeadSighting other) => one.SafeL2 == other.SafeL2 && one.IsDerived == other.IsDerived;

    private static SafeHeadSighting? First(List<SafeHeadSighting> list, int start, int step, Predicate<SafeHeadSighting> fits)
    {
        for (int at = start, walked = 0; at >= 0 && at < list.Count && walked < LongestWalk; at += step, walked++)
        {
            if (fits(list[at]))
            {
                return list[at];
            }
        }

        return null;
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

    // A line ends with a check of the rest: a damaged one is left out, since a false number in it would stand in the way of all that comes.
    private static string Line(string node, SafeHeadSighting s)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{s.At.ToUnixTimeMilliseconds()} {s.CurrentL1.Number} {s.CurrentL1.Hash} {s.SafeL2.Number} {s.SafeL2.Hash} {(s.IsDerived ? "derived" : "seen")} {Uri.EscapeDataString(node)}");
        return $"{text} {Check(text)}\n";
    }

    private static string Check(string text) => Keccak256.Hash(Encoding.UTF8.GetBytes(text)).ToString()[2..10];

    private static (string Node, SafeHeadSighting Sighting)? Read(string line)
    {
        string[] parts = line.Split(' ');
        try
        {
            return parts.Length == LineParts && long.TryParse(parts[0], CultureInfo.InvariantCulture, out long at)
                && ulong.TryParse(parts[1], CultureInfo.InvariantCulture, out ulong l1) && ulong.TryParse(parts[3], CultureInfo.InvariantCulture, out ulong l2)
                && parts[6].Length > 0 && Check(line[..line.LastIndexOf(' ')]) == parts[7]
                ? (Uri.UnescapeDataString(parts[6]), new SafeHeadSighting(new BlockId(Hash32.Parse(parts[2]), l1), new BlockId(Hash32.Parse(parts[4]), l2), DateTimeOffset.FromUnixTimeMilliseconds(at), parts[5] == "derived"))
                : null;
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            return null; // torn by a crash, or damaged: less evidence, never false evidence
        }
    }
}
