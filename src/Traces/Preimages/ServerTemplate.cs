using System.Globalization;
using System.Text.RegularExpressions;

namespace Gavel.Traces;

/// <summary>
/// The command line of a preimage server with placeholders for what differs between disputes. Known placeholders: <c>{l1Head}</c>,
/// <c>{agreedOutput}</c>, <c>{agreedBlock}</c>, <c>{agreedL2Head}</c>, <c>{disputedOutput}</c>, <c>{l2BlockNumber}</c>, <c>{l2ChainId}</c>,
/// <c>{l1}</c>, <c>{l1Beacon}</c>, <c>{l2}</c>, <c>{rollup}</c>, <c>{dataDir}</c>, <c>{self}</c> (Gavel's own program).
/// </summary>
public sealed partial class ServerTemplate
{
    private static readonly string[] Known =
    [
        "l1Head", "agreedOutput", "agreedBlock", "agreedL2Head", "disputedOutput", "l2BlockNumber", "l2ChainId",
        "l1", "l1Beacon", "l2", "rollup", "dataDir", "self",
    ];

    private readonly IReadOnlyList<string> _words;

    /// <summary>A template of a program and its arguments, one word each.</summary>
    /// <exception cref="FormatException">There is no program, or a placeholder is not known; the message names it.</exception>
    public ServerTemplate(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (words.Count == 0 || words[0].Length == 0)
        {
            throw new FormatException("the preimage server's command line is empty");
        }

        foreach (Match match in words.SelectMany(word => Placeholder().Matches(word)))
        {
            if (!Known.Contains(match.Groups[1].Value))
            {
                throw new FormatException($"placeholder {match.Value} of the preimage server's command line is not known; there are {{{string.Join("}, {", Known)}}}");
            }
        }

        _words = words;
    }

    /// <summary>True when the command line names the L2 block of the agreed output, whose hash must then be found out.</summary>
    public bool NeedsAgreedL2Head => _words.Any(word => word.Contains("{agreedL2Head}", StringComparison.Ordinal));

    /// <summary>The words for one dispute.</summary>
    /// <param name="inputs">Its local data.</param>
    /// <param name="agreedL2Head">Hash of the agreed output's block; zero where it is not needed.</param>
    /// <param name="endpoints">Values of the placeholders that name endpoints and folders.</param>
    /// <exception cref="FormatException">An endpoint is used and not configured.</exception>
    public IReadOnlyList<string> Fill(LocalInputs inputs, Hash32 agreedL2Head, IReadOnlyDictionary<string, string> endpoints)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(endpoints);
        return [.. _words.Select(word => Placeholder().Replace(word, match => match.Groups[1].Value switch
        {
            "l1Head" => inputs.L1Head.ToString(),
            "agreedOutput" => inputs.AgreedOutputRoot.ToString(),
            "agreedBlock" => inputs.AgreedBlockNumber.ToString(CultureInfo.InvariantCulture),
            "agreedL2Head" => agreedL2Head.ToString(),
            "disputedOutput" => inputs.DisputedOutputRoot.ToString(),
            "l2BlockNumber" => inputs.L2BlockNumber.ToString(CultureInfo.InvariantCulture),
            "l2ChainId" => inputs.L2ChainId.ToString(CultureInfo.InvariantCulture),
            string name => endpoints.TryGetValue(name, out string? value) && value.Length > 0
                ? value
                : throw new FormatException($"the preimage server's command line uses {{{name}}}, which is not configured"),
        }))];
    }

    [GeneratedRegex(@"\{([A-Za-z0-9]+)\}")]
    private static partial Regex Placeholder();
}
