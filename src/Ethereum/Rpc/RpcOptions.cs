using System.Globalization;

namespace Gavel.Ethereum;

/// <summary>
/// How the endpoints of one chain are treated: the one place of all timeouts, sizes, budgets and intervals of the access to nodes. Bound from
/// <c>Challenger:Chains:n:Rpc</c>. Durations are seconds. <see cref="Problems"/> is the one validator.
/// </summary>
public sealed record RpcOptions : ICheckedOptions
{
    /// <summary>Seconds that one round trip may take before it counts as silence. 0.01 to 600; default 30.</summary>
    public double TimeoutSeconds { get; init; } = 30;

    /// <summary>
    /// Seconds after which, where there is another endpoint, that one is asked beside the first; the first good answer counts. Grows by itself
    /// up to three times this for an endpoint that is usually slow. 0.01 to 60 and less than <see cref="TimeoutSeconds"/>; default 2.
    /// </summary>
    public double PatienceSeconds { get; init; } = 2;

    /// <summary>
    /// Further attempts, where there is no other endpoint left to ask, after round trips that may pass the next time. 0 to 20; default 3.
    /// </summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>The median pause before the first retry; it doubles with each and varies at random. 0.001 to 60; default 0.25.</summary>
    public double RetryDelaySeconds { get; init; } = 0.25;

    /// <summary>
    /// The longest pause, also where a server asks for more by <c>Retry-After</c>. <see cref="RetryDelaySeconds"/> to 600; default 30.
    /// </summary>
    public double MaxRetryDelaySeconds { get; init; } = 30;

    /// <summary>
    /// The most requests put into one round trip. 1 to 10,000; default 100. The size in use adapts downwards and grows back slowly.
    /// </summary>
    public int MaxBatchSize { get; init; } = 100;

    /// <summary>
    /// Requests per second that each endpoint is given, each request of a batch counted. What would have to wait for longer than
    /// <see cref="MaxRetryDelaySeconds"/> and <see cref="TimeoutSeconds"/> together is refused at once. 0.01 to 100,000; default none: no limit.
    /// </summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Requests that may be made at once before <see cref="RequestsPerSecond"/> holds them back. 1 to 100,000; default 100.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>Bytes of one answer, unpacked, above which it is refused. 1 KiB to 1 GiB; default 64 MiB.</summary>
    public int MaxResponseBytes { get; init; } = 64 << 20;

    /// <summary>Levels to which an answer may be nested. 8 to 1,000; default 64.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>
    /// Attempts within <see cref="BreakerWindowSeconds"/> of which half must fail before an endpoint is left alone for a while. 2 to 100,000;
    /// default 10.
    /// </summary>
    public int BreakerMinimum { get; init; } = 10;

    /// <summary>0.5 to 3,600; default 30.</summary>
    public double BreakerWindowSeconds { get; init; } = 30;

    /// <summary>How long a failing endpoint is left alone. 0.5 to 3,600; default 15.</summary>
    public double BreakSeconds { get; init; } = 15;

    /// <summary>
    /// Seconds before a sick endpoint is probed for the first time (<c>eth_chainId</c>, <c>eth_blockNumber</c>); doubles with each probe that
    /// fails and with each relapse. 0.01 to 600; default 1.
    /// </summary>
    public double ProbeSeconds { get; init; } = 1;

    /// <summary>The longest time between two probes. <see cref="ProbeSeconds"/> to 3,600; default 60.</summary>
    public double MaxProbeSeconds { get; init; } = 60;

    /// <summary>
    /// How long it is remembered that an endpoint refuses a method, a range of blocks or logs without an address. 0.01 to 86,400; default 600.
    /// </summary>
    public double CapabilitySeconds { get; init; } = 600;

    /// <summary>
    /// The chain that the endpoints must be of (<c>eth_chainId</c>). Default none: the first endpoint that answers decides, and one that
    /// disagrees is left out and told.
    /// </summary>
    public ulong? ExpectedChainId { get; init; }

    /// <summary>
    /// Seconds after which a head that has not changed, or whose block is that much older than the clock, stands still. 1 to 86,400; default 90.
    /// </summary>
    public double HeadMaxAgeSeconds { get; init; } = 90;

    /// <summary>
    /// Seconds by which the chain's clock is ahead of ours (behind, if negative), for development chains whose time was moved. At most 10 years
    /// either way; default 0.
    /// </summary>
    public double ClockOffsetSeconds { get; init; }

    /// <summary>Seconds between two looks at the heads of the endpoints that are not asked anyway. 0.05 to 3,600; default 12.</summary>
    public double HeadPollSeconds { get; init; } = 12;

    internal TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    internal TimeSpan Patience => TimeSpan.FromSeconds(PatienceSeconds);

    internal TimeSpan RetryDelay => TimeSpan.FromSeconds(RetryDelaySeconds);

    internal TimeSpan MaxRetryDelay => TimeSpan.FromSeconds(MaxRetryDelaySeconds);

    internal TimeSpan LongestBudgetWait => TimeSpan.FromSeconds(LongestBudgetWaitSeconds);

