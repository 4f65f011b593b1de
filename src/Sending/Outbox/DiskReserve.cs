namespace Gavel.Sending;

/// <summary>
/// A file of nothing that keeps some disk for the journal: let go when the disk is full, so that what defends a game can still be recorded,
/// and made again once there is room.
/// </summary>
internal sealed class DiskReserve(string path, long bytes, TimeProvider clock)
{
    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(30);

    private long? _lastTry;

    /// <summary>True while the file is there, was never needed yet, or none is wanted.</summary>
    public bool IsHeld { get; private set; } = true;

    /// <summary>Lets go of the disk.</summary>
    /// <returns>False if there was nothing to let go of.</returns>
    public bool Free()
    {
        try
        {
            bool had = bytes > 0 && File.Exists(path);
            File.Delete(path);
            IsHeld = bytes == 0;
            _lastTry = clock.GetTimestamp();
            return had;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // there is no help in it then
        }
    }

    /// <summary>Makes the file if it is not there; not at every call while that fails.</summary>
    public void Ensure()
    {
        if (bytes == 0 || (_lastTry is long last && (IsHeld || clock.GetElapsedTime(last) < _retryAfter)))
        {
            return;
        }

        _lastTry = clock.GetTimestamp();
        try
        {
            using FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read | FileShare.Delete);
            if (file.Length != bytes)
            {
                // Written rather than set as a length, which many file systems grant without giving a block.
                byte[] block = new byte[64 << 10];
                file.SetLength(0);
                for (long left = bytes; left > 0; left -= block.Length)
                {
                    file.Write(block, 0, (int)Math.Min(left, block.Length));
                }

                file.Flush(flushToDisk: true);
            }

            IsHeld = true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Free();
        }
    }
}
