using System.Globalization;

namespace Gavel.Chains;

/// <summary>The room that is left for the data directory.</summary>
/// <param name="folder">The data directory.</param>
/// <param name="lowBytes">Below so much free space somebody should look; 0 for never.</param>
/// <param name="reserveBytes">What the journal keeps for itself: with less than that free somebody must look now.</param>
/// <param name="clock">The host's clock.</param>
/// <param name="free">Tells the free space in bytes, null where it cannot; null for the file system's own word.</param>
public sealed class DiskWatch(string folder, long lowBytes, long reserveBytes, TimeProvider clock, Func<string, long?>? free = null) : IDangerSource
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    private readonly string _folder = Path.GetFullPath(folder);
    private readonly StandingDangers _standing = new();
    private readonly Lock _lock = new();
    private DateTimeOffset? _looked;

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers
    {
        get
        {
            lock (_lock)
            {
                if (clock.GetUtcNow() is var now && (_looked is null || now - _looked >= Between))
                {
                    _looked = now;
                    Look(now);
                }
            }

            return _standing.Dangers;
        }
    }

    private void Look(DateTimeOffset now)
    {
        if ((free ?? FreeOf)(_folder) is not long bytes || bytes >= lowBytes)
        {
            _standing.Replace([]);
            return;
        }

        _standing.Replace(
        [
            new Danger
            {
                Kind = DangerCodes.DiskLow,
                Severity = bytes < reserveBytes ? DangerSeverity.Page : DangerSeverity.Warn,
                Subject = _folder,
                Problem = string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB are free, fewer than {lowBytes >> 20}"),
                Since = now,
                Mend = "make room, for example of finished runs under <chain>/cannon/runs, or give the data directory a larger disk",
            },
        ]);
    }

    private static long? FreeOf(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // not made yet
        }
    }
}
