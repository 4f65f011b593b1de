namespace Gavel.Cannon.Checking;

/// <summary>A figure that is not as recorded.</summary>
/// <param name="Field">Its name, as in the file of expected results.</param>
/// <param name="Expected">The recorded value.</param>
/// <param name="Actual">Ours.</param>
public sealed record FieldDifference(string Field, string Expected, string Actual)
{
    private const int ShownLength = 160;

    /// <summary>The field and both values; of long values, the part around the first difference.</summary>
    public override string ToString()
    {
        if (Math.Max(Expected.Length, Actual.Length) <= ShownLength)
        {
            return $"{Field}: expected {Shown(Expected)}, got {Shown(Actual)}";
        }

        int same = Expected.AsSpan().CommonPrefixLength(Actual);
        int from = Math.Max(0, same - 16);
        return $"{Field}: expected …{Part(Expected, from)}, got …{Part(Actual, from)} (first difference at character {same}; lengths {Expected.Length} and {Actual.Length})";
    }

    private static string Shown(string value) => value.Length == 0 ? "nothing" : value;

    private static string Part(string value, int from)
    {
        int start = Math.Min(from, value.Length);
        int length = Math.Min(ShownLength / 2, value.Length - start);
        return $"{value.AsSpan(start, length)}{(start + length < value.Length ? "…" : "")}";
    }
}

/// <summary>Collects differences.</summary>
internal sealed class Differences
{
    private readonly List<FieldDifference> _found = [];

    public IReadOnlyList<FieldDifference> Found => _found;

    public void Compare<T>(string field, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            Add(field, $"{expected}", $"{actual}");
        }
    }

    public void CompareBytes(string field, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        if (!expected.SequenceEqual(actual))
        {
            Add(field, Hex.Encode(expected), Hex.Encode(actual));
        }
    }

    public void CompareLists<T>(string field, IReadOnlyList<T> expected, IReadOnlyList<T> actual)
    {
        Compare($"count of {field}", expected.Count, actual.Count);
        for (int i = 0; i < Math.Min(expected.Count, actual.Count); i++)
        {
            Compare($"{field}[{i}]", expected[i], actual[i]);
        }
    }

    public void Add(string field, string expected, string actual) => _found.Add(new FieldDifference(field, expected, actual));
}
