using System.Diagnostics.Metrics;
using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>
/// Sends the intents of an outbox from one account and is the only owner of its nonces: nobody else may send from the account, and only
/// one sender may run for it. Everything it must remember is in the outbox, so that it may be killed at any point. The order of steps
/// and the rules for nonces are in docs/adr/0009-nonce-ownership.md.
/// </summary>
public sealed class TransactionSender : IDisposable
{
    private readonly SenderScope _scope;
    private readonly SenderMetrics _metrics;
    private readonly MinedWatcher _watcher;
    private readonly Transmitter _transmitter;
    private readonly Dispatcher _dispatcher;
    private readonly SemaphoreSlim _wake = new(0);
    private int _running;

    /// <summary>Does nothing yet; see <see cref="RunAsync"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds; the message names it.</exception>
    public TransactionSender(ChainReader eth, ISigner signer, IOutbox outbox, IIntentGuard guard, SenderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(signer);
        options.Check();
        _metrics = new SenderMetrics(signer.Address);
        _scope = new SenderScope(eth, signer, outbox, guard, options, _metrics, notice => Noticed?.Invoke(notice));
        _watcher = new MinedWatcher(_scope);
        _transmitter = new Transmitter(_scope);
        _dispatcher = new Dispatcher(_scope, _transmitter);
    }

    /// <summary>Told of what happens, on the sender's own task or that of <see cref="EnqueueAsync"/>: it must return soon and not throw.</summary>
    public event Action<SenderNotice>? Noticed;

    /// <summary>The account.</summary>
    public Address Account => _scope.Signer.Address;

    /// <summary>The meter <c>Gavel.Ethereum</c> of this sender.</summary>
    internal Meter Meter => _metrics.Meter;

    /// <summary>Enqueues an intent and wakes the sender. It returns once the intent is durable.</summary>
    /// <exception cref="ArgumentException">The intent is out of bounds.</exception>
    /// <exception cref="OutboxException">The outbox cannot write, or is closed.</exception>
    public async ValueTask<Enqueued> EnqueueAsync(Intent intent, CancellationToken cancellationToken)
    {
        Enqueued enqueued = await _scope.Outbox.EnqueueAsync(intent, cancellationToken).ConfigureAwait(false);
        if (enqueued.Added)
        {
            _metrics.Queued();
            _scope.Notify(SenderNoticeKind.Queued, enqueued.Entry, "queued");
            Wake();
        }

        return enqueued;
    }

    /// <summary>Has the chain looked at now rather than at the end of the poll interval: a new head was seen, or the outbox changed.</summary>
    public void Wake() => _wake.Release();

    /// <summary>Works until cancelled. Errors of nodes, signers and guards are told by <see cref="Noticed"/> and tried again.</summary>
    /// <exception cref="SenderException">The node is of another chain, or the outbox has transactions of another account in flight.</exception>
    /// <exception cref="OutboxException">The outbox cannot write.</exception>
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
                }
                catch (Exception error) when (error is RpcException or AccountException)
                {
                    _scope.Notify(SenderNoticeKind.Trouble, null, error.Message);
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
        _metrics.Dispose();
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

        IReadOnlyList<OutboxEntry> entries = await _scope.Outbox.ListAsync(default, cancellationToken).ConfigureAwait(false);
        if (entries.FirstOrDefault(entry => entry.IsInFlight && entry.Attempts[0].Account != Account) is { } foreign)
        {
            throw new SenderException(
                $"the outbox has nonce {foreign.Nonce} of {foreign.Attempts[0].Account} in flight and cannot be used by {Account}: let the other account's sender finish, or use another journal");
        }
    }

    private async Task<bool> CycleAsync(CancellationToken cancellationToken)
    {
        ChainView view = await ChainView.ReadAsync(_scope.Eth, Account, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<OutboxEntry> entries = await EntriesAsync(cancellationToken).ConfigureAwait(false);
        bool changed = await _watcher.WatchAsync(view, entries, cancellationToken).ConfigureAwait(false);
        if (changed)
        {
            entries = await EntriesAsync(cancellationToken).ConfigureAwait(false);
        }

        UInt256 cap = FeeCap(entries);
        OutboxEntry[] waiting = [.. entries.Where(entry => entry.IsInFlight && entry.Nonce >= view.Nonce).OrderBy(entry => entry.Nonce)];
        await _transmitter.TendAsync(view, waiting, _watcher.Vanished, cap, cancellationToken).ConfigureAwait(false);
        return changed | await _dispatcher.DispatchAsync(view, entries, cap, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An emergency must not wait behind transactions that are held back by the usual cap, so its cap holds for all of them.</summary>
    private UInt256 FeeCap(IReadOnlyList<OutboxEntry> entries)
    {
        SenderOptions options = _scope.Options;
        return entries.Any(entry => !entry.IsFinal && options.Policy.IsEmergency(entry.Intent)) ? options.Fees.EmergencyFeeCap : options.Fees.MaxFeeCap;
    }

    private async Task<IReadOnlyList<OutboxEntry>> EntriesAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<OutboxEntry> entries = await _scope.Outbox.ListAsync(default, cancellationToken).ConfigureAwait(false);
        _metrics.Load(entries.Count(entry => entry.State == OutboxState.Queued), entries.Count(entry => entry.IsInFlight));
        return entries;
    }
}
