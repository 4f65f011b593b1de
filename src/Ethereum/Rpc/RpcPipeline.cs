using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Gavel.Ethereum;

/// <summary>
/// What lies around each round trip to one endpoint: retry with jitter (only where the caller has nobody else to ask), then the wait for the
/// endpoint's budget, then a circuit breaker, then a timeout. Polly's own exceptions do not leave it.
/// </summary>
internal sealed class RpcPipeline
{
    private readonly ResiliencePipeline<RpcReply[]> _retry;
    private readonly ResiliencePipeline<RpcReply[]> _guard;
    private readonly RequestBudget? _budget;
    private readonly CircuitBreakerStateProvider _breaker = new();
    private readonly CircuitBreakerManualControl _control = new();
    private readonly EndpointUrl _url;
    private readonly RpcOptions _options;

    public RpcPipeline(EndpointUrl url, RpcOptions options, TimeProvider time)
    {
        _url = url;
        _options = options;
        _budget = options.RequestsPerSecond is { } rate ? new RequestBudget(rate, options.Burst, time) : null;
        ResiliencePipelineBuilder<RpcReply[]> retry = new() { TimeProvider = time };
        if (options.MaxRetries > 0)
        {
            retry.AddRetry(new RetryStrategyOptions<RpcReply[]>
            {
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is TimeoutRejectedException or RpcException { IsTransient: true, IsTooLarge: false }),
                MaxRetryAttempts = options.MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = options.MaxRetryDelay,
                DelayGenerator = args => ValueTask.FromResult(AskedFor(args.Outcome.Exception)),
            });
        }

        _retry = retry.Build();
        _guard = new ResiliencePipelineBuilder<RpcReply[]> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<RpcReply[]>
            {
                // A limit is an answer: the endpoint lives.
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is TimeoutRejectedException or RpcException { IsTransient: true, Kind: not RpcErrorKind.RateLimit }),
                FailureRatio = 0.5,
                MinimumThroughput = options.BreakerMinimum,
                SamplingDuration = TimeSpan.FromSeconds(options.BreakerWindowSeconds),
                BreakDuration = TimeSpan.FromSeconds(options.BreakSeconds),
                StateProvider = _breaker,
                ManualControl = _control,
            })
            .AddTimeout(options.Timeout)
            .Build();
    }

    /// <summary>Whether the endpoint is left alone at present.</summary>
    public bool IsBroken => _breaker.CircuitState is CircuitState.Open or CircuitState.Isolated;

    /// <summary>Runs a round trip of so many requests.</summary>
    /// <param name="count">Requests in it.</param>
    /// <param name="again">Whether it is tried again where that may help.</param>
    /// <param name="roundTrip">One attempt.</param>
    /// <param name="lastTrouble">The endpoint's last real trouble in words, told where it is left alone.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<RpcReply[]> RunAsync(
        int count, bool again, Func<CancellationToken, Task<RpcReply[]>> roundTrip, Func<string?> lastTrouble, CancellationToken cancellationToken)
    {
        try
        {
            return again
                ? await _retry.ExecuteAsync(AttemptAsync, (this, count, roundTrip), cancellationToken).ConfigureAwait(false)
                : await AttemptAsync((this, count, roundTrip), cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException)
        {
            throw new RpcException(RpcErrorKind.Timeout, $"{_url}: no answer within {_options.Timeout.TotalSeconds:0.###} s");
        }
        catch (BrokenCircuitException)
        {
            string because = lastTrouble() is { } trouble ? $"; the last: {trouble}" : "";
            throw new RpcException(RpcErrorKind.Network, $"{_url}: left alone for {_options.BreakSeconds:0.#} s after repeated failures{because}") { IsUnreachable = true };
        }
    }

    /// <summary>The endpoint has been found well: it is not left alone any longer.</summary>
    public Task CloseAsync() => _control.CloseAsync();

    private static async ValueTask<RpcReply[]> AttemptAsync(
        (RpcPipeline Pipeline, int Count, Func<CancellationToken, Task<RpcReply[]>> RoundTrip) run, CancellationToken cancellationToken)
    {
        if (run.Pipeline._budget is { } budget)
        {
            await budget.TakeAsync(run.Count, cancellationToken).ConfigureAwait(false);
        }

        return await run.Pipeline._guard
            .ExecuteAsync(async (roundTrip, token) => await roundTrip(token).ConfigureAwait(false), run.RoundTrip, cancellationToken)
            .ConfigureAwait(false);
    }

    private TimeSpan? AskedFor(Exception? e) =>
        e is RpcException { RetryAfter: { } wait } && wait > TimeSpan.Zero ? wait < _options.MaxRetryDelay ? wait : _options.MaxRetryDelay : null;
}
