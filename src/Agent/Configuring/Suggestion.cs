namespace Gavel.Agent.Configuring;

/// <summary>Finds the name that somebody meant.</summary>
internal static class Suggestion
{
    private const int Longest = 60; // no name is longer

    /// <summary>The nearest of some names, if it is near enough to be meant.</summary>
    public static string? Nearest(string written, IEnumerable<string> names) =>
        names.Where(_ => written.Length <= Longest)
            .Select(name => (Name: name, Distance: Distance(written.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(near => near.Distance <= Math.Max(1, Math.Min(written.Length, near.Name.Length) / 3))
            .OrderBy(near => near.Distance)
            .Select(near => near.Name)
            .FirstOrDefault();

    // Letters that must be put in, left out, changed, or exchanged with their neighbour.
    private static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                cost[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(Math.Min(cost[i - 1, j] + 1, cost[i, j - 1] + 1), cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)),
                };
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[a.Length, b.Length];
    }
}
