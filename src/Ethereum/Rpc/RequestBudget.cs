namespace Gavel.Ethereum;

/// <summary>
/// A token bucket: at most a burst at once, then so many requests per second. Callers are served in the order in which they ask; a batch
/// larger than the burst is let through when the bucket is full and paid off afterwards.
/// </summary>
internal sealed class RequestBudget(double perSecond, int burst, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private double _paidUntil; // seconds since the start up to which every request let through is paid

    /// <summary>Waits until so many requests may be made.</summary>
    /// <param name="requests">How many.</param>
    /// <param name="longest">The longest wait that is begun.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>Null, or how long the wait would be if it is longer than that; then nothing is taken.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up; nothing is taken.</exception>
    public async ValueTask<TimeSpan?> TakeAsync(int requests, TimeSpan longest, CancellationToken cancellationToken)
    {
        double wait;
        double cost = requests / perSecond;
        lock (_lock)
        {
            double now = time.GetElapsedTime(_start).TotalSeconds;
            double full = burst / perSecond;
            double paidUntil = Math.Max(_paidUntil, now) + cost;
            wait = Math.Max(0, paidUntil - now - Math.Max(full, cost));
            if (wait > longest.TotalSeconds)
            {
                return TimeSpan.FromSeconds(wait);
            }

            _paidUntil = paidUntil;
        }

        if (wait > 0)
        {
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(wait), time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                lock (_lock)
                {
                    _paidUntil -= cost; // never asked: those who wait behind need not pay for it
                }

                throw;
            }
        }

        return null;
    }
}
