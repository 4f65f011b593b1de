using System.Xml.Linq;
using Gavel.TestKit;

namespace Gavel.Architecture.Tests;

/// <summary>Holds the table "Projects and arrows" of docs/architecture.md against the project files.</summary>
public sealed class ProjectArrowsTests
{
    private static readonly Dictionary<string, string[]> Table = ReadTable();

    public static TheoryData<string> Projects { get; } = [.. Directory.GetDirectories(Checkout.PathOf("src")).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_OfProject_AreThoseOfTheTable(string project)
    {
        string[] references = [.. ReferencesOf(project)];
        Assert.True(Table.ContainsKey(project), $"src/{project} has no row in docs/architecture.md");
        if (Table[project] is not ["all"])
        {
            HashSet<string> below = Below(project);
            Assert.All(references, reference => Assert.Contains(reference, below));
        }
    }

    [Fact]
    public void Roles_NeverSeeEachOther()
    {
        string[] roles = ["Challenger", "Proposer", "Monitor"];
        foreach (string role in roles.Where(role => Directory.Exists(Path.Combine(Checkout.Root, "src", role))))
        {
            Assert.Empty(ReferencesOf(role).Intersect(roles));
        }
    }

    [Theory]
    [InlineData("GameSolver")]
    [InlineData("SuperRoots")]
    public void PureProjects_DoNoInputOrOutput(string project)
    {
        string[] forbidden = ["System.IO", "System.Net", "DateTime.UtcNow", "DateTime.Now", "TimeProvider", "ILogger", "new Random", "Random.Shared"];
        foreach (string file in Directory.GetFiles(Checkout.PathOf("src", project), "*.cs", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(file);
            Assert.All(forbidden, word => Assert.DoesNotContain(word, text, StringComparison.Ordinal));
        }
    }

    // What a project may reference: what its row names, and what those may.
    private static HashSet<string> Below(string project)
    {
        HashSet<string> below = [];
        Stack<string> open = new(Table[project]);
        while (open.TryPop(out string? next))
        {
            if (below.Add(next))
            {
                Array.ForEach(Table[next], open.Push);
            }
        }

        return below;
    }

    private static IEnumerable<string> ReferencesOf(string project) =>
        XDocument.Load(Checkout.PathOf("src", project, $"{project}.csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

    // Rows look like: | `src/Cannon` | responsibility | Ethereum (Hash32, Keccak) |
    private static Dictionary<string, string[]> ReadTable()
    {
        Dictionary<string, string[]> table = [];
        foreach (string line in File.ReadLines(Checkout.PathOf("docs", "architecture.md")).Where(line => line.StartsWith("| `src/", StringComparison.Ordinal)))
        {
            string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
            string allowed = cells[3].Split('(')[0];
            table[cells[1].Trim('`')["src/".Length..]] = [.. allowed.Split(',', StringSplitOptions.TrimEntries).Where(name => name is not "-" and not "")];
        }

        return table;
    }
}
