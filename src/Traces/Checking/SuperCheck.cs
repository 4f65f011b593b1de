using System.Text.Json;
using Gavel.Contracts.Checking;

namespace Gavel.Traces.Checking;

/// <summary>What was checked of one recording of super roots, their traces or their contracts.</summary>
/// <param name="Counts">What the file holds, in words.</param>
/// <param name="Differences">What this build makes otherwise; found as they are asked for, none when all is equal.</param>
public sealed record SuperCheck(string Counts, IEnumerable<string> Differences)
{
    /// <summary>Reads a recording of whatever kind (format: tests/vectors/super/README.md) and holds this build's encoders, readers and traces against it.</summary>
    /// <param name="file">The file, plain or <c>.gz</c>.</param>
    /// <exception cref="RecordingException">It cannot be read, or is of no kind that can be checked; also while differences are asked for.</exception>
    public static SuperCheck Of(string file)
    {
        JsonElement first = new RecordedLines(file).Read().First();
        return (Has("responses"), Has("pending"), Has("chains"), Has("reference"), Has("gindex")) switch
        {
            (true, _, _, _, _) => RecordedWorlds.Check(file),
            (_, true, _, _, _) => RecordedEncodings.Transitions(file),
            (_, _, true, _, _) => RecordedEncodings.Roots(file),
            (_, _, _, true, _) => RecordedEncodings.Malformed(file),
            (_, _, _, _, true) => RecordedPlaces.Check(file),
            _ when Has("game") => Of(RecordedSuperGames.Check(file)),
            _ => throw new RecordingException(
                $"{file}, line 1 is of no recording of super roots (super roots, transition states, malformed ones, steps, traces, calls of contracts): give files of these formats"),
        };

        bool Has(string name) => first.TryGetProperty(name, out _);
    }

    /// <summary>Checks line by line.</summary>
    internal static SuperCheck OfLines(string file, string what, Func<JsonElement, IEnumerable<string>> differences)
    {
        RecordedLines lines = new(file);
        int count = 0;
        string[] found = [.. lines.Read().SelectMany(line => lines.Take(() =>
        {
            count++;
            return differences(line).Select(difference => $"{what} {line.GetProperty("id")}: {difference}").ToArray();
        }))];
        return new SuperCheck($"{count} {what}s", found);
    }

    private static SuperCheck Of(ContractCheck check) => new(check.Counts, check.Differences);
}
