using System.Text.Json;

namespace Gavel.Contracts.Checking;

/// <summary>What was checked of one recording.</summary>
/// <param name="Counts">What the file holds, in words.</param>
/// <param name="Differences">What this build answers otherwise; found as they are asked for, none when all is equal.</param>
public sealed record ContractCheck(string Counts, IEnumerable<string> Differences)
{
    /// <summary>Reads a recording of whatever kind: games, answers of contracts, bonds, or errors.</summary>
    /// <param name="file">The file, plain or <c>.gz</c>.</param>
    /// <exception cref="RecordingException">It cannot be read, or is of no kind that can be checked; also while differences are asked for.</exception>
    public static ContractCheck Of(string file)
    {
        RecordedLines lines = new(file);
        string[] kinds = [.. lines.Read().Take(2).Select(line => line.TryGetProperty("kind", out JsonElement kind) ? kind.ToString() : "")];
        return kinds switch
        {
            ["header", "bonds" or "initBond"] => RecordedBonds.Check(file),
            ["header", "selectors" or "provoked" or "seen in games"] => RecordedErrors.Check(file),
            ["header", "moment" or "reads"] => RecordedMeaning.Check(file),
            _ => RecordedGames.Check(file),
        };
    }
}
