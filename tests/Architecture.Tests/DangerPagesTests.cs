using System.Text.RegularExpressions;
using Gavel.Primitives;
using Gavel.TestKit;

namespace Gavel.Architecture.Tests;

/// <summary>Every kind of danger is in the catalogue, is raised somewhere, and has its section in docs/dangers.md; the page has no other.</summary>
public sealed partial class DangerPagesTests
{
    // Kinds whose raising is not built yet. One that is raised is taken off this list.
    private static readonly string[] Reserved = [];

    // What each section says, in this order.
    private static readonly string[] Parts = ["**How Gavel notices.**", "**What is at stake.**", "**What to do.**", "**When it ends.**"];

    [Fact]
    public void Catalogue_HoldsEveryKindOnce()
    {
        DangerKind[] declared = [.. typeof(DangerCodes).GetProperties().Where(property => property.PropertyType == typeof(DangerKind)).Select(property => (DangerKind)property.GetValue(null)!)];
        Assert.Equal(declared, DangerCodes.All);
        Assert.Equal(declared.Length, declared.Select(kind => kind.Code).Distinct().Count());
        Assert.All(declared, kind => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", kind.Code));
    }

    [Fact]
    public void Kinds_AreRaised_OrReserved()
    {
        HashSet<string> raised = [.. Directory.GetFiles(Checkout.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "DangerCodes.cs")
            .SelectMany(file => Use().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))];
        string[] names = [.. typeof(DangerCodes).GetProperties().Where(property => property.PropertyType == typeof(DangerKind)).Select(property => property.Name)];
        Assert.True(!names.Except(raised).Except(Reserved).Any(), $"nothing raises {string.Join(", ", names.Except(raised).Except(Reserved))}");
        Assert.True(!Reserved.Intersect(raised).Any(), $"take off the list of what is not built yet: {string.Join(", ", Reserved.Intersect(raised))}");
    }

    [Fact]
    public void Page_HasASectionForEachKind_AndNoOther()
    {
        string page = File.ReadAllText(Checkout.PathOf("docs", "dangers.md"));
        Match[] sections = [.. Section().Matches(page).Cast<Match>()];
        Assert.Equal(DangerCodes.All.Select(kind => kind.Code), sections.Select(section => section.Groups["code"].Value));
        Assert.All(sections.Zip(DangerCodes.All), pair =>
        {
            string text = pair.First.Value;
            DangerKind kind = pair.Second;
            string head = $"`{kind.Severity.ToString().ToLowerInvariant()}`, {(kind.Origin == DangerOrigin.Ours ? "of our own doing" : "of the chain itself")}. {kind.Meaning}";
            Assert.Contains(head, text, StringComparison.Ordinal);
            int[] places = [.. Parts.Select(part => text.IndexOf(part, StringComparison.Ordinal))];
            Assert.All(places, place => Assert.True(place > 0, $"{kind.Code}: a part is missing"));
            Assert.Equal(places.Order(), places);
        });
    }

    [GeneratedRegex(@"\bDangerCodes\.([A-Z][A-Za-z0-9]+)")]
    private static partial Regex Use();

    [GeneratedRegex(@"^### (?<code>[a-z0-9-]+)\n(.|\n)*?(?=^##|\z)", RegexOptions.Multiline)]
    private static partial Regex Section();
}
