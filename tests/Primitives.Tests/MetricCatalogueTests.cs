using System.Reflection;
using System.Text.RegularExpressions;

namespace Gavel.Primitives.Tests;

/// <summary>The catalogue of metrics keeps to Prometheus' custom and lists itself whole.</summary>
public sealed partial class MetricCatalogueTests
{
    private static readonly string[] _units = ["seconds", "ether", "ratio"];

    // Labels that would make a series for each game, block or message.
    private static readonly string[] _unbounded = ["game", "block", "claim", "transaction", "hash", "nonce", "error", "message", "url", "chain_id"];

    private static readonly PropertyInfo[] _definitions =
        [.. typeof(MetricCatalogue).GetProperties().Where(property => property.PropertyType == typeof(MetricDefinition))];

    public static TheoryData<string> Names { get; } = [.. MetricCatalogue.All.Select(metric => metric.Name)];

    [Fact]
    public void All_HoldsEveryDefinitionOnce()
    {
        Assert.Equal(_definitions.Select(property => (MetricDefinition)property.GetValue(null)!), MetricCatalogue.All);
        Assert.Equal(MetricCatalogue.All.Count, MetricCatalogue.All.Select(metric => metric.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Definition_KeepsToTheCustom(string name)
    {
        MetricDefinition metric = MetricCatalogue.All.Single(one => one.Name == name);
        Assert.Matches(Custom(), name);
        Assert.Equal(metric.Kind == MetricKind.Counter, name.EndsWith("_total", StringComparison.Ordinal));
        Assert.Equal(metric.Kind == MetricKind.Histogram, metric.Buckets.Count > 0);
        Assert.Equal(metric.Buckets.Order().Distinct(), metric.Buckets);
        if (_units.Contains(metric.Unit))
        {
            Assert.EndsWith(metric.Unit, name.Replace("_total", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        Assert.All(metric.Labels, label => Assert.Matches(Custom(), $"gavel_{label}"));
        Assert.Empty(metric.Labels.Intersect(_unbounded));
        Assert.EndsWith(".", metric.Help, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', metric.Help);
    }

    [GeneratedRegex("^gavel(_[a-z0-9]+)+$")]
    private static partial Regex Custom();
}
