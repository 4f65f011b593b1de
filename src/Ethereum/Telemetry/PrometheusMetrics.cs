using Prometheus;

namespace Gavel.Ethereum;

/// <summary>
/// Makes Prometheus' own metrics from the catalogue's definitions, in the process' default registry. Asking twice for one definition gives the
/// same metric, so whoever measures keeps it in a static field.
/// </summary>
public static class PrometheusMetrics
{
    /// <summary>The counter of a definition.</summary>
    /// <exception cref="ArgumentException">The definition is of another kind.</exception>
    public static Counter Counter(MetricDefinition definition)
    {
        Expect(definition, MetricKind.Counter);
        return Metrics.CreateCounter(definition.Name, definition.Help, [.. definition.Labels]);
    }

    /// <summary>The gauge of a definition.</summary>
    /// <exception cref="ArgumentException">The definition is of another kind.</exception>
    public static Gauge Gauge(MetricDefinition definition)
    {
        Expect(definition, MetricKind.Gauge);
        return Metrics.CreateGauge(definition.Name, definition.Help, [.. definition.Labels]);
    }

    /// <summary>The histogram of a definition, with its buckets.</summary>
    /// <exception cref="ArgumentException">The definition is of another kind.</exception>
    public static Histogram Histogram(MetricDefinition definition)
    {
        Expect(definition, MetricKind.Histogram);
        return Metrics.CreateHistogram(definition.Name, definition.Help, [.. definition.Labels], new HistogramConfiguration { Buckets = [.. definition.Buckets] });
    }

    private static void Expect(MetricDefinition definition, MetricKind kind)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (definition.Kind != kind)
        {
            throw new ArgumentException($"{definition.Name} is a {definition.Kind}, not a {kind}", nameof(definition));
        }
    }
}
