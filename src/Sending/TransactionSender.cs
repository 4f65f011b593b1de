using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>
/// Sends the intents of an outbox from one account and is the only owner of its nonces: nobody else may send from the account, and only
/// one sender may run for it. Everything it must remember is in the outbox, so that it may be killed at any point. The order of steps
/// and the rules for nonces are in docs/adr/0009-nonce-ownership.md.
/// </summary>
public sealed class TransactionSender : IDangerSource, IDisposable
{
    private static DangerKind UnreadCode => DangerCodes.SenderL1Unread;
    private static DangerKind JournalCode => DangerCodes.JournalBroken;

    private readonly SenderScope _scope;
    private readonly Broadcast _broadcast;
    private readonly MinedWatcher _watcher;
    private readonly Appraiser _appraiser;
    private readonly AttemptSigner _signer;
    private readonly Tending _tending;
    private readonly Dispatcher _dispatcher;
    private readonly SemaphoreSlim _wake = new(0);
    private volatile bool _isSettled;
    private SenderOptions? _next;
    private int _running;

    /// <summary>Does nothing yet; see <see cref="RunAsync"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds; the message names it.</exception>
    public TransactionSender(ChainReader eth, ISigner signer, IOutbox outbox, IIntentGuard guard, SenderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(signer);
        options.Check();
        _isSettled = !options.AwaitsDecisions;
        _scope = new SenderScope(eth, signer, outbox, guard, options, notice => Noticed?.Invoke(notice));
        _broadcast = new Broadcast(_scope);
        var nonces = new NonceKeeper(_scope);
        _watcher = new MinedWatcher(_scope, nonces);
        _appraiser = new Appraiser(_scope);
        _signer = new AttemptSigner(_scope);
        var book = new OfferBook();
        var pauses = new Pauses(_scope);
        var offering = new Offering(_scope, _broadcast, book);
        var replacement = new Replacement(_scope, offering, book, _signer, pauses);
        _tending = new Tending(_scope, offering, replacement, book, _appraiser, pauses);
        _dispatcher = new Dispatcher(_scope, new Transmitter(_scope, offering, replacement, book, _signer), _appraiser, nonces, pauses);
    }

    /// <summary>Told of what happens, on the sender's own task or that of <see cref="EnqueueAsync"/>: it must return soon and not throw.</summary>
    public event Action<SenderNotice>? Noticed;

    /// <summary>The account.</summary>
    public Address Account => _scope.Signer.Address;

    /// <summary>How it behaves.</summary>
    public SenderOptions Options => _scope.Options;

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => _scope.Dangers.Dangers;

    /// <summary>Enqueues an intent and wakes the sender. It returns once the intent is durable.</summary>
    /// <exception cref="ArgumentException">The intent is out of bounds.</exception>
    /// <exception cref="OutboxException">The outbox cannot write, or is closed.</exception>
    public async ValueTask<Enqueued> EnqueueAsync(Intent intent, CancellationToken cancellationToken)
    {
        Enqueued enqueued = await _scope.Outbox.EnqueueAsync(intent, cancellationToken).ConfigureAwait(false);
        if (enqueued.Added)
        {
            _scope.Notify(SenderNoticeKind.Queued, enqueued.Entry, "queued");
            Wake();
        }

        return enqueued;
    }

    /// <summary>True if a decision of this run has permitted an entry, so that it may be sent.</summary>
    public bool IsPermitted(OutboxEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _scope.IsPermitted(entry);
    }

    /// <summary>Has the chain looked at now rather than at the end of the poll interval: a new head was seen, or the outbox changed.</summary>
    public void Wake() => _wake.Release();

    /// <summary>
    /// Says that every decision of this run has been made once: what is queued from an earlier run and not permitted by now is wanted by nobody
    /// and refused. Of effect where <see cref="SenderOptions.AwaitsDecisions"/>.
    /// </summary>
    public void Settle() => _isSettled = true;

    /// <summary>Takes <see cref="Settle"/> back: somebody more decides, and what is queued may be his.</summary>
    public void Unsettle() => _isSettled = !_scope.Options.AwaitsDecisions;

    /// <summary>Behaves by other options from its next look at the chain on; chain and clock stay.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds; the message names it.</exception>
    public void Use(SenderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        Volatile.Write(ref _next, options);
    }

    /// <summary>
    /// Works until cancelled. Errors of nodes, signers, guards and disks are told by <see cref="Noticed"/> and <see cref="Dangers"/> and tried again.
    /// </summary>
    /// <exception cref="SenderException">The node is of another chain, or the outbox has transactions of another account in flight.</exception>
    /// <exception cref="OutboxException">The outbox is closed.</exception>
    /// <exception cref="InvalidOperationException">It is running already.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _running, 1) == 1)
        {
            throw new InvalidOperationException($"the sender of {Account} is running already");
        }

