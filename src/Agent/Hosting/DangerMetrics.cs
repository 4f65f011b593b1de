using Gavel.Chains;
using Gavel.Ethereum;
using Prometheus;

namespace Gavel.Agent.Hosting;

/// <summary>Counts the dangers that stand, as often as the metrics are asked for.</summary>
/// <param name="board">Where they stand.</param>
internal sealed class DangerMetrics(DangerBoard board)
{
    private static readonly Gauge _dangers = PrometheusMetrics.Gauge(MetricCatalogue.Dangers);
    private readonly Lock _lock = new();
    private readonly HashSet<(string Severity, string Origin, string Code)> _told = [];

    /// <summary>Sets the gauges to what stands now; a kind that stands no more stays at 0.</summary>
    public void Refresh()
    {
        lock (_lock)
        {
            Dictionary<(string, string, string), int> counts = board.Dangers
                .GroupBy(danger => (danger.Severity.ToString().ToLowerInvariant(), danger.Origin.ToString().ToLowerInvariant(), danger.Code))
                .ToDictionary(group => group.Key, group => group.Count());
            foreach ((string severity, string origin, string code) in _told.Where(told => !counts.ContainsKey(told)))
            {
                _dangers.WithLabels(severity, origin, code).Set(0);
            }

            foreach (((string severity, string origin, string code), int count) in counts)
            {
                _dangers.WithLabels(severity, origin, code).Set(count);
            }

            _told.UnionWith(counts.Keys);
        }
    }
}
