namespace Gavel.Agent.Solve;

/// <summary>
/// Compares answers with recorded ones. Kinds that end in <c>-partly-resolved</c> are counted apart: there the reference still moves in
/// subgames that are resolved, where the chain would refuse it.
/// </summary>
internal sealed class SolveCheck
{
    private const string PartlyResolved = "-partly-resolved";
    private readonly SortedDictionary<string, (int Same, int Different)> _kinds = new(StringComparer.Ordinal);
    private (string Id, string Recorded, string Ours)? _first;

    /// <summary>Counts one game.</summary>
    /// <exception cref="FormatException">It has no recorded answer.</exception>
    public void Compare(RecordedGame game, RecordedAnswer ours)
    {
        RecordedAnswer recorded = game.Recorded ?? throw new FormatException($"game {game.Id} has no recorded actions to compare with");
        bool same = recorded.Matches(ours);
        (int Same, int Different) counts = _kinds.GetValueOrDefault(game.Kind);
        _kinds[game.Kind] = same ? (counts.Same + 1, counts.Different) : (counts.Same, counts.Different + 1);
        if (!same && !IsApart(game.Kind))
        {
            _first ??= (game.Id, recorded.Line(game.Id), ours.Line(game.Id));
        }
    }

    /// <summary>Prints the counts and the first difference; returns the exit code.</summary>
    public int Report(TextWriter output)
    {
        int width = _kinds.Keys.Max(kind => kind.Length);
        Print(output, _kinds.Where(kind => !IsApart(kind.Key)), width);
        KeyValuePair<string, (int, int)>[] apart = [.. _kinds.Where(kind => IsApart(kind.Key))];
        if (apart.Length > 0)
        {
            output.WriteLine("partly resolved, where differences are expected and do not count:");
            Print(output, apart, width);
        }

        if (_first is not { } first)
        {
            output.WriteLine("no difference");
            return 0;
        }

        output.WriteLine($"first difference, in game {first.Id}:");
        output.WriteLine($"  recorded: {first.Recorded}");
        output.WriteLine($"  ours:     {first.Ours}");
        return 1;
    }

    private static bool IsApart(string kind) => kind.EndsWith(PartlyResolved, StringComparison.Ordinal);

    private static void Print(TextWriter output, IEnumerable<KeyValuePair<string, (int Same, int Different)>> kinds, int width)
    {
        int same = 0;
        int different = 0;
        foreach ((string kind, (int Same, int Different) counts) in kinds)
        {
            output.WriteLine($"{kind.PadRight(width)}  {counts.Same,5} same  {counts.Different,5} different");
            same += counts.Same;
            different += counts.Different;
        }

        output.WriteLine($"{"all".PadRight(width)}  {same,5} same  {different,5} different");
    }
}
