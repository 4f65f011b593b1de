using System.Text.Json;

namespace Gavel.Chains;

/// <summary>
/// By what a chain's games were made when it was last looked at, and the upgrades that were seen, in one small file: so that what changed while we were
/// down is told at the next start. A file that cannot be read or written costs only that. Read from any thread, written by one at a time.
/// </summary>
public sealed class UpgradeBook
{
    /// <summary>Its file's name in a chain's folder of the data directory.</summary>
    public const string FileName = "upgrades.json";

    // Upgrades that are shown; an older one is told no more by anybody.
    private const int Most = 200;

    private readonly string _path;
    private volatile KeptTerms? _known;

    /// <summary>The book in a file, whose folder is made if it is not there.</summary>
    public UpgradeBook(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _known = Read(path);
    }

    /// <summary>What was known at the last look; null before the first.</summary>
    public KeptTerms? Known => _known;

    /// <summary>The upgrades that were seen, oldest first.</summary>
    public IReadOnlyList<UpgradeEvent> Events => _known?.Events ?? [];

    /// <summary>Factories that the <c>SystemConfig</c> named before, as far as that was seen.</summary>
    public IReadOnlyList<Address> FormerFactories => _known?.FormerFactories ?? [];

    /// <summary>What another process keeps in a file; null if nothing.</summary>
    public static KeptTerms? Peek(string path) => Read(path);

    /// <summary>Takes what is known now; on disk, as far as the disk takes it, when it returns.</summary>
    public void Take(KeptTerms known)
    {
        ArgumentNullException.ThrowIfNull(known);
        known = known with { Events = [.. known.Events.TakeLast(Most)] };
        _known = known;
        string temporary = $"{_path}.new";
        try
        {
            using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write))
            {
                JsonSerializer.Serialize(file, known, UpgradeJson.Default.KeptTerms);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return; // it is known as long as we run; that the disk is full or read-only is a danger of its own
        }
    }

    private static KeptTerms? Read(string path)
    {
        try
        {
            return File.Exists(path) && JsonSerializer.Deserialize(File.ReadAllBytes(path), UpgradeJson.Default.KeptTerms) is { Terms.Factories: { } factories, Events: not null } kept
                && factories.All(factory => factory is { Asked: not null, Types: not null } && factory.Types.All(type => type is { Version: not null, Arguments: not null })) ? kept : null;
        }
        catch (Exception error) when (error is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            return null; // what changed since is not known; what is now is read anew
        }
    }
}
