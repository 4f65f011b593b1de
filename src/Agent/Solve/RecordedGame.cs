using System.Globalization;
using System.Text.Json;
using Gavel.GameSolver;

namespace Gavel.Agent.Solve;

/// <summary>One line of a file of recorded games.</summary>
/// <param name="Id">Name of the game.</param>
/// <param name="Kind">Which generator made it; empty where the line does not say.</param>
/// <param name="Game">Its claims.</param>
/// <param name="Recorded">The recorded answer, or null where the line has none.</param>
internal sealed record RecordedGame(string Id, string Kind, Game Game, RecordedAnswer? Recorded)
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="FormatException">It is not a game of this schema; the message says what is wrong.</exception>
    public static RecordedGame Read(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement json = document.RootElement;
            string id = json.GetProperty("id").GetString() ?? throw new FormatException("the id is null");
            string kind = json.TryGetProperty("kind", out JsonElement named) ? named.GetString() ?? "" : "";
            GameShape shape = GameShape.Unsplit(json.GetProperty("maxDepth").GetInt32());
            Game game = Game.Create(shape, [.. json.GetProperty("claims").EnumerateArray().Select(ReadClaim)]);
            return new RecordedGame(id, kind, game, RecordedAnswer.Read(json));
        }
        catch (JsonException e)
        {
            throw new FormatException($"not JSON at byte {e.BytePositionInLine}", e);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new FormatException(e is KeyNotFoundException ? $"a field is missing: {e.Message}" : e.Message, e);
        }
    }

    internal static Hash32 HashOf(JsonElement json) => Hash32.Parse(json.GetString() ?? throw new FormatException("a value is null"));

    internal static UInt128 NumberOf(JsonElement json) =>
        UInt128.TryParse(json.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 number)
            ? number
            : throw new FormatException($"not a decimal number of at most 128 bits: {json}");

    private static Claim ReadClaim(JsonElement json, int place)
    {
        int index = json.GetProperty("index").GetInt32();
        return index != place
            ? throw new FormatException($"claim {index} stands at place {place}")
            : new Claim(
                json.GetProperty("parentIndex").GetUInt32(),
                new Position(NumberOf(json.GetProperty("gindex"))),
                HashOf(json.GetProperty("value")),
                AddressOf(json.GetProperty("claimant")),
                CounteredBy: AddressOf(json.GetProperty("counteredBy")));
    }

    private static Address AddressOf(JsonElement json) => Address.Parse(json.GetString() ?? throw new FormatException("an address is null"));
}

/// <summary>What the honest actor does in a game: as recorded, or as solved.</summary>
internal sealed record RecordedAnswer(bool AgreesWithRoot, IReadOnlyList<RecordedAction> Actions)
{
    /// <summary>The recorded answer of a line, or null where it has none.</summary>
    public static RecordedAnswer? Read(JsonElement json)
    {
        return json.TryGetProperty("actions", out JsonElement actions)
            ? new RecordedAnswer(json.GetProperty("agreeWithRoot").GetBoolean(), [.. actions.EnumerateArray().Select(RecordedAction.Read)])
            : null;
    }

    public bool Matches(RecordedAnswer other) => AgreesWithRoot == other.AgreesWithRoot && Actions.SequenceEqual(other.Actions);

    /// <summary>The line that <c>agent solve</c> prints.</summary>
    public string Line(string id)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteBoolean("agreeWithRoot", AgreesWithRoot);
            json.WriteStartArray("actions");
            foreach (RecordedAction action in Actions)
            {
                action.Write(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
