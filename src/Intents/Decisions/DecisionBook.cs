using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gavel.Rollup;
using Gavel.Sending;

namespace Gavel.Intents;

/// <summary>A decision as it is kept.</summary>
/// <param name="Game">The game's address.</param>
/// <param name="L1Head">Its L1 head: after a reorganisation another game may stand at the address.</param>
/// <param name="Decision">What was decided.</param>
public sealed record KeptDecision(string Game, string L1Head, RootDecision Decision);

/// <summary>
/// What people decided of single games of a chain, one small file each. A decision is on disk before it counts, and stands until it is taken back.
/// Safe for many threads.
/// </summary>
public sealed class DecisionBook
{
    private readonly string _folder;
    private readonly ConcurrentDictionary<(Address Game, Hash32 L1Head), RootDecision> _known = new();

    /// <summary>The book in a folder, which is made if it is not there.</summary>
    public DecisionBook(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
        Directory.CreateDirectory(folder);
        List<string> unreadable = [];
        foreach (string file in Directory.GetFiles(folder, "*.json"))
        {
            try
            {
                KeptDecision kept = Read(file);
                _known[KeyOf(kept)] = kept.Decision;
            }
            catch (Exception error) when (error is JsonException or FormatException or IOException or UnauthorizedAccessException)
            {
                unreadable.Add($"{file}: {error.Message}");
            }
        }

        Unreadable = unreadable;
    }

    /// <summary>Files that hold no decision that can be read, and why: what they say is not in effect.</summary>
    public IReadOnlyList<string> Unreadable { get; }

    /// <summary>What was decided of a game; null if nothing.</summary>
    public RootDecision? Find(Address game, Hash32 l1Head) => _known.GetValueOrDefault((game, l1Head));

    /// <summary>What another process keeps of the games at an address in a folder; without what cannot be read.</summary>
    public static IReadOnlyList<KeptDecision> Peek(string folder, Address game) => Directory.Exists(folder)
        ? [.. Directory.GetFiles(folder, $"{Hex.Encode(Address.BytesOf(in game))}-*.json").Select(TryRead).OfType<KeptDecision>()]
        : [];

    /// <summary>Takes a decision, in place of an earlier one; on disk when it returns.</summary>
    /// <exception cref="IOException">It cannot be kept, and is not taken.</exception>
    public void Set(Address game, Hash32 l1Head, RootDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        string path = PathOf(game, l1Head);
        string temporary = $"{path}.new";
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new KeptDecision(game.ToString(), l1Head.ToString(), decision), DecisionJson.Default.KeptDecision);
        Written(() =>
        {
            using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write))
            {
                file.Write(json);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            DirectorySync.Sync(_folder);
        });
        _known[(game, l1Head)] = decision;
    }

    /// <summary>Takes a decision back; gone from disk when it returns.</summary>
    /// <exception cref="IOException">It cannot be taken off the disk, and stands.</exception>
    public void Remove(Address game, Hash32 l1Head)
    {
        Written(() =>
        {
            File.Delete(PathOf(game, l1Head));
            DirectorySync.Sync(_folder);
        });
        _known.TryRemove((game, l1Head), out _);
    }

    private static KeptDecision? TryRead(string file)
    {
        try
        {
            return Read(file);
        }
        catch (Exception error) when (error is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            return null; // the agent that reads it tells so
        }
    }

    private static KeptDecision Read(string file)
    {
        KeptDecision? kept = JsonSerializer.Deserialize(File.ReadAllBytes(file), DecisionJson.Default.KeptDecision);
        return kept is { Decision.Truth: Truth.Valid or Truth.Invalid } && KeyOf(kept) is { Game.IsZero: false } ? kept : throw new FormatException("it holds no decision");
    }

    private static (Address Game, Hash32 L1Head) KeyOf(KeptDecision kept) => (Address.Parse(kept.Game ?? ""), Hash32.Parse(kept.L1Head ?? ""));

    private static void Written(Action write)
    {
        try
        {
            write();
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    private string PathOf(Address game, Hash32 l1Head) => Path.Combine(_folder, $"{Hex.Encode(Address.BytesOf(in game))}-{l1Head}.json");
}

/// <summary>How decisions are kept.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(KeptDecision))]
internal sealed partial class DecisionJson : JsonSerializerContext;
