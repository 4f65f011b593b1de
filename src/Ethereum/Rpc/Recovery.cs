namespace Gavel.Ethereum;

/// <summary>
/// One endpoint's way back: probes in the background while it is sick or left out, by one prober at a time; and small questions where it is
/// doubtful whether the endpoint or what it was asked is the trouble.
/// </summary>
/// <param name="endpoint">The endpoint.</param>
/// <param name="isNeeded">Whether it must be probed.</param>
/// <param name="probe">A probe; throws <see cref="RpcException"/> if it is not well.</param>
/// <param name="time">The clock of the pauses.</param>
/// <param name="closing">Ends everything.</param>
internal sealed class Recovery(RpcEndpoint endpoint, Func<bool> isNeeded, Func<Task> probe, TimeProvider time, CancellationToken closing)
{
    private readonly Lock _lock = new();
    private Task _probing = Task.CompletedTask;
    private Task _checking = Task.CompletedTask;
    private bool _isProbing;

    /// <summary>What is under way; it never fails, and ends when all closes.</summary>
    public Task Ended
    {
        get
        {
            lock (_lock)
            {
                return Task.WhenAll(_probing, _checking);
            }
        }
    }

    /// <summary>Begins to probe if that is needed and nobody does yet.</summary>
    public void BeginIfNeeded()
    {
        lock (_lock)
        {
            if (!_isProbing && !closing.IsCancellationRequested && isNeeded())
            {
                _isProbing = true;
                _probing = ProbeUntilWellAsync();
            }
        }
    }

    /// <summary>
    /// It kept silent to a question, or failed at it, that another endpoint could not answer either. A small question tells whether the question
    /// was to blame; if not, it is charged.
    /// </summary>
    /// <param name="lost">How long was waited in vain.</param>
    /// <param name="trouble">The trouble in words.</param>
    public void Doubt(TimeSpan lost, string trouble)
    {
        lock (_lock)
        {
            if (_checking.IsCompleted && !closing.IsCancellationRequested && !isNeeded())
            {
                _checking = CheckAsync(lost, trouble);
            }
        }
    }

    // That it is done and that nobody need begin anew is decided in one step: what falls ill in between is not forgotten.
    private async Task ProbeUntilWellAsync()
    {
        await Task.Yield();
        while (!closing.IsCancellationRequested)
        {
            lock (_lock)
            {
                if (!isNeeded())
                {
                    _isProbing = false;
                    return;
                }
            }

            try
            {
                // Being left out has nothing to do with health: it is looked after now and then.
                TimeSpan pause = endpoint.State.SickSince is null ? TimeSpan.FromSeconds(endpoint.Options.MaxProbeSeconds) : endpoint.State.UntilProbe();
                await Task.Delay(pause, time, closing).ConfigureAwait(false);
                await probe().ConfigureAwait(false);
                await endpoint.CameBackAsync().ConfigureAwait(false);
            }
            catch (RpcException e)
            {
                endpoint.State.ProbeFailed(e.Message);
            }
            catch (Exception e) when (!closing.IsCancellationRequested)
            {
                endpoint.State.ProbeFailed($"{endpoint}: a probe failed ({e.GetType().Name})"); // unforeseen, and it must be probed on all the same
            }
            catch
            {
                return; // all closes
            }
        }
    }

    private async Task CheckAsync(TimeSpan lost, string trouble)
    {
        await Task.Yield();
        bool lives = false;
        try
        {
            lives = await endpoint.LivesAsync(closing).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // as if it had not answered, unless all closes
        }

        if (!lives && !closing.IsCancellationRequested)
        {
            endpoint.State.Charge(lost, trouble);
            BeginIfNeeded();
        }
    }
}
