namespace Gavel.Sending;

/// <summary>
/// Gives nonces to queued entries: the urgent before the others, then by deadline, priority, cost and age, as many as may wait at a time. Some
/// places are kept for the urgent. What goes wrong with one entry makes that one wait, longer each time, and no other.
/// </summary>
internal sealed class Dispatcher(SenderScope scope, Transmitter transmitter, Appraiser appraiser, NonceKeeper nonces)
{
    private static DangerKind FundsCode => DangerCodes.FundsShort;
    private static DangerKind SignerCode => DangerCodes.SignerUnreachable;
    private const ulong GasGuess = 300_000;
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(30);

    private readonly Dictionary<ulong, (DateTimeOffset Until, int Times)> _pauses = [];

    private string Account => scope.Signer.Address.ToString();

    /// <summary>Queued entries in the order in which they are sent.</summary>
    public IEnumerable<OutboxEntry> InOrder(IEnumerable<OutboxEntry> entries) =>
        entries.Where(entry => entry.State == OutboxState.Queued)
            .OrderByDescending(scope.IsUrgent)
            .ThenBy(entry => entry.Deadline ?? DateTimeOffset.MaxValue)
            .ThenByDescending(entry => entry.Intent.Priority)
            .ThenBy(entry => entry.Intent.Value)
            .ThenBy(entry => entry.Id);

