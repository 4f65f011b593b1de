using Gavel.Ethereum;
using Gavel.Rollup;
using Prometheus;

namespace Gavel.Challenger;

/// <summary>Measures the cycles of one chain.</summary>
/// <param name="chain">Its name.</param>
/// <param name="clock">The host's clock.</param>
internal sealed class CycleMetrics(string chain, TimeProvider clock)
{
    private static readonly Histogram _duration = PrometheusMetrics.Histogram(MetricCatalogue.CycleDuration);
    private static readonly Counter _failures = PrometheusMetrics.Counter(MetricCatalogue.CycleFailures);
    private static readonly Gauge _lastGood = PrometheusMetrics.Gauge(MetricCatalogue.CycleLastGood);
    private static readonly Gauge _head = PrometheusMetrics.Gauge(MetricCatalogue.CycleHead);
    private static readonly Gauge _games = PrometheusMetrics.Gauge(MetricCatalogue.CycleGames);
    private static readonly Gauge _undecided = PrometheusMetrics.Gauge(MetricCatalogue.CycleUndecided);
    private static readonly Gauge _wanted = PrometheusMetrics.Gauge(MetricCatalogue.CycleWanted);
    private static readonly Counter _steps = PrometheusMetrics.Counter(MetricCatalogue.VmSteps);
    private long _stepsTold;

    /// <summary>A cycle begins.</summary>
    /// <returns>What <see cref="Ended"/> and <see cref="Failed"/> take.</returns>
    public long Begin() => clock.GetTimestamp();

    /// <summary>A cycle has read and decided.</summary>
    /// <param name="began">When it began.</param>
    /// <param name="report">What it came to.</param>
    /// <param name="games">Games that are watched.</param>
    /// <param name="vmSteps">VM steps since the chain was set up.</param>
    public void Ended(long began, CycleReport report, int games, long vmSteps)
    {
        _duration.WithLabels(chain).Observe(clock.GetElapsedTime(began).TotalSeconds);
        _failures.WithLabels(chain).Inc(0); // so that it is there before the first failure
        _head.WithLabels(chain).Set(report.View.Block.Number);
        _undecided.WithLabels(chain).Set(report.Undecided);
        _wanted.WithLabels(chain).Set(report.Planned);
        foreach (Truth truth in Enum.GetValues<Truth>())
        {
            _games.WithLabels(chain, truth.ToString().ToLowerInvariant()).Set(report.Judgements.Values.Count(judgement => judgement.Verdict.Truth == truth));
        }

        _games.WithLabels(chain, "other").Set(games - report.Judgements.Count);
        _steps.WithLabels(chain).Inc(vmSteps - _stepsTold);
        _stepsTold = vmSteps;
        if (report.Undecided == 0)
        {
            _lastGood.WithLabels(chain).Set(clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        }
    }

    /// <summary>A cycle decided nothing.</summary>
    public void Failed(long began)
    {
        _duration.WithLabels(chain).Observe(clock.GetElapsedTime(began).TotalSeconds);
        _failures.WithLabels(chain).Inc();
    }
}
