namespace Gavel.Ethereum;

/// <summary>How one endpoint is asked, and when it last answered within this ask.</summary>
internal sealed class Ask(TimeProvider time)
{
    private long _heardAt = time.GetTimestamp();

    /// <summary>Whether there is nobody else to ask: then failing round trips are repeated, and pauses that the server wants are kept.</summary>
    public bool IsAlone { get; init; }

    /// <summary>
    /// Whether another endpoint answers, but could not answer this. Then the question may be what is wrong, and silence alone costs no health.
    /// </summary>
    public bool IsSecondWord { get; init; }

    /// <summary>How long ago the last answer came, or the ask began.</summary>
    public TimeSpan SinceAnswer => time.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>An answer came.</summary>
    public void Answered() => Volatile.Write(ref _heardAt, time.GetTimestamp());
}
