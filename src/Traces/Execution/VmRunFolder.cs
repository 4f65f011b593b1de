using System.Globalization;
using System.Text;
using Gavel.Cannon;

namespace Gavel.Traces;

/// <summary>
/// What is kept on disk of one VM run, so that a restart costs little: state files at some steps, hashes at the steps that were asked for,
/// and where the run ended. Losing the folder costs time only. What is damaged is dropped and made anew: a line of hashes carries a checksum,
/// a state must have the hash that was noted for it.
/// </summary>
internal sealed class VmRunFolder
{
    private const string StatePrefix = "state-";
    private const string StateSuffix = ".bin";
    private readonly string _path;
    private readonly string _hashes;
    private readonly SortedSet<ulong> _states = [];
    private readonly Dictionary<ulong, Hash32> _noted = [];

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

    private ulong? Nearest(ulong step)
    {
        SortedSet<ulong> below = _states.GetViewBetween(0, step);
        return below.Count == 0 ? null : below.Max;
    }

    /// <summary>The sound state nearest to a step from below; null where there is none. Damaged ones are dropped.</summary>
    public VmState? LoadNearest(ulong step)
    {
        while (Nearest(step) is ulong near)
        {
            VmState? state = null;
            try
            {
                state = StateFile.Read(PathOf(near));
                if (_noted.TryGetValue(near, out Hash32 noted) && state.StateHash() == noted)
                {
                    return state;
                }
            }
            catch (Exception error) when (error is StateFileException or IOException or InvalidDataException)
            {
                state = null; // as a state of another hash: of no use
            }

            state?.Dispose();
            Drop(near);
        }

        return null;
    }

    /// <summary>Keeps a state and notes its hash.</summary>
    public void Save(VmState state)
    {
        NoteHash(state.Step, state.StateHash(), isEnd: false);
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

    /// <summary>Drops all states; hashes stay.</summary>
    public void DropStates()
    {
        foreach (ulong step in _states.ToArray())
        {
            Drop(step);
        }
    }

    /// <summary>The hashes noted so far, by step. Lines that a crash cut off or a disk damaged are left out.</summary>
    public IReadOnlyList<(ulong Step, Hash32 Hash, bool IsEnd)> ReadHashes()
    {
        List<(ulong, Hash32, bool)> hashes = [];
        foreach (string line in File.Exists(_hashes) ? File.ReadLines(_hashes) : [])
        {
            int last = line.LastIndexOf(' ');
            if (last > 0 && line[(last + 1)..] == Checksum(line[..last]))
            {
                string[] words = line.Split(' ');
                ulong step = ulong.Parse(words[0], CultureInfo.InvariantCulture);
                _noted[step] = Hash32.Parse(words[1]);
                hashes.Add((step, _noted[step], words[2] == "end"));
            }
        }

        return hashes;
    }

    /// <summary>Notes the hash at a step, and whether the run ends there.</summary>
    public void NoteHash(ulong step, Hash32 hash, bool isEnd)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{step} {hash} {(isEnd ? "end" : "at")}");
        File.AppendAllText(_hashes, $"\n{line} {Checksum(line)}");
        _noted[step] = hash;
    }

    private static string Checksum(string line) => Keccak256.Hash(Encoding.UTF8.GetBytes(line)).ToString()[2..10];

    private string PathOf(ulong step) => Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{StatePrefix}{step}{StateSuffix}"));
}
