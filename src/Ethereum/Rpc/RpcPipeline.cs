using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Gavel.Ethereum;

/// <summary>
/// What lies around each round trip to one endpoint: retry with jitter, then the wait for the endpoint's budget, then a circuit breaker, then
/// a timeout. Polly's own exceptions do not leave it.
/// </summary>
internal sealed class RpcPipeline
{
    private static readonly ResiliencePropertyKey<int> BatchCount = new("batch");

    private readonly ResiliencePipeline<RpcReply[]> _retry;
    private readonly ResiliencePipeline<RpcReply[]> _guard;
    private readonly RequestBudget? _budget;
    private readonly CircuitBreakerStateProvider _breaker = new();
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
                ShouldHandle = args => ValueTask.FromResult(MayPassNextTime(args.Outcome.Exception, args.Context)),
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
                // A rate limit is an answer: the endpoint lives.
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is TimeoutRejectedException or RpcException { IsTransient: true, Kind: not RpcErrorKind.RateLimit }),
                FailureRatio = 0.5,
                MinimumThroughput = options.BreakerMinimum,
                SamplingDuration = options.BreakerWindow,
                BreakDuration = options.BreakDuration,
                StateProvider = _breaker,
            })
            .AddTimeout(options.Timeout)
            .Build();
    }

    /// <summary>Whether the endpoint is left alone at present.</summary>
    public bool IsBroken => _breaker.CircuitState is CircuitState.Open or CircuitState.Isolated;

    /// <summary>Runs a round trip of so many requests.</summary>
    public async Task<RpcReply[]> RunAsync(int count, Func<CancellationToken, Task<RpcReply[]>> roundTrip, CancellationToken cancellationToken)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(BatchCount, count);
        try
        {
            return await _retry.ExecuteAsync(AttemptAsync, context, (this, count, roundTrip)).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException)
        {
            throw new RpcException(RpcErrorKind.Timeout, $"{_url}: no answer within {_options.Timeout.TotalSeconds:0.###} s");
        }
        catch (BrokenCircuitException)
        {
            throw new RpcException(RpcErrorKind.Network, $"{_url}: left alone for {_options.BreakDuration.TotalSeconds:0.#} s after repeated failures");
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static async ValueTask<RpcReply[]> AttemptAsync(
        ResilienceContext context, (RpcPipeline Pipeline, int Count, Func<CancellationToken, Task<RpcReply[]>> RoundTrip) run)
    {
        if (run.Pipeline._budget is { } budget)
        {
            await budget.TakeAsync(run.Count, context.CancellationToken).ConfigureAwait(false);
        }

        return await run.Pipeline._guard
            .ExecuteAsync(async (roundTrip, token) => await roundTrip(token).ConfigureAwait(false), run.RoundTrip, context.CancellationToken)
            .ConfigureAwait(false);
    }

    // A batch refused for a limit is not sent again as it is, but smaller.
    private static bool MayPassNextTime(Exception? e, ResilienceContext context) => e switch
    {
        TimeoutRejectedException => true,
        RpcException { IsTooLarge: true } => false,
        RpcException { Kind: RpcErrorKind.RateLimit } => context.Properties.GetValue(BatchCount, 1) == 1,
        RpcException rpc => rpc.IsTransient,
        _ => false,
    };

    private TimeSpan? AskedFor(Exception? e) =>
        e is RpcException { RetryAfter: { } wait } && wait > TimeSpan.Zero ? wait < _options.MaxRetryDelay ? wait : _options.MaxRetryDelay : null;
}
