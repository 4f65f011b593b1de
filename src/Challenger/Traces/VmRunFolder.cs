using System.Globalization;
using Gavel.Cannon;
using Gavel.Ethereum;

namespace Gavel.Challenger;

/// <summary>
/// What is kept on disk of one VM run, so that a restart costs little: state files at some steps, hashes at the steps that were asked for,
/// and where the run ended. Losing the folder costs time only. Files appear by renaming, so that a crash leaves none half written.
/// </summary>
internal sealed class VmRunFolder
{
    private const string StatePrefix = "state-";
    private const string StateSuffix = ".bin";
    private readonly string _path;
    private readonly string _hashes;
    private readonly SortedSet<ulong> _states = [];

    public VmRunFolder(string path)
    {
        _path = path;
        _hashes = Path.Combine(path, "hashes");
        Directory.CreateDirectory(path);
        foreach (string file in Directory.EnumerateFiles(path, $"{StatePrefix}*{StateSuffix}"))
        {
            string digits = Path.GetFileName(file)[StatePrefix.Length..^StateSuffix.Length];
            if (ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong step))
            {
                _states.Add(step);
            }
        }
    }

    /// <summary>Steps at which a state is kept.</summary>
    public IReadOnlyCollection<ulong> States => _states;

    /// <summary>Bytes of all files.</summary>
    public long Bytes => new DirectoryInfo(_path).EnumerateFiles().Sum(file => file.Length);

    /// <summary>The kept state nearest to a step from below; null where there is none.</summary>
    public ulong? Nearest(ulong step)
    {
        SortedSet<ulong> below = _states.GetViewBetween(0, step);
        return below.Count == 0 ? null : below.Max;
    }

    public VmState Load(ulong step) => StateFile.Read(PathOf(step));

    public void Save(VmState state)
    {
        string temporary = Path.Combine(_path, $"{Guid.NewGuid():N}{StateSuffix}");
        StateFile.Write(temporary, state);
        File.Move(temporary, PathOf(state.Step), overwrite: true);
        _states.Add(state.Step);
    }

    public void Drop(ulong step)
    {
        File.Delete(PathOf(step));
        _states.Remove(step);
    }

    /// <summary>The hashes noted so far, by step; the last line of the file may have been cut off by a crash.</summary>
    public IEnumerable<(ulong Step, Hash32 Hash, bool IsEnd)> ReadHashes()
    {
        if (!File.Exists(_hashes))
        {
            yield break;
        }

        foreach (string line in File.ReadLines(_hashes))
        {
            string[] words = line.Split(' ');
            if (words.Length == 3 && words[1].Length == 2 + 2 * Hash32.Size && words[2] is "end" or "at"
                && ulong.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong step))
            {
                yield return (step, Hash32.Parse(words[1]), words[2] == "end");
            }
        }
    }

    public void NoteHash(ulong step, Hash32 hash, bool isEnd) =>
        File.AppendAllText(_hashes, string.Create(CultureInfo.InvariantCulture, $"\n{step} {hash} {(isEnd ? "end" : "at")}"));

    private string PathOf(ulong step) => Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{StatePrefix}{step}{StateSuffix}"));
}
