namespace Gavel.Cannon.Preimages;

/// <summary>
/// Preimages on disk, shared between runs and between processes. Layout: <c>DIR/ab/0x02ab….bin</c>, a file for each value, named by its typed key, in a
/// folder of the two hex digits of the key's second byte; the file holds the value's bytes and nothing else. A file appears by renaming a finished
/// temporary one (<c>DIR/ab/*.tmp</c>), so a reader sees all of it or nothing. Only keccak and sha256 keys are stored, and each value is checked
/// against its key when it is read: a damaged file is fetched anew and replaced. Anything in DIR may be deleted at any time.
/// </summary>
/// <remarks>
/// A value that cannot be written is still served; <see cref="WriteFailures"/> counts these. When the values outgrow the bound, the ones used longest ago go.
/// </remarks>
public sealed class DirectoryPreimageCache : IPreimageSource
{
    private static readonly TimeSpan StaleAfter = TimeSpan.FromHours(1);
    private readonly string _root;
    private readonly IPreimageSource _inner;
    private readonly long _maxBytes;
    private long _bytes;

    /// <summary>Opens the folder, which is made if it does not exist.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="inner">Asked for what is not there; hints always go to it.</param>
    /// <param name="maxBytes">The bound of all values together, in bytes.</param>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public DirectoryPreimageCache(string root, IPreimageSource inner, long maxBytes = 4L << 30)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        _root = Directory.CreateDirectory(root).FullName;
        _inner = inner;
        _maxBytes = maxBytes;
        Trim();
    }

    /// <summary>Values served from disk.</summary>
    public long Hits { get; private set; }

    /// <summary>Values fetched because they were not there or were damaged.</summary>
    public long Misses { get; private set; }

    /// <summary>Files that did not hold the value of their name and were replaced.</summary>
    public long Damaged { get; private set; }

    /// <summary>Values that could not be stored (disk full, no permission).</summary>
    public long WriteFailures { get; private set; }

    /// <inheritdoc/>
    public void Hint(ReadOnlySpan<byte> hint) => _inner.Hint(hint);

    /// <inheritdoc/>
    public byte[] GetPreimage(Hash32 key)
    {
        if (!PreimageKey.IsHash(key))
        {
            return _inner.GetPreimage(key);
        }

        string path = PathOf(key);
        if (TryRead(path) is { } stored)
        {
            if (PreimageKey.Mismatch(key, stored) is null)
            {
                Hits++;
                return stored;
            }

            Damaged++;
        }

        Misses++;
        byte[] value = _inner.GetPreimage(key);
        if (PreimageKey.Mismatch(key, value) is null)
        {
            Store(path, value);
        }

        return value;
    }

    /// <summary>The file that holds, or would hold, a key's value.</summary>
    public string PathOf(Hash32 key)
    {
        string name = key.ToString();
        return Path.Combine(_root, name[4..6], name + ".bin");
    }

    private static byte[]? TryRead(string path)
    {
        try
        {
            byte[] value = File.ReadAllBytes(path);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return value;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Not there, or deleted by another process that trims: the value is fetched.
            return null;
        }
    }

    private void Store(string path, byte[] value)
    {
        string folder = Path.GetDirectoryName(path)!;
        string temporary = Path.Combine(folder, $"{Guid.NewGuid():n}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(temporary, value);
            File.Move(temporary, path, overwrite: true);
            _bytes += value.Length;
            if (_bytes > _maxBytes)
            {
                Trim();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            WriteFailures++;
            TryDelete(temporary);
        }
    }

    // Counts anew, since other processes write here too, and makes room for a tenth of the bound.
    private void Trim()
    {
        List<FileInfo> files = [];
        _bytes = 0;
        foreach (FileInfo file in new DirectoryInfo(_root).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            try
            {
                if (file.Extension == ".tmp" && DateTime.UtcNow - file.LastWriteTimeUtc > StaleAfter)
                {
                    TryDelete(file.FullName);
                    continue;
                }

                _bytes += file.Length;
                files.Add(file);
            }
            catch (FileNotFoundException)
            {
                // Another process trims at the same time.
            }
        }

        if (_bytes <= _maxBytes)
        {
            return;
        }

        foreach (FileInfo file in files.OrderBy(file => file.LastWriteTimeUtc))
        {
            if (_bytes <= _maxBytes / 10 * 9)
            {
                break;
            }

            _bytes -= file.Length;
            TryDelete(file.FullName);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays until the next trim, or is gone already.
        }
    }
}
