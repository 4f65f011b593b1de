namespace Gavel.Rollup;

/// <summary>What a vote came to.</summary>
public enum QuorumOutcome
{
    /// <summary>Nobody who may vote has answered.</summary>
    Silent,

    /// <summary>All who answered agree, but they are fewer than the minimum.</summary>
    TooFew,

    /// <summary>Groups contradict each other, and none outnumbers the others with the minimum behind it.</summary>
    Contradicted,

    /// <summary>The minimum of groups says one thing, and more groups than say any other.</summary>
    Agreed,
}

/// <summary>The outcome of a vote.</summary>
/// <param name="Outcome">What it came to.</param>
/// <param name="Value">What most groups say; the default while nobody has answered.</param>
/// <param name="For">The groups that say it.</param>
/// <param name="Against">The groups that say something else.</param>
/// <param name="Torn">The groups whose own nodes contradict each other: they have no voice.</param>
public sealed record QuorumResult<T>(
    QuorumOutcome Outcome, T? Value, IReadOnlyList<string> For, IReadOnlyList<string> Against, IReadOnlyList<string> Torn);

/// <summary>Counts voices: groups, not addresses. Silence is no vote.</summary>
public static class Quorum
{
    /// <summary>The least number of groups that must agree where nothing is configured: one of one, else two.</summary>
    /// <param name="groups">How many groups are configured.</param>
    public static int DefaultMinimum(int groups) => groups <= 1 ? 1 : 2;

    /// <summary>Counts the votes.</summary>
    /// <param name="votes">A group and what one of its nodes says.</param>
    /// <param name="minimum">At least 1: how many groups must say the same.</param>
    public static QuorumResult<T> Count<T>(IEnumerable<(string Group, T Value)> votes, int minimum)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(votes);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, 1);
        Dictionary<T, List<string>> voices = [];
        List<string> torn = [];
        foreach (IGrouping<string, T> group in votes.GroupBy(vote => vote.Group, vote => vote.Value, StringComparer.Ordinal))
        {
            T[] said = [.. group.Distinct()];
            if (said.Length > 1)
            {
                torn.Add(group.Key);
                continue;
            }

            if (!voices.TryGetValue(said[0], out List<string>? of))
            {
                voices[said[0]] = of = [];
            }

            of.Add(group.Key);
        }

        if (voices.Count == 0)
        {
            return new QuorumResult<T>(torn.Count > 0 ? QuorumOutcome.Contradicted : QuorumOutcome.Silent, default, [], [], torn);
        }

        KeyValuePair<T, List<string>>[] order = [.. voices.OrderByDescending(voice => voice.Value.Count)];
        (T value, List<string> most) = order[0];
        string[] against = [.. order.Skip(1).SelectMany(voice => voice.Value)];
        bool outnumbers = order.Length == 1 || most.Count > order[1].Value.Count;
        QuorumOutcome outcome = most.Count >= minimum && outnumbers ? QuorumOutcome.Agreed
            : against.Length > 0 || torn.Count > 0 ? QuorumOutcome.Contradicted
            : QuorumOutcome.TooFew;
        return new QuorumResult<T>(outcome, value, most, against, torn);
    }
}