    internal TimeSpan HeadMaxAge => TimeSpan.FromSeconds(HeadMaxAgeSeconds);

    // One batch of the largest size never waits longer; see Problems.
    private double LongestBudgetWaitSeconds => MaxRetryDelaySeconds + TimeoutSeconds;

    /// <summary>The pause before attempt <paramref name="before"/> + 2: doubling, at random between half and one and a half, bounded.</summary>
    internal TimeSpan Pause(int before)
    {
        double seconds = RetryDelaySeconds * Math.Pow(2, Math.Min(before, 20)) * (0.5 + Random.Shared.NextDouble());
        return TimeSpan.FromSeconds(Math.Min(seconds, MaxRetryDelaySeconds));
    }

    /// <summary>Everything that is wrong with the values: the option's name, and what is wrong in words. Empty when all is well.</summary>
    public IReadOnlyList<(string Option, string Problem)> Problems()
    {
        List<(string, string)> problems = [];
        Range(nameof(TimeoutSeconds), TimeoutSeconds, 0.01, 600);
        Range(nameof(PatienceSeconds), PatienceSeconds, 0.01, 60);
        Range(nameof(MaxRetries), MaxRetries, 0, 20);
        Range(nameof(RetryDelaySeconds), RetryDelaySeconds, 0.001, 60);
        Range(nameof(MaxRetryDelaySeconds), MaxRetryDelaySeconds, 0.001, 600);
        Range(nameof(MaxBatchSize), MaxBatchSize, 1, 10_000);
        Range(nameof(RequestsPerSecond), RequestsPerSecond ?? 1, 0.01, 100_000);
        Range(nameof(Burst), Burst, 1, 100_000);
        Range(nameof(MaxResponseBytes), MaxResponseBytes, 1 << 10, 1 << 30);
        Range(nameof(MaxDepth), MaxDepth, 8, 1_000);
        Range(nameof(BreakerMinimum), BreakerMinimum, 2, 100_000);
        Range(nameof(BreakerWindowSeconds), BreakerWindowSeconds, 0.5, 3_600);
        Range(nameof(BreakSeconds), BreakSeconds, 0.5, 3_600);
        Range(nameof(ProbeSeconds), ProbeSeconds, 0.01, 600);
        Range(nameof(MaxProbeSeconds), MaxProbeSeconds, 0.01, 3_600);
        Range(nameof(CapabilitySeconds), CapabilitySeconds, 0.01, 86_400);
        Range(nameof(HeadMaxAgeSeconds), HeadMaxAgeSeconds, 1, 86_400);
        Range(nameof(ClockOffsetSeconds), ClockOffsetSeconds, -315_360_000, 315_360_000);
        Range(nameof(HeadPollSeconds), HeadPollSeconds, 0.05, 3_600);
        Less(nameof(PatienceSeconds), PatienceSeconds, nameof(TimeoutSeconds), TimeoutSeconds, orEqual: false);
        Less(nameof(RetryDelaySeconds), RetryDelaySeconds, nameof(MaxRetryDelaySeconds), MaxRetryDelaySeconds, orEqual: true);
        Less(nameof(ProbeSeconds), ProbeSeconds, nameof(MaxProbeSeconds), MaxProbeSeconds, orEqual: true);
        Less(nameof(HeadPollSeconds), HeadPollSeconds, nameof(HeadMaxAgeSeconds), HeadMaxAgeSeconds, orEqual: false);
        if (RequestsPerSecond is { } rate && MaxBatchSize / rate > LongestBudgetWaitSeconds)
        {
            problems.Add((nameof(RequestsPerSecond), string.Create(
                CultureInfo.InvariantCulture,
                $"a batch of {nameof(MaxBatchSize)} = {MaxBatchSize} would wait {MaxBatchSize / rate:0.#} s at {rate} a second; write a smaller {nameof(MaxBatchSize)} or a higher rate")));
        }

        if (ExpectedChainId == 0)
        {
            problems.Add((nameof(ExpectedChainId), "0 is no chain; leave it out to take the first endpoint's"));
        }

        return problems;

        void Range(string name, double value, double least, double most)
        {
            if (!(value >= least && value <= most))
            {
                problems.Add((name, string.Create(CultureInfo.InvariantCulture, $"{value} is not between {least} and {most}")));
            }
        }

        void Less(string name, double value, string limit, double most, bool orEqual)
        {
            if (orEqual ? value > most : value >= most)
            {
                problems.Add((name, string.Create(CultureInfo.InvariantCulture, $"{value} must be {(orEqual ? "at most" : "less than")} {limit} ({most})")));
            }
        }
    }

    /// <summary>These options, or an error that names everything wrong with them.</summary>
    /// <exception cref="ArgumentException">A value is out of range, or two contradict each other.</exception>
    internal RpcOptions Checked() => Problems() is { Count: > 0 } problems
        ? throw new ArgumentException($"RpcOptions: {string.Join("; ", problems.Select(p => $"{p.Option}: {p.Problem}"))}")
        : this;
}
