namespace Gavel.Sending;

/// <summary>
/// Gives nonces to queued entries: the urgent before the others, then by deadline, priority, cost and age, as many as may wait at a time. Some
/// places are kept for the urgent. What goes wrong with one entry makes that one wait, longer each time, and no other. Entries for which there
/// is no place are looked at in turn, a few in each cycle: only for what ends them.
/// </summary>
internal sealed class Dispatcher(SenderScope scope, Transmitter transmitter, Appraiser appraiser, NonceKeeper nonces, Pauses pauses)
{
    private static DangerKind FundsCode => DangerCodes.FundsShort;
    private const ulong GasGuess = 300_000;
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    private readonly Turns _turns = new();

    // What those need that cannot pay for it, as long as they are not looked at again.
    private readonly Dictionary<ulong, UInt256> _lacking = [];

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
        pauses.Keep(open.Select(entry => entry.Id).ToHashSet());

        // The account is looked at even if nothing is queued: somebody else's transactions are told when they come.
        ulong? next = await nonces.NextAsync(view, open, minedAbove, cancellationToken).ConfigureAwait(false);
        OutboxEntry[] queue = [.. InOrder(open)];
        List<OutboxEntry> waiting = [.. open.Where(entry => entry.IsInFlight && entry.Nonce >= view.Nonce)];
        UInt256 spent = await scope.Outbox.SpentSinceAsync(scope.Now - _day, cancellationToken).ConfigureAwait(false);
        var budget = new Budget(view.Balance, waiting, spent, scope.Options.Policy);
        scope.Metrics.Balance(view.Balance);
        bool changed = false;
        if (queue.Length > 0)
        {
            FeeQuote fees = await scope.Fees.QuoteAsync(
                scope.Fees.ForFirstOffer(caps), scope.Options.Fees.HistoryBlocks, isUrgent: false, cancellationToken).ConfigureAwait(false);
            var round = new Round(view, open, minedAbove, waiting, budget, fees, caps, isSettled) { Next = next };
            OutboxEntry[] rest = await SendAsync(queue, round, cancellationToken).ConfigureAwait(false);
            OutboxEntry[] turn = _turns.Next(rest, appraiser.AwaitsSecondLook);
            await AppraiseAsync(turn, round, cancellationToken).ConfigureAwait(false);
            Carry(queue, rest.Except(turn), budget);
            changed = round.IsChanged;
        }

