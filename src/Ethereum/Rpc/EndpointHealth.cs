namespace Gavel.Ethereum;

/// <summary>
/// How an endpoint has done of late, weighed by the time that was lost on it: a failure costs at least a second, silence as long as it
/// lasted, and what was lost is forgiven by half every minute. An endpoint on which too much was lost is sick until a probe finds it well.
/// </summary>
internal sealed class EndpointHealth(RpcOptions options, TimeProvider time)
{
    private const double HalfLifeSeconds = 60;
    private const double LeastCharge = 1;
    private const double SickAt = 1.5;
    private const double ScoreHalvesAt = 5;
    private const double LatencyWeight = 0.2;

    private readonly Lock _lock = new();
    private readonly double[] _latency = new double[2]; // of single requests, of batches; seconds, 0 for unknown
    private double _lost;
    private long _asOf = time.GetTimestamp();
    private double _backOff;
    private long? _cameBack;
    private TimeSpan _notBefore;
    private DateTimeOffset? _sickSince;
    private volatile string? _lastTrouble;

    /// <summary>From 0 (much time lost of late) to 1 (none).</summary>
    public double Score
    {
        get
        {
            lock (_lock)
            {
                return Math.Pow(0.5, Lost() / ScoreHalvesAt);
            }
        }
    }

    /// <summary>Since when it is sick, or null.</summary>
    public DateTimeOffset? SickSince
    {
        get
        {
            lock (_lock)
            {
                return _sickSince;
            }
        }
    }

    /// <summary>The last trouble that it was charged with, without credentials; null if there was none.</summary>
    public string? LastTrouble => _lastTrouble;

    /// <summary>A round trip gave an answer.</summary>
    public void Answered(TimeSpan elapsed, int requests)
    {
        lock (_lock)
        {
            ref double usual = ref _latency[requests > 1 ? 1 : 0];
            usual = usual == 0 ? elapsed.TotalSeconds : usual + (elapsed.TotalSeconds - usual) * LatencyWeight;
        }
    }

    /// <summary>Charges lost time. True if it is sick from now on and was not before.</summary>
    /// <param name="lost">How long was waited in vain.</param>
    /// <param name="trouble">The cause in words, without credentials.</param>
    /// <param name="least">Whether it costs at least a second, however quickly it came.</param>
    /// <param name="notBefore">For how long the server asked to be left alone.</param>
    public bool Charge(TimeSpan lost, string trouble, bool least = true, TimeSpan notBefore = default)
    {
        lock (_lock)
        {
            _lost = Lost() + Math.Max(lost.TotalSeconds, least ? LeastCharge : 0);
            _asOf = time.GetTimestamp();
            _lastTrouble = trouble;
            _notBefore = notBefore;
            if (_sickSince is not null || _lost < SickAt)
            {
                return false;
            }

            // Whoever falls ill again soon after a probe found it well (a server that answers small questions only) waits longer each time.
            bool relapse = _cameBack is { } at && time.GetElapsedTime(at).TotalSeconds < Math.Max(HalfLifeSeconds, 4 * _backOff);
            _backOff = relapse ? Math.Min(_backOff * 2, options.MaxProbeSeconds) : options.ProbeSeconds;
            _sickSince = time.GetUtcNow();
            return true;
        }
    }

    /// <summary>How long to wait before the next probe of a sick endpoint.</summary>
    public TimeSpan UntilProbe()
    {
        lock (_lock)
        {
            TimeSpan pause = TimeSpan.FromSeconds(_backOff);
            TimeSpan asked = _notBefore < options.MaxRetryDelay ? _notBefore : options.MaxRetryDelay;
            _notBefore = default;
            return asked > pause ? asked : pause;
        }
    }

    /// <summary>A probe failed.</summary>
    public void ProbeFailed(string trouble)
    {
        lock (_lock)
        {
            _backOff = Math.Min(_backOff * 2, options.MaxProbeSeconds);
            _lastTrouble = trouble;
        }
    }

    /// <summary>A probe found it well.</summary>
    public void CameBack()
    {
        lock (_lock)
        {
            if (_sickSince is null)
            {
                return; // by another probe already, or it never was
            }

            _sickSince = null;
            _lost = Math.Min(Lost(), SickAt / 2);
            _asOf = time.GetTimestamp();
            _cameBack = time.GetTimestamp();
        }
    }

    /// <summary>How long an answer to so many requests is waited for before another endpoint is asked beside it.</summary>
    public TimeSpan Patience(int requests)
    {
        lock (_lock)
        {
            double usual = _latency[requests > 1 ? 1 : 0];
            return TimeSpan.FromSeconds(Math.Clamp(2 * usual, options.PatienceSeconds, Math.Min(3 * options.PatienceSeconds, options.TimeoutSeconds)));
        }
    }

    /// <summary>
    /// How long an answer to so many requests is waited for after others of the same ask brought none: long enough for what is usual here. One
    /// request has the whole timeout while nothing is known of the server.
    /// </summary>
    public TimeSpan Limit(int requests)
    {
        lock (_lock)
        {
            double usual = _latency[requests > 1 ? 1 : 0];
            double least = usual == 0 && requests == 1 ? options.TimeoutSeconds : Math.Min(3 * options.PatienceSeconds, options.TimeoutSeconds);
            return TimeSpan.FromSeconds(Math.Clamp(4 * usual, least, options.TimeoutSeconds));
        }
    }

    private double Lost() => _lost * Math.Pow(0.5, time.GetElapsedTime(_asOf).TotalSeconds / HalfLifeSeconds);
}
