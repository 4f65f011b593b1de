using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gavel.GameSolver;
using Gavel.Rollup;

namespace Gavel.Chains;

/// <summary>What we thought of a game's root, and how it ended if that is against us. Kept on disk, since a game may end while we are down.</summary>
public sealed record KnownVerdict
{
    /// <summary>The game's address.</summary>
    public required string Game { get; init; }

    /// <summary>What is true of the root; unavailable where we hold a bond without ever having known.</summary>
    public required Truth Verdict { get; init; }

    /// <summary>The rule that it follows from; null in files of before this was kept.</summary>
    public VerdictRule? Rule { get; init; }

    /// <summary>Which nodes said what, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>The L1 block of the decision.</summary>
    public required string L1Block { get; init; }

    /// <summary>When it was first decided so.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How the game ended, where that is against our verdict or took a bond of ours; null otherwise.</summary>
    public KnownResult? Result { get; init; }

    /// <summary>Whether a game's end is against a verdict on its root.</summary>
    public static bool IsAgainst(Truth verdict, GameStatus status) =>
        (verdict, status) is (Truth.Invalid, GameStatus.DefenderWins) or (Truth.Valid, GameStatus.ChallengerWins);
}

/// <summary>How a game ended to our loss.</summary>
public sealed record KnownResult
{
    /// <summary>Who won.</summary>
    public required GameStatus Status { get; init; }

    /// <summary>True where that is against our verdict.</summary>
    public required bool IsAgainstVerdict { get; init; }

    /// <summary>Wei of our bonds that others get, as decimal text.</summary>
    public required string LostWei { get; init; }

    /// <summary>Claims whose bonds these were.</summary>
    public required IReadOnlyList<int> LostClaims { get; init; }

    /// <summary>When it was resolved, in seconds since the epoch.</summary>
    public required ulong ResolvedAt { get; init; }

    /// <summary>When we noticed.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>What the guardian can still call; empty where there is nothing to call.</summary>
    public required IReadOnlyList<string> GuardianCalls { get; init; }

    /// <summary>Until when that helps; null where it is not known.</summary>
    public DateTimeOffset? GuardianUntil { get; init; }
}

/// <summary>
/// The verdicts on games that are not settled yet, one small file each. A file that cannot be written or read costs only that a restart does not
/// know that verdict: no defence waits for it.
/// </summary>
public sealed class VerdictBook
{
    private readonly string _folder;
    private readonly ConcurrentDictionary<Address, KnownVerdict> _known = new();

    /// <summary>The book in a folder, which is made if it is not there.</summary>
    public VerdictBook(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(folder, "*.json"))
        {
            if (Read(file) is { } verdict)
            {
                _known[verdict.Address] = verdict.Verdict;
            }
        }
    }

    /// <summary>All that are not settled.</summary>
    public IReadOnlyCollection<KeyValuePair<Address, KnownVerdict>> All => _known.ToArray();

    /// <summary>What is known of a game; null if nothing.</summary>
    public KnownVerdict? Find(Address game) => _known.GetValueOrDefault(game);

    /// <summary>What another process keeps of a game in a folder; null if nothing.</summary>
    public static KnownVerdict? Peek(string folder, Address game) => Read(Path.Combine(folder, NameOf(game)))?.Verdict;

    /// <summary>
    /// Takes what was decided of a game in progress. A verdict replaces another; that it is unavailable now replaces none, and is noted only where
    /// we hold a bond. What a person decided goes with the decision.
    /// </summary>
    public void Note(Address game, Verdict verdict, L1View view, bool holdsBond, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        ArgumentNullException.ThrowIfNull(view);
        KnownVerdict? known = Find(game);
        if (known?.Rule == VerdictRule.DecidedByAPerson && verdict.Decision is null)
        {
            Remove(game);
            known = null;
        }

        bool isNew = verdict.Truth == Truth.Unavailable ? known is null && holdsBond
            : known?.Verdict != verdict.Truth || (verdict.Rule == VerdictRule.DecidedByAPerson && !known.Reason.StartsWith($"{verdict.Truth}: {verdict.Because}", StringComparison.Ordinal));
        if (isNew)
        {
            Set(game, new KnownVerdict { Game = game.ToString(), Verdict = verdict.Truth, Rule = verdict.Rule, Reason = verdict.ToString(), L1Block = view.Block.ToString(), At = now });
        }
    }

    /// <summary>Replaces what is known of a game.</summary>
    public void Set(Address game, KnownVerdict verdict)
    {
        _known[game] = verdict;
        string path = PathOf(game);
        string temporary = $"{path}.new";
        try
        {
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(verdict, VerdictJson.Default.KnownVerdict));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return; // it is known as long as we run; that the disk is full or read-only is a danger of its own
        }
    }

    /// <summary>The game is settled.</summary>
    public void Remove(Address game)
    {
        _known.TryRemove(game, out _);
        try
        {
            File.Delete(PathOf(game));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return; // a restart finds out once more that it is settled
        }
    }

    private static (Address Address, KnownVerdict Verdict)? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), VerdictJson.Default.KnownVerdict) is { } verdict ? (Address.Parse(verdict.Game), verdict) : null;
        }
        catch (Exception error) when (error is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            return null; // cut off by a crash; the game is judged anew as long as it is in progress
        }
    }

    private string PathOf(Address game) => Path.Combine(_folder, NameOf(game));

    private static string NameOf(Address game) => $"{Hex.Encode(Address.BytesOf(in game))}.json";
}

/// <summary>How verdicts are kept.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KnownVerdict))]
internal sealed partial class VerdictJson : JsonSerializerContext;
