namespace Gavel.Primitives;

/// <summary>What a metric does over time.</summary>
public enum MetricKind
{
    /// <summary>Only grows; its name ends in <c>_total</c>.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts measurements by size.</summary>
    Histogram,
}

/// <summary>One metric as it is exposed: the one place for its name, labels and words.</summary>
/// <param name="Name">Its name in Prometheus' custom: <c>gavel_</c>, the subject, the base unit, <c>_total</c> for counters.</param>
/// <param name="Kind">What it does over time.</param>
/// <param name="Unit">The base unit (<c>seconds</c>, <c>ether</c>, <c>blocks</c>, <c>requests</c> …); <c>1</c> for what only marks something.</param>
/// <param name="Labels">Names of its labels. Each takes few values: never a game, a block, a transaction or an error's text.</param>
/// <param name="Help">One sentence for people.</param>
public sealed record MetricDefinition(string Name, MetricKind Kind, string Unit, IReadOnlyList<string> Labels, string Help)
{
    /// <summary>Upper bounds of a histogram's buckets in <see cref="Unit"/>, ascending; empty for other kinds.</summary>
    public IReadOnlyList<double> Buckets { get; init; } = [];
}
