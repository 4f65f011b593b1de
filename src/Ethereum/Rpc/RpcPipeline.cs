using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Gavel.Ethereum;

/// <summary>
/// What lies around each round trip to one endpoint: retry with jitter (only where the caller has nobody else to ask), then the wait for the
/// endpoint's budget, then a circuit breaker, then a timeout. Polly's own exceptions do not leave it. The wait for the budget is no part of the
/// timeout, which is the server's; one that is too long is not begun, and one that the caller ends says what was waited for.
/// </summary>
internal sealed class RpcPipeline
{
    private static readonly ResiliencePropertyKey<TimeSpan> _limit = new("gavel.limit");

    private readonly ResiliencePipeline<RpcReply[]> _retry;
    private readonly ResiliencePipeline<RpcReply[]> _guard;
    private readonly RequestBudget? _budget;
    private readonly CircuitBreakerStateProvider _breaker = new();
    private readonly CircuitBreakerManualControl _control = new();
    private readonly EndpointUrl _url;
    private readonly RpcOptions _options;
    private readonly TimeProvider _time;

    public RpcPipeline(EndpointUrl url, RpcOptions options, TimeProvider time)
    {
        _url = url;
        _options = options;
        _time = time;
        _budget = options.RequestsPerSecond is { } rate ? new RequestBudget(rate, options.Burst, time) : null;
        ResiliencePipelineBuilder<RpcReply[]> retry = new() { TimeProvider = time };
        if (options.MaxRetries > 0)
        {
            retry.AddRetry(new RetryStrategyOptions<RpcReply[]>
            {
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is TimeoutRejectedException or RpcException { IsTransient: true, IsTooLarge: false, IsOurs: false }),
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
            .AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = args => ValueTask.FromResult(args.Context.Properties.GetValue(_limit, options.Timeout)) })
            .Build();
    }

    /// <summary>Whether the endpoint is left alone at present.</summary>
    public bool IsBroken => _breaker.CircuitState is CircuitState.Open or CircuitState.Isolated;

    /// <summary>Runs a round trip.</summary>
    /// <param name="trip">What is asked, and how.</param>
    /// <param name="lastTrouble">The endpoint's last real trouble in words, told where it is left alone.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<RpcReply[]> RunAsync(RoundTrip trip, Func<string?> lastTrouble, CancellationToken cancellationToken)
    {
        bool mayHaveArrived = false;
        try
        {
            RoundTrip watched = trip with { RunAsync = WatchedAsync };
            return trip.IsRepeated
                ? await _retry.ExecuteAsync(static (run, token) => run.Pipeline.AttemptAsync(run.Trip, token), (Pipeline: this, Trip: watched), cancellationToken).ConfigureAwait(false)
                : await AttemptAsync(trip, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.IsUnreachable && mayHaveArrived)
        {
            throw e.AfterArrival();
        }
        catch (TimeoutRejectedException e)
        {
            throw new RpcException(RpcErrorKind.Timeout, $"{_url}: no answer within {e.Timeout.TotalSeconds:0.###} s");
        }
        catch (BrokenCircuitException)
        {
            string because = lastTrouble() is { } trouble ? $"; the last: {trouble}" : "";
            throw new RpcException(RpcErrorKind.Network, $"{_url}: left alone for {_options.BreakSeconds:0.#} s after repeated failures{because}") { IsUnreachable = !mayHaveArrived };
        }

        async Task<RpcReply[]> WatchedAsync(CancellationToken token)
        {
            try
            {
                return await trip.RunAsync(token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                mayHaveArrived |= e is not RpcException { IsUnreachable: true };
                throw;
            }
        }
    }

    /// <summary>The endpoint has been found well: it is not left alone any longer.</summary>
    public Task CloseAsync() => _control.CloseAsync();

    private async ValueTask<RpcReply[]> AttemptAsync(RoundTrip trip, CancellationToken cancellationToken)
    {
        await PayAsync(trip.Requests, cancellationToken).ConfigureAwait(false);
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            context.Properties.Set(_limit, trip.Limit);
            return await _guard
                .ExecuteAsync(static async (context, trip) => await trip.RunAsync(context.CancellationToken).ConfigureAwait(false), context, trip)
                .ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask PayAsync(int requests, CancellationToken cancellationToken)
    {
        if (_budget is null)
        {
            return;
        }

        long start = _time.GetTimestamp();
        try
        {
            // As long as the options let one batch wait; longer where many callers stand in line.
            if (await _budget.TakeAsync(requests, _options.LongestBudgetWait, cancellationToken).ConfigureAwait(false) is { } wait)
            {
                throw new RpcException(RpcErrorKind.RateLimit, $"{_url}: not asked: {Budget} is spent for {wait.TotalSeconds:0.#} s to come; raise it, or ask for less") { IsOurs = true };
            }
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException($"{_url}: not asked: after {_time.GetElapsedTime(start).TotalSeconds:0.#} s it still waited for {Budget}", e, cancellationToken);
        }
    }

    private string Budget => $"our own budget of {_options.RequestsPerSecond} requests a second ({nameof(RpcOptions.RequestsPerSecond)})";

    private TimeSpan? AskedFor(Exception? e) =>
        e is RpcException { RetryAfter: { } wait } && wait > TimeSpan.Zero ? wait < _options.MaxRetryDelay ? wait : _options.MaxRetryDelay : null;
}

/// <summary>One round trip.</summary>
/// <param name="Requests">How many requests are in it.</param>
/// <param name="IsRepeated">Whether it is tried again where that may help.</param>
/// <param name="Limit">How long one attempt may take.</param>
/// <param name="RunAsync">One attempt.</param>
internal sealed record RoundTrip(int Requests, bool IsRepeated, TimeSpan Limit, Func<CancellationToken, Task<RpcReply[]>> RunAsync);
