using System.Text.Json;
using Gavel.Ethereum;

namespace Gavel.Contracts.Checking;

/// <summary>Recorded revert data and the errors that contracts declare, against the names that this build gives them.</summary>
internal static class RecordedErrors
{
    private const string NoData = "(no data)";

    /// <summary>Names every recorded refusal, and every declared error of the kinds that a game, its factory, registry, oracle or VM raises.</summary>
    public static ContractCheck Check(string file)
    {
        RecordedLines lines = new(file);
        List<string> differences = [];
        int refusals = 0;
        int declared = 0;
        foreach (JsonElement line in lines.Read().Skip(1))
        {
            if (line.GetProperty("kind").GetString() == "selectors")
            {
                declared += lines.Take(() => line.GetProperty("errors").EnumerateArray().Count(error => IsNamed(line, error, differences)));
            }
            else if (line.TryGetProperty("revert", out JsonElement revert))
            {
                refusals++;
                lines.Take(() => Compare(line, revert.GetString()!, differences));
            }
        }

        return new ContractCheck($"{refusals} refusals, {declared} declared errors", differences);
    }

    private static bool IsNamed(JsonElement line, JsonElement error, List<string> differences)
    {
        string signature = error.GetProperty("signature").GetString()!;
        Selector selector = Selector.Parse(error.GetProperty("selector").GetString()!);
        if (!DisputeErrors.All.Any(known => known.Selector == selector && signature.StartsWith(known.Name + "(", StringComparison.Ordinal)))
        {
            differences.Add($"{line.GetProperty("generation")}, {line.GetProperty("contract")}: {signature} ({selector}) is not known");
        }

        return true;
    }

    private static bool Compare(JsonElement line, string revert, List<string> differences)
    {
        RevertReason reason = DisputeErrors.Decoder.Decode(Hex.Decode(revert));
        string name = line.GetProperty("name").GetString()!;
        bool isEqual = name switch
        {
            NoData => reason.Name is null && reason.Data.IsEmpty,
            _ when name[0] == '(' => reason.Name is not null, // raw words, which have no name of their own
            _ => reason.Name == name.Split('(', ' ')[0] && reason.Fault is null,
        };
        if (!isEqual)
        {
            differences.Add($"{line.GetProperty("generation")}, {line.GetProperty("action")}: {reason} ({revert[..Math.Min(revert.Length, 10)]}) instead of {name}");
        }

        return isEqual;
    }
}
