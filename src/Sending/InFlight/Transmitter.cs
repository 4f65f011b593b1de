using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>
/// Signs, records and sends, in this order and never another; and looks after what waits to be mined: sends it again as it is, replaces what
/// is too cheap once blocks have passed, and takes back the nonce of what is not wanted any more.
/// </summary>
internal sealed class Transmitter(SenderScope scope, Broadcast broadcast, Appraiser appraiser)
{
    private static DangerKind MissingCode => DangerCodes.NotInMempool;
    private const int MaxBumpsAtOnce = 5;
    private const ulong StuckBlocks = 5;
    private const ulong TransferGas = 21_000;
    private static readonly TimeSpan _afterSilence = TimeSpan.FromSeconds(1);

    private readonly TwoLooks _looks = new();
    private readonly Dictionary<ulong, Offer> _offers = [];
    private readonly Dictionary<ulong, int> _refusals = [];
    private bool _isNobodyAnswering;

    /// <summary>Signs the first transaction of a queued entry and sends it.</summary>
    /// <returns>The entry, and false if nobody knows whether a node took it: it is recorded and will be offered again.</returns>
    /// <exception cref="SignerTroubleException">There is no signature; the entry is as it was.</exception>
    public async Task<(OutboxEntry Entry, bool Answered)> BeginAsync(
        OutboxEntry entry, ulong nonce, ulong gasLimit, FeeQuote fees, ChainView view, FeeCaps caps, CancellationToken cancellationToken)
    {
        _refusals.Remove(entry.Id);
        _offers.Remove(entry.Id);
        scope.Reached(FailPoint.SenderNonceAssigned);
        SignedAttempt attempt = await SignAsync(entry, AttemptPurpose.Call, nonce, gasLimit, fees.Tip, fees.MaxFee, cancellationToken).ConfigureAwait(false);
        scope.Reached(FailPoint.SenderSigned);
        entry = await scope.RecordAsync(entry, new OutboxChange.Signed(attempt), cancellationToken).ConfigureAwait(false);
        scope.Reached(FailPoint.SenderSignedRecorded);
        try
        {
            return (entry, await OfferAsync(entry, view, caps, cancellationToken).ConfigureAwait(false) != SendOutcome.Unknown);
        }
        catch (Exception error) when (scope.HoldFor(entry, HoldCause.Error, error, cancellationToken))
        {
            return (entry, true); // its nonce is taken, whatever went wrong after
        }
    }