    /// <param name="view">The chain.</param>
    /// <param name="open">Entries that are not final.</param>
    /// <param name="minedAbove">Final entries mined above the head.</param>
    /// <param name="caps">The most to offer for a unit of gas.</param>
    /// <param name="isSettled">See <see cref="Appraiser.AppraiseAsync"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>True if an entry's state changed.</returns>
    public async Task<bool> DispatchAsync(
        ChainView view, IReadOnlyList<OutboxEntry> open, IReadOnlyList<OutboxEntry> minedAbove, FeeCaps caps, bool isSettled, CancellationToken cancellationToken)
    {
        foreach (ulong gone in _pauses.Keys.Except(open.Select(entry => entry.Id)).ToArray())
        {
            _pauses.Remove(gone);
        }

        // The account is looked at even if nothing is queued: somebody else's transactions are told when they come.
        ulong? first = await nonces.NextAsync(view, open, minedAbove, cancellationToken).ConfigureAwait(false);
        OutboxEntry[] queue = [.. InOrder(open)];
        List<OutboxEntry> waiting = [.. open.Where(entry => entry.IsInFlight && entry.Nonce >= view.Nonce)];
        UInt256 spent = await scope.Outbox.SpentSinceAsync(scope.Now - _day, cancellationToken).ConfigureAwait(false);
        var budget = new Budget(view.Balance, waiting, spent, scope.Options.Policy);
        scope.Metrics.Balance(view.Balance);
        if (queue.Length == 0)
        {
            TellFunds(budget, view);
            return false;
        }

        FeeQuote fees = await scope.Fees.QuoteAsync(caps, scope.Options.Fees.HistoryBlocks, isUrgent: false, cancellationToken).ConfigureAwait(false);
        bool changed = false;
        ulong? next = first;
        foreach (OutboxEntry[] chunk in queue.Chunk(scope.Options.MaxInFlight))
        {
            (OutboxEntry Entry, Appraisal Appraisal)[] appraised = await Task.WhenAll(
                chunk.Select(async entry => (entry, await AppraiseAsync(entry, view, waiting.Count > 0, isSettled, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
            foreach ((OutboxEntry entry, Appraisal appraisal) in appraised)
            {
                try
                {
                    switch (appraisal)
                    {
                        case Appraisal.Final final:
                            await scope.RecordAsync(entry, final.Change, cancellationToken).ConfigureAwait(false);
                            changed = true;
                            continue;
                        case Appraisal.Wait wait:
                            if (wait.Cause == HoldCause.Funds)
                            {
                                budget.Lacks(entry, entry.Intent.Value + (fees.MaxFee * Math.Max(entry.Intent.GasHint, GasGuess)));
                            }

                            scope.Hold(entry, wait.Cause, wait.Reason);
                            continue;
                    }

                    if (next is not ulong nonce || !HasPlace(entry, waiting) || IsPaused(entry))
                    {
                        continue;
                    }

                    ulong gasLimit = ((Appraisal.Send)appraisal).GasLimit;
                    if (ReasonToWait(entry, gasLimit, fees, budget) is { } reason)
                    {
                        scope.Hold(entry, reason.Cause, reason.Reason);
                        continue;
                    }

                    scope.Reached(FailPoint.SenderChosen);
                    (OutboxEntry sent, bool answered) = await transmitter.BeginAsync(entry, nonce, gasLimit, fees, view, caps, cancellationToken).ConfigureAwait(false);
                    scope.Dangers.Clear(SignerCode, Account);
                    _pauses.Remove(entry.Id);
                    waiting.Add(sent);
                    next = NonceKeeper.Next(view, open.Where(other => other.Id != entry.Id).Concat(minedAbove).Concat(waiting));
                    changed = true;
                    if (!answered)
                    {
                        TellFunds(budget, view);
                        return true; // no use in signing more while no node answers
                    }
                }
                catch (Exception error) when (scope.HoldFor(entry, HoldCause.Error, error, cancellationToken))
                {
                    Pause(entry);
                    if (error is SignerTroubleException { IsUnreachable: true })
                    {
                        scope.Dangers.Raise(
                            SignerCode, DangerSeverity.Page, Account, error.Message, "nothing can be signed: bring the signer back or look at the way to it", entry.Deadline);
                        TellFunds(budget, view);
                        return changed; // each further one would cost its time limit; the next cycle begins with another entry
                    }
                }
            }
        }

        TellFunds(budget, view);
        return changed;
    }

    private async Task<Appraisal> AppraiseAsync(OutboxEntry entry, ChainView view, bool othersInFlight, bool isSettled, CancellationToken cancellationToken)
    {
        try
        {
            return await appraiser.AppraiseAsync(entry, view, othersInFlight, isSettled, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new Appraisal.Wait(HoldCause.Error, $"{error.GetType().Name}: {error.Message}");
        }
    }

    private bool HasPlace(OutboxEntry entry, List<OutboxEntry> waiting) => scope.IsUrgent(entry)
        ? waiting.Count < scope.Options.MaxInFlight
        : waiting.Count < scope.Options.MaxInFlight - scope.Options.ReservedForUrgent;

    private bool IsPaused(OutboxEntry entry) => _pauses.TryGetValue(entry.Id, out (DateTimeOffset Until, int Times) pause) && scope.Now < pause.Until;

    private void Pause(OutboxEntry entry)
    {
        int times = _pauses.GetValueOrDefault(entry.Id).Times + 1;
        TimeSpan pause = TimeSpan.FromTicks(Math.Min(_longestPause.Ticks, scope.Options.PollInterval.Ticks << Math.Min(times, 6)));
        _pauses[entry.Id] = (scope.Now + pause, times);
    }

    private void TellFunds(Budget budget, ChainView view)
    {
        scope.Metrics.Reserved(budget.Reserved);
        if (budget.Missing.IsZero)
        {
            scope.Dangers.Clear(FundsCode, Account);
            return;
        }

        scope.Dangers.Raise(
            FundsCode,
            budget.IsUrgent ? DangerSeverity.Page : DangerSeverity.Warn,
            Account,
            $"{Ether.Format(budget.Missing)} ETH are missing for what is to be sent; the account has {Ether.Format(view.Balance)} ETH, {Ether.Format(budget.Reserved)} of it reserved",
            $"send at least {Ether.Format(budget.Missing)} ETH to {Account}",
            budget.Deadline);
    }

    private Appraisal.Wait? ReasonToWait(OutboxEntry entry, ulong gasLimit, FeeQuote fees, Budget budget)
    {
        UInt256 usualCap = scope.Options.Fees.MaxFeeCap;
        return !scope.IsUrgent(entry) && fees.BaseFee + scope.Options.Fees.TipFloor > usualCap
            ? new Appraisal.Wait(HoldCause.FeeCap, $"the base fee of {fees.BaseFee} wei per gas leaves no room under the cap of {usualCap}")
            : budget.Take(entry, fees.MaxFee * gasLimit);
    }
}