        try
        {
            bool isChecked = false;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                bool changed = false;
                try
                {
                    if (!isChecked)
                    {
                        await CheckAsync(cancellationToken).ConfigureAwait(false);
                        isChecked = true;
                    }

                    changed = await CycleAsync(cancellationToken).ConfigureAwait(false);
                    _scope.Dangers.Clear(UnreadCode, $"{Account}");
                    _scope.Dangers.Clear(JournalCode, $"{Account}");
                }
                catch (RpcException error)
                {
                    if (_scope.Dangers.Raise(
                        UnreadCode, DangerSeverity.Page, $"{Account}", error.Message, "nothing is sent while L1 cannot be read: mend an L1 endpoint or add one"))
                    {
                        _scope.Notify(SenderNoticeKind.Trouble, null, error.Message); // once, however often it is tried
                    }
                }
                catch (OutboxException error) when (error.Fault is OutboxFault.WriteFailed or OutboxFault.Conflict)
                {
                    if (error.Fault == OutboxFault.WriteFailed
                        && _scope.Dangers.Raise(
                            JournalCode, DangerSeverity.Page, $"{Account}", error.Message, "what cannot be recorded is not sent: make room on the outbox's disk"))
                    {
                        _scope.Notify(SenderNoticeKind.Trouble, null, error.Message);
                    }
                }

                if (!changed)
                {
                    await WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            Interlocked.Exchange(ref _running, 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _broadcast.Dispose();
        _wake.Dispose();
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        await _wake.WaitAsync(_scope.Options.PollInterval, cancellationToken).ConfigureAwait(false);
        while (_wake.CurrentCount > 0)
        {
            await _wake.WaitAsync(cancellationToken).ConfigureAwait(false); // many calls of Wake are one
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        ulong chain = await _scope.Eth.GetChainIdAsync(cancellationToken).ConfigureAwait(false);
        if (chain != _scope.Options.ChainId && chain != await _scope.Eth.GetChainIdAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new RpcException(RpcErrorKind.Malformed, "the node gave two different chain ids");
        }

        if (chain != _scope.Options.ChainId)
        {
            throw new SenderException($"the node is of chain {chain}, not {_scope.Options.ChainId}");
        }

        IReadOnlyList<OutboxEntry> entries = await _scope.Outbox.ListOpenAsync(cancellationToken).ConfigureAwait(false);
        if (entries.FirstOrDefault(entry => entry.IsInFlight && entry.Attempts[0].Account != Account) is { } foreign)
        {
            throw new SenderException(
                $"the outbox has nonce {foreign.Nonce} of {foreign.Attempts[0].Account} in flight and cannot be used by {Account}: let the other account's sender finish, or use another journal");
        }
    }

    private async Task<bool> CycleAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _next, null) is { } options)
        {
            _scope.Use(options);
            _broadcast.Use(options);
        }

        bool isSettled = _isSettled; // before the entries are read: what is permitted until then is in them
        _scope.Dangers.Age();
        _appraiser.Begin();
        _signer.Begin();
        ChainView view = await ChainView.ReadAsync(_scope.Eth, Account, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<OutboxEntry> open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        ulong reach = _scope.Options.Confirmations + _scope.Options.ReorgWatch;
        IReadOnlyList<OutboxEntry> mined = await _scope.Outbox.ListMinedAsync(
            view.Head.Number > reach ? view.Head.Number - reach : 0, cancellationToken).ConfigureAwait(false);
        bool changed = await _watcher.WatchAsync(view, open, mined, cancellationToken).ConfigureAwait(false);
        if (changed)
        {
            open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        }

        FeeCaps caps = Caps(open);
        OutboxEntry[] waiting = [.. open.Where(entry => entry.IsInFlight && entry.Nonce >= view.Nonce).OrderBy(entry => entry.Nonce)];
        await _tending.TendAsync(view, waiting, _watcher.Vanished, caps, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<OutboxEntry> above = await _scope.Outbox.ListMinedAsync(view.Head.Number + 1, cancellationToken).ConfigureAwait(false);

        // And after they are read: what is enqueued once somebody more decides is not taken for what nobody wants.
        return changed | await _dispatcher.DispatchAsync(view, open, above, caps, isSettled && _isSettled, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An emergency must not wait behind transactions that are held back by the usual caps, so its caps hold for all of them.</summary>
    private FeeCaps Caps(IReadOnlyList<OutboxEntry> open)
    {
        FeeOptions fees = _scope.Options.Fees;
        return open.Any(_scope.IsUrgent) ? new FeeCaps(fees.EmergencyFeeCap, fees.EmergencyTipCap) : new FeeCaps(fees.MaxFeeCap, fees.TipCap);
    }

    private async Task<IReadOnlyList<OutboxEntry>> OpenAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<OutboxEntry> open = await _scope.Outbox.ListOpenAsync(cancellationToken).ConfigureAwait(false);
        _scope.Keep(open.Select(entry => entry.Id).ToHashSet());
        _scope.Metrics.Load(open.Count(entry => entry.State == OutboxState.Queued), open.Count(entry => entry.IsInFlight), _scope.HeldCount);
        return open;
    }
}
