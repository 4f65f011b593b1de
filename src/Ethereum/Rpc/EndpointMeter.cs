using System.Diagnostics;
using Prometheus;

namespace Gavel.Ethereum;

/// <summary>Measures what one endpoint does: metrics of the catalogue, and a span for each round trip. The endpoint is named without credentials.</summary>
internal sealed class EndpointMeter(EndpointUrl url)
{
    private static readonly Counter _requests = PrometheusMetrics.Counter(MetricCatalogue.EndpointRequests);
    private static readonly Histogram _roundTrips = PrometheusMetrics.Histogram(MetricCatalogue.EndpointRoundTrip);
    private static readonly Gauge _health = PrometheusMetrics.Gauge(MetricCatalogue.EndpointHealth);
    private static readonly Gauge _batchSize = PrometheusMetrics.Gauge(MetricCatalogue.EndpointBatchSize);
    private static readonly Gauge _head = PrometheusMetrics.Gauge(MetricCatalogue.EndpointHead);
    private static readonly Gauge _headChanged = PrometheusMetrics.Gauge(MetricCatalogue.EndpointHeadChanged);
    private static readonly Gauge _headTime = PrometheusMetrics.Gauge(MetricCatalogue.EndpointHeadTime);
    private static readonly ActivitySource _spans = new(TraceSources.Ethereum);

    private readonly string _name = url.ToString();
    private long _strays;

    /// <summary>Answers that fitted no question.</summary>
    public long Strays => Interlocked.Read(ref _strays);

    /// <summary>A span of a round trip; null where nobody listens.</summary>
    public Activity? Span(IReadOnlyList<RpcRequest> requests) => _spans.StartActivity(requests.Count == 1 ? requests[0].Method : "batch", ActivityKind.Client)
        ?.SetTag("rpc.system", "jsonrpc").SetTag("server.address", _name).SetTag("rpc.batch", requests.Count);

    /// <summary>An answer that fitted no question.</summary>
    public void Stray()
    {
        Interlocked.Increment(ref _strays);
        _requests.WithLabels(_name, "garbled").Inc();
    }

    /// <summary>A round trip that brought answers.</summary>
    public void Answered(IReadOnlyList<RpcRequest> requests, RpcReply[] replies, TimeSpan elapsed)
    {
        _roundTrips.WithLabels(_name).Observe(elapsed.TotalSeconds);
        foreach (IGrouping<string, RpcReply> outcome in replies.Select((reply, i) => (reply, i)).GroupBy(r => OutcomeOf(requests[r.i], r.reply.Error), r => r.reply))
        {
            _requests.WithLabels(_name, outcome.Key).Inc(outcome.Count());
        }
    }

    /// <summary>A round trip that brought none; null for one that was cancelled in good time.</summary>
    public void Failed(int requests, RpcException? error, TimeSpan elapsed)
    {
        _roundTrips.WithLabels(_name).Observe(elapsed.TotalSeconds);
        _requests.WithLabels(_name, error is null ? "cancelled" : OutcomeOf(null, error)).Inc(requests);
    }

    /// <summary>How the endpoint stands now.</summary>
    public void Stands(double health, int batchSize)
    {
        _health.WithLabels(_name).Set(health);
        _batchSize.WithLabels(_name).Set(batchSize);
    }

    /// <summary>Its newest head.</summary>
    public void Head(ChainHead head, DateTimeOffset changedAt)
    {
        _head.WithLabels(_name).Set(head.Number);
        _headTime.WithLabels(_name).Set(head.Timestamp);
        _headChanged.WithLabels(_name).Set(changedAt.ToUnixTimeMilliseconds() / 1000.0);
    }

    private static string OutcomeOf(RpcRequest? request, RpcException? error) => error switch
    {
        null => "answer",
        { Kind: RpcErrorKind.Revert } => "revert",
        { Kind: RpcErrorKind.NodeError } => request is not null && Capabilities.MayBeRefusal(request, error) ? "refused" : "error",
        { Kind: RpcErrorKind.RateLimit } => "limited",
        { Kind: RpcErrorKind.Malformed } => "garbled",
        { Kind: RpcErrorKind.Timeout } => "timeout",
        { IsUnreachable: true } => "unreachable",
        _ => "trouble",
    };
}