    /// <summary>Looks after the entries that wait to be mined; what goes wrong with one holds that one.</summary>
    /// <param name="view">The chain.</param>
    /// <param name="entries">In flight and not mined, by nonce.</param>
    /// <param name="vanished">Those whose receipt is gone.</param>
    /// <param name="caps">The most to offer for a unit of gas.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task TendAsync(
        ChainView view, IReadOnlyList<OutboxEntry> entries, ISet<ulong> vanished, FeeCaps caps, CancellationToken cancellationToken)
    {
        _looks.Begin();
        _isNobodyAnswering = false;
        HashSet<ulong> ids = [.. entries.Select(entry => entry.Id)];
        Forget(_offers, ids);
        Forget(_refusals, ids);

        // What is urgent enough for all to see takes those whose nonces come before it along.
        ulong? publicUpTo = entries.Where(entry => IsForAll(entry, view)).Max(entry => entry.Nonce);
        foreach (OutboxEntry entry in entries)
        {
            try
            {
                if (await TendAsync(entry, view, vanished.Contains(entry.Id), entry.Nonce <= publicUpTo, caps, cancellationToken).ConfigureAwait(false))
                {
                    vanished.Remove(entry.Id);
                }
            }
            catch (Exception error) when (scope.HoldFor(entry, HoldCause.Error, error, cancellationToken))
            {
                continue; // it is told; the next one
            }
        }
    }

    private static void Forget<T>(Dictionary<ulong, T> memory, HashSet<ulong> open)
    {
        foreach (ulong gone in memory.Keys.Where(id => !open.Contains(id)).ToArray())
        {
            memory.Remove(gone);
        }
    }

    /// <returns>True if it was offered or needs nothing.</returns>
    private async Task<bool> TendAsync(OutboxEntry entry, ChainView view, bool isGone, bool isForAll, FeeCaps caps, CancellationToken cancellationToken)
    {
        Offer? offer = _offers.GetValueOrDefault(entry.Id);
        bool isNew = offer is null || isGone || (isForAll && !offer.ToAll);
        bool isPast = entry.Attempts[^1].Purpose == AttemptPurpose.Call && view.IsPast(entry.Deadline) && !scope.Guard.MayBeLate(entry);
        if (!isNew && !isPast && !_looks.IsOpen(entry.Id) && !_refusals.ContainsKey(entry.Id) && scope.Now - offer!.At < scope.Options.ResubmitAfter)
        {
            return true;
        }

        IntentVerdict verdict = entry.Attempts[^1].Purpose == AttemptPurpose.Cancel
            ? IntentVerdict.Wanted // the cancellation is
            : await appraiser.VerdictAsync(entry, view, cancellationToken).ConfigureAwait(false);
        if (isPast && verdict.Standing != IntentStanding.Effective)
        {
            verdict = new IntentVerdict(IntentStanding.Unwanted, $"its deadline {entry.Deadline:u} has passed");
        }

        switch (verdict.Standing)
        {
            case IntentStanding.Unknown:
                // It is where it is; neither a good answer nor a bad one is at hand to touch it for.
                scope.Hold(entry, HoldCause.Unchecked, $"left as it is: {verdict.Reason}");
                return false;
            case IntentStanding.Effective or IntentStanding.Unwanted:
                return await TakeBackAsync(entry, offer, view, $"{verdict.Standing}: {verdict.Reason}", caps, cancellationToken).ConfigureAwait(false);
        }

        scope.Release(entry);
        if (_refusals.TryGetValue(entry.Id, out int refusals))
        {
            await AfterRefusalAsync(entry, refusals, view, caps, cancellationToken).ConfigureAwait(false);
        }
        else if (isNew)
        {
            await OfferAsync(entry, view, caps, cancellationToken, isForAll).ConfigureAwait(false);
        }
        else
        {
            await ResubmitAsync(entry, offer!, view, isForAll, caps, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>A call that is not wanted loses its nonce: on a second look that agrees, and once a block has passed over its last offer.</summary>
    private async Task<bool> TakeBackAsync(OutboxEntry entry, Offer? offer, ChainView view, string reason, FeeCaps caps, CancellationToken cancellationToken)
    {
        bool agreed = _looks.Agree(entry.Id, reason);
        if (offer is null)
        {
            _offers[entry.Id] = new Offer(scope.Now, view.Head.Number, ToAll: true); // who has it is not known after a restart
            return false;
        }

        if (agreed && view.Head.Number > offer.Block)
        {
            await CancelAsync(entry, reason, view, caps, cancellationToken).ConfigureAwait(false);
            return true;
        }

        return false;
    }

    private async Task ResubmitAsync(OutboxEntry entry, Offer offer, ChainView view, bool isForAll, FeeCaps caps, CancellationToken cancellationToken)
    {
        SignedAttempt last = entry.Attempts[^1];
        bool isKnown = await IsKnownAsync(entry, last, cancellationToken).ConfigureAwait(false);
        bool isMissing = offer.ToAll && !isKnown && scope.Now - (offer.KnownAt ?? last.SignedAt) >= scope.Options.NotInMempoolAfter;
        Missing(entry, isMissing);
        ulong passed = view.Head.Number > offer.Block ? view.Head.Number - offer.Block : 0;
        if (passed > 0)
        {
            FeeQuote quote = await scope.Fees.QuoteAsync(caps, (int)Math.Min(passed, 50), scope.IsUrgent(entry), cancellationToken).ConfigureAwait(false);

            // Of transactions that are dear enough only the one that all others wait for is made dearer, and not for every block.
            bool isCheap = last.MaxFeePerGas < quote.BaseFee + quote.Tip || last.MaxPriorityFeePerGas < quote.Tip;
            if (isCheap || isMissing || (isKnown && entry.Nonce == view.Nonce && passed >= StuckBlocks))
            {
                await BumpAsync(entry, last.Purpose, last.GasLimit, view, caps, cancellationToken).ConfigureAwait(false);
                return;
            }
        }

        if (isKnown)
        {
            _offers[entry.Id] = offer with { At = scope.Now, KnownAt = scope.Now };
        }
        else
        {
            await OfferAsync(entry, view, caps, cancellationToken, isForAll).ConfigureAwait(false);
        }
    }

    private async Task<bool> IsKnownAsync(OutboxEntry entry, SignedAttempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await scope.Eth.FindTransactionAsync(attempt.Hash, cancellationToken).ConfigureAwait(false) is not null;
        }
        catch (RpcException error)
        {
            // "transaction indexing is in progress" and the like: not known to be there, so it is offered again, which costs nothing.
            scope.Notify(SenderNoticeKind.Trouble, entry, $"whether a node has {attempt.Hash} cannot be told: {error.Message}");
            return false;
        }
    }

    private void Missing(OutboxEntry entry, bool isMissing)
    {
        string subject = $"entry {entry.Id}";
        if (isMissing)
        {
            scope.Dangers.Raise(
                MissingCode,
                DangerSeverity.Warn,
                subject,
                $"{scope.Options.Describe(entry)}: no node has had {entry.Attempts[^1].Hash} for {scope.Options.NotInMempoolAfter.TotalSeconds:0} s",
                "look at the sending endpoints: they take transactions and do not keep them",
                entry.Deadline,
                stands: 4 * scope.Options.ResubmitAfter);
        }
        else
        {
            scope.Dangers.Clear(MissingCode, subject);
        }
    }

    /// <summary>
    /// Nodes refused it, for a reason that we do not know or for want of funds. All later nonces wait for it: it is estimated anew and signed
    /// at a new quote, and after a few times its nonce is taken back. No node has it, so no block need have passed.
    /// </summary>
    private async Task AfterRefusalAsync(OutboxEntry entry, int refusals, ChainView view, FeeCaps caps, CancellationToken cancellationToken)
    {
        SignedAttempt last = entry.Attempts[^1];
        if (last.Purpose == AttemptPurpose.Cancel)
        {
            _refusals.Remove(entry.Id);
            await OfferAsync(entry, view, caps, cancellationToken).ConfigureAwait(false);
            return;
        }

        Appraisal appraisal = await appraiser.EstimateAsync(entry, othersInFlight: true, cancellationToken).ConfigureAwait(false);
        switch (appraisal)
        {
            case Appraisal.Final { Change: OutboxChange.Refused refused }:
                await CancelAsync(entry, $"refused by nodes; {refused.Reason}", view, caps, cancellationToken).ConfigureAwait(false);
                break;
            case Appraisal.Wait { Cause: HoldCause.SecondLook }:
                break; // in the next cycle
            case var _ when refusals >= scope.Options.RefusalsBeforeCancel && _offers.GetValueOrDefault(entry.Id) is { ToAll: false }:
                // Only private endpoints have refused it so far: they may not want it, and others may.
                _refusals.Remove(entry.Id);
                await OfferAsync(entry, view, caps, cancellationToken, isForAll: true).ConfigureAwait(false);
                break;
            case var _ when refusals >= scope.Options.RefusalsBeforeCancel:
                await CancelAsync(entry, $"refused {refusals} times; its nonce is taken back", view, caps, cancellationToken).ConfigureAwait(false);
                break;
            case Appraisal.Send send:
                await BumpAsync(entry, AttemptPurpose.Call, send.GasLimit, view, caps, cancellationToken).ConfigureAwait(false);
                break;
            case Appraisal.Wait wait:
                scope.Hold(entry, wait.Cause, wait.Reason);
                await OfferAsync(entry, view, caps, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private Task CancelAsync(OutboxEntry entry, string reason, ChainView view, FeeCaps caps, CancellationToken cancellationToken)
    {
        _refusals.Remove(entry.Id);
        scope.Notify(SenderNoticeKind.Cancelling, entry, reason);
        return BumpAsync(entry, AttemptPurpose.Cancel, TransferGas, view, caps, cancellationToken);
    }

    /// <summary>Replaces the last attempt by a dearer one until a node does not find it too cheap, within the caps; a few times for each block.</summary>
    private async Task BumpAsync(OutboxEntry entry, AttemptPurpose purpose, ulong gasLimit, ChainView view, FeeCaps caps, CancellationToken cancellationToken)
    {
        Offer? before = _offers.GetValueOrDefault(entry.Id);
        int atOnce = before?.BumpedAt == view.Head.Number ? before.Bumps : 0;
        ulong passed = before is not null && view.Head.Number > before.Block ? view.Head.Number - before.Block : 1;
        for (; atOnce < MaxBumpsAtOnce; atOnce++)
        {
            SignedAttempt last = entry.Attempts[^1];
            FeeQuote quote = await scope.Fees.QuoteAsync(caps, (int)Math.Min(passed, 50), scope.IsUrgent(entry), cancellationToken).ConfigureAwait(false);
            if (scope.Fees.Bump(last, quote, caps) is not (UInt256 tip, UInt256 maxFee))
            {
                scope.Hold(entry, HoldCause.FeeCap, $"a replacement for {last.Hash} would go over the caps of {caps.MaxFee} wei per gas, tip {caps.Tip}");
                await SendAsync(entry, last, view, before?.ToAll != false || IsForAll(entry, view), cancellationToken).ConfigureAwait(false);
                return;
            }

            SignedAttempt attempt = await SignAsync(entry, purpose, last.Nonce, gasLimit, tip, maxFee, cancellationToken).ConfigureAwait(false);
            scope.Reached(FailPoint.SenderBumpSigned);
            entry = await scope.RecordAsync(entry, new OutboxChange.Signed(attempt), cancellationToken).ConfigureAwait(false);
            scope.Metrics.Replaced();
            scope.Notify(SenderNoticeKind.Bumped, entry, $"{purpose} {attempt.Hash} replaces {last.Hash} at {maxFee} wei per gas, tip {tip}");
            scope.Reached(FailPoint.SenderBumpRecorded);
            bool toAll = purpose == AttemptPurpose.Cancel || before?.ToAll != false || IsForAll(entry, view);
            SendOutcome outcome = await SendAsync(entry, attempt, view, toAll, cancellationToken).ConfigureAwait(false);
            scope.Reached(FailPoint.SenderBumpSent);
            _offers[entry.Id] = _offers[entry.Id] with { BumpedAt = view.Head.Number, Bumps = atOnce + 1 };
            if (outcome != SendOutcome.TooCheap)
            {
                Settle(entry, outcome);
                return;
            }
        }

        if (_offers.TryGetValue(entry.Id, out Offer? offer))
        {
            _offers[entry.Id] = offer with { At = scope.Now };
        }
    }

    /// <summary>Sends the last attempt as it is and deals with the answer.</summary>
    private async Task<SendOutcome> OfferAsync(OutboxEntry entry, ChainView view, FeeCaps caps, CancellationToken cancellationToken, bool isForAll = false)
    {
        bool toAll = isForAll || IsForAll(entry, view);
        SendOutcome outcome = await SendAsync(entry, entry.Attempts[^1], view, toAll, cancellationToken).ConfigureAwait(false);
        if (outcome == SendOutcome.TooCheap)
        {
            await BumpAsync(entry, entry.Attempts[^1].Purpose, entry.Attempts[^1].GasLimit, view, caps, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            Settle(entry, outcome);
        }

        return outcome;
    }

    private async Task<SendOutcome> SendAsync(OutboxEntry entry, SignedAttempt attempt, ChainView view, bool toAll, CancellationToken cancellationToken)
    {
        TimeSpan limit = _isNobodyAnswering && scope.Options.OfferLimit > _afterSilence ? _afterSilence : scope.Options.OfferLimit;
        (SendOutcome outcome, string words) = await broadcast.OfferAsync(attempt, toAll, limit, cancellationToken).ConfigureAwait(false);
        scope.Reached(FailPoint.SenderSent);
        _isNobodyAnswering |= outcome == SendOutcome.Unknown;

        // The block of an offer stays that of the attempt's first one: what has passed since is what it was not taken into.
        Offer? before = _offers.GetValueOrDefault(entry.Id);
        bool isSame = before is not null && before.Hash == attempt.Hash;
        _offers[entry.Id] = isSame
            ? before! with { At = scope.Now, ToAll = before.ToAll || toAll }
            : new Offer(scope.Now, view.Head.Number, toAll) { BumpedAt = before?.BumpedAt, Bumps = before?.Bumps ?? 0 };
        _offers[entry.Id] = _offers[entry.Id] with { Hash = attempt.Hash };
        if (outcome != SendOutcome.Taken)
        {
            if (!isSame || before!.Trouble != outcome)
            {
                scope.Notify(SenderNoticeKind.Trouble, entry, $"{attempt.Hash} (nonce {attempt.Nonce}): {outcome}: {words}"); // once, however often it is offered
            }

            _offers[entry.Id] = _offers[entry.Id] with { Trouble = outcome };
            return outcome;
        }

        if (attempt.SentAt is null)
        {
            OutboxEntry sent = await scope.RecordAsync(entry, new OutboxChange.Sent(attempt.Hash, scope.Now), cancellationToken).ConfigureAwait(false);
            scope.Notify(SenderNoticeKind.Sent, sent, $"{attempt.Purpose} {attempt.Hash} with nonce {attempt.Nonce}");
            scope.Reached(FailPoint.SenderSentRecorded);
        }

        return SendOutcome.Taken;
    }

    private void Settle(OutboxEntry entry, SendOutcome outcome)
    {
        switch (outcome)
        {
            case SendOutcome.Unknown:
                if (_offers.TryGetValue(entry.Id, out Offer? offer))
                {
                    _offers[entry.Id] = offer with { At = DateTimeOffset.MinValue }; // offered again at once, in the next cycle
                }

                break;
            case SendOutcome.NoFunds or SendOutcome.Refused:
                _refusals[entry.Id] = _refusals.GetValueOrDefault(entry.Id) + 1;
                scope.Hold(entry, outcome == SendOutcome.NoFunds ? HoldCause.Funds : HoldCause.Refused, "nodes refuse it; it is looked at anew");
                break;
            default:
                _refusals.Remove(entry.Id);
                break;
        }
    }

    /// <summary>True unless there are private ways and its deadline is far enough for them.</summary>
    private bool IsForAll(OutboxEntry entry, ChainView view) =>
        !broadcast.HasPrivate || entry.Deadline is not { } deadline || view.IsPast(deadline - scope.Options.PublicSlack);

    private async Task<SignedAttempt> SignAsync(
        OutboxEntry entry, AttemptPurpose purpose, ulong nonce, ulong gasLimit, UInt256 tip, UInt256 maxFee, CancellationToken cancellationToken)
    {
        bool call = purpose == AttemptPurpose.Call;
        var transaction = new Eip1559Transaction
        {
            ChainId = scope.Options.ChainId,
            Nonce = nonce,
            MaxPriorityFeePerGas = tip,
            MaxFeePerGas = maxFee,
            GasLimit = gasLimit,
            To = call ? entry.Intent.Target : scope.Signer.Address,
            Value = call ? entry.Intent.Value : UInt256.Zero,
            Data = call ? entry.Intent.Calldata : default,
        };
        SignedTransaction signed;
        try
        {
            signed = await scope.Signer.SignAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            bool isUnreachable = error is RpcException { IsTransient: true } or HttpRequestException or TimeoutException or OperationCanceledException or IOException;
            throw new SignerTroubleException($"the signer of {scope.Signer.Address} gave no signature: {error.Message}", isUnreachable, error);
        }

        if (signed.Sender != scope.Signer.Address || signed.Transaction != transaction)
        {
            AccountException lie = new($"the signer of {scope.Signer.Address} signed something else than it was given");
            throw new SignerTroubleException(lie.Message, isUnreachable: false, lie);
        }

        return new SignedAttempt
        {
            Account = signed.Sender,
            Nonce = nonce,
            Purpose = purpose,
            Hash = signed.Hash,
            Raw = signed.Raw,
            GasLimit = gasLimit,
            MaxFeePerGas = maxFee,
            MaxPriorityFeePerGas = tip,
            SignedAt = scope.Now,
        };
    }

    /// <summary>The last offer of an entry's last attempt.</summary>
    /// <param name="At">When.</param>
    /// <param name="Block">The head at the attempt's first offer.</param>
    /// <param name="ToAll">Whether public endpoints were among those asked.</param>
    private sealed record Offer(DateTimeOffset At, ulong Block, bool ToAll)
    {
        public Hash32 Hash { get; init; }

        /// <summary>What was wrong with it; null where a node took it.</summary>
        public SendOutcome? Trouble { get; init; }

        /// <summary>When a node was last seen to have it.</summary>
        public DateTimeOffset? KnownAt { get; init; }

        /// <summary>The head at which it was last replaced, and how often at that head.</summary>
        public ulong? BumpedAt { get; init; }

        public int Bumps { get; init; }
    }
}
