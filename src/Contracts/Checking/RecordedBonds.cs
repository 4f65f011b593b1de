using System.Text.Json;
using Gavel.GameSolver;

namespace Gavel.Contracts.Checking;

/// <summary>Recorded answers of <c>getRequiredBond</c>, against the table that this build computes.</summary>
internal static class RecordedBonds
{
    /// <summary>Compares every depth of every recorded maximum depth.</summary>
    public static ContractCheck Check(string file)
    {
        RecordedLines lines = new(file);
        List<string> differences = [];
        int bonds = 0;
        int tables = 0;
        foreach (JsonElement line in lines.Read().Where(line => line.GetProperty("kind").GetString() == "bonds"))
        {
            tables++;
            bonds += lines.Take(() =>
            {
                int maxDepth = line.GetProperty("maxDepth").GetInt32();
                UInt256[] recorded = [.. line.GetProperty("bonds").EnumerateArray().Select(bond => UInt256.Parse(bond.GetString()!))];
                BondTable ours = BondTable.Computed(maxDepth);
                if (recorded.Length != maxDepth + 1)
                {
                    throw new FormatException($"{recorded.Length} bonds for a maximum depth of {maxDepth}");
                }

                differences.AddRange(Enumerable.Range(0, recorded.Length).Where(depth => ours[depth] != recorded[depth])
                    .Select(depth => $"max depth {maxDepth}: the bond at depth {depth} is {ours[depth]} wei, not {recorded[depth]}"));
                return recorded.Length;
            });
        }

        return new ContractCheck($"{bonds} bonds of {tables} maximum depths", differences);
    }
}
