namespace Gavel.Ethereum;

/// <summary>
/// How an endpoint has done of late: a score from 0 (fails) to 1 (answers). A failure takes a third of what is left, a success gives a third
/// of what is missing, and what is missing halves by itself every 30 s, so that an endpoint that was given up is tried again.
/// </summary>
internal sealed class EndpointHealth(TimeProvider time)
{
    private const double HalfLifeSeconds = 30;

    private readonly Lock _lock = new();
    private double _missing;
    private long _asOf = time.GetTimestamp();

    /// <summary>The score now.</summary>
    public double Score
    {
        get
        {
            lock (_lock)
            {
                return 1 - Missing();
            }
        }
    }

    /// <summary>Takes note of an attempt.</summary>
    public void Note(bool succeeded)
    {
        lock (_lock)
        {
            double missing = Missing();
            _missing = succeeded ? missing * 2 / 3 : missing + (1 - missing) / 3;
            _asOf = time.GetTimestamp();
        }
    }

    private double Missing() => _missing * Math.Pow(0.5, time.GetElapsedTime(_asOf).TotalSeconds / HalfLifeSeconds);
}