        TellFunds(budget, view);
        return changed;
    }

    /// <summary>Sends what there is a place for.</summary>
    /// <returns>Those that were not looked at.</returns>
    private async Task<OutboxEntry[]> SendAsync(OutboxEntry[] queue, Round round, CancellationToken cancellationToken)
    {
        int seen = 0;

        // The urgent come first and may take every place: where there is none for one, there is none for those after it.
        while (seen < queue.Length && round.Next is not null && HasPlace(queue[seen], round.Waiting))
        {
            OutboxEntry[] chunk = queue[seen..Math.Min(queue.Length, seen + scope.Options.MaxInFlight)];
            seen += chunk.Length;
            foreach ((OutboxEntry entry, ulong gasLimit) in await AppraiseAsync(chunk, round, cancellationToken).ConfigureAwait(false))
            {
                if (HasPlace(entry, round.Waiting) && !pauses.Has(entry) && !await IsSentOrWaitsAsync(entry, gasLimit, round, cancellationToken).ConfigureAwait(false))
                {
                    return queue[seen..];
                }
            }
        }

        return queue[seen..];
    }

    /// <summary>Looks at entries, and ends or holds those that it must.</summary>
    /// <returns>Those that may be sent, with their gas limits.</returns>
    private async Task<List<(OutboxEntry Entry, ulong GasLimit)>> AppraiseAsync(OutboxEntry[] entries, Round round, CancellationToken cancellationToken)
    {
        (OutboxEntry Entry, Appraisal Appraisal)[] appraised = await Task.WhenAll(
            entries.Select(async entry => (entry, await AppraiseAsync(entry, round, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
        List<(OutboxEntry Entry, ulong GasLimit)> ready = [];
        foreach ((OutboxEntry entry, Appraisal appraisal) in appraised)
        {
            _lacking.Remove(entry.Id);
            switch (appraisal)
            {
                case Appraisal.Send send:
                    ready.Add((entry, send.GasLimit));
                    break;
                case Appraisal.Wait wait:
                    if (wait.Cause == HoldCause.Funds)
                    {
                        _lacking[entry.Id] = entry.Intent.Value + (round.Fees.MaxFee * Math.Max(entry.Intent.GasHint, GasGuess));
                        round.Budget.Lacks(entry, _lacking[entry.Id]);
                    }

                    scope.Hold(entry, wait.Cause, wait.Reason);
                    break;
                case Appraisal.Final final:
                    try
                    {
                        await scope.RecordAsync(entry, final.Change, cancellationToken).ConfigureAwait(false);
                        round.IsChanged = true;
                    }
                    catch (Exception error) when (scope.HoldFor(entry, HoldCause.Error, error, cancellationToken))
                    {
                        pauses.Begin(entry);
                    }

                    break;
            }
        }

        return ready;
    }

    private async Task<Appraisal> AppraiseAsync(OutboxEntry entry, Round round, CancellationToken cancellationToken)
    {
        try
        {
            return await appraiser.AppraiseAsync(entry, round.View, round.Waiting.Count > 0, round.IsSettled, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new Appraisal.Wait(HoldCause.Error, $"{error.GetType().Name}: {error.Message}");
        }
    }

    /// <returns>False if it is of no use to try another in this cycle.</returns>
    private async Task<bool> IsSentOrWaitsAsync(OutboxEntry entry, ulong gasLimit, Round round, CancellationToken cancellationToken)
    {
        if (ReasonToWait(entry, gasLimit, round) is { } reason)
        {
            scope.Hold(entry, reason.Cause, reason.Reason);
            return true;
        }

        try
        {
            scope.Reached(FailPoint.SenderChosen);
            (OutboxEntry sent, bool answered) = await transmitter.BeginAsync(
                entry, round.Next!.Value, gasLimit, round.Fees, round.View, round.Caps, cancellationToken).ConfigureAwait(false);
            pauses.End(entry);
            round.Began(sent);
            return answered; // no use in signing more while no node answers
        }
        catch (Exception error) when (scope.HoldFor(entry, HoldCause.Error, error, cancellationToken))
        {
            if (error is not SignerTroubleException { WasAsked: false })
            {
                pauses.Begin(entry);
            }

            return error is not SignerTroubleException { IsUnreachable: true }; // the next cycle begins with another entry
        }
    }

    // The reserved places are there whatever else is in flight, which may be more than is allowed now: an earlier run may have had more places.
    private bool HasPlace(OutboxEntry entry, List<OutboxEntry> waiting) => scope.IsUrgent(entry)
        ? waiting.Count < scope.Options.MaxInFlight || waiting.Count(scope.IsUrgent) < scope.Options.ReservedForUrgent
        : waiting.Count < scope.Options.MaxInFlight - scope.Options.ReservedForUrgent;

    /// <summary>What those lack that were not looked at in this cycle, as the last look at them said.</summary>
    private void Carry(OutboxEntry[] queue, IEnumerable<OutboxEntry> unseen, Budget budget)
    {
        foreach (ulong gone in _lacking.Keys.Except(queue.Select(entry => entry.Id)).ToArray())
        {
            _lacking.Remove(gone);
        }

        foreach (OutboxEntry entry in unseen.Where(entry => _lacking.ContainsKey(entry.Id)))
        {
            budget.Lacks(entry, _lacking[entry.Id]);
        }
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

    private Appraisal.Wait? ReasonToWait(OutboxEntry entry, ulong gasLimit, Round round)
    {
        FeeOptions options = scope.Options.Fees;
        UInt256 usualCap = scope.Fees.ForFirstOffer(new FeeCaps(options.MaxFeeCap, options.TipCap)).MaxFee;
        return !scope.IsUrgent(entry) && round.Fees.BaseFee + options.TipFloor > usualCap
            ? new Appraisal.Wait(
                HoldCause.FeeCap, $"the base fee of {round.Fees.BaseFee} wei per gas leaves no room under {usualCap}, the cap of {options.MaxFeeCap} less what replacements may need")
            : round.Budget.Take(entry, round.Fees.MaxFee * gasLimit);
    }

    /// <summary>One cycle's state.</summary>
    private sealed record Round(
        ChainView View,
        IReadOnlyList<OutboxEntry> Open,
        IReadOnlyList<OutboxEntry> MinedAbove,
        List<OutboxEntry> Waiting,
        Budget Budget,
        FeeQuote Fees,
        FeeCaps Caps,
        bool IsSettled)
    {
        /// <summary>The next nonce; null while it is not certain.</summary>
        public ulong? Next { get; set; }

        public bool IsChanged { get; set; }

        public void Began(OutboxEntry sent)
        {
            Waiting.Add(sent);
            Next = NonceKeeper.Next(View, Open.Where(other => other.Id != sent.Id).Concat(MinedAbove).Concat(Waiting));
            IsChanged = true;
        }
    }
}
