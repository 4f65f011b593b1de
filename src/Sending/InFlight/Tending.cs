using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>
/// Looks after what waits to be mined: sends it again as it is, has it replaced where it is too cheap once blocks have passed, and has the nonce
/// taken back of what is not wanted any more.
/// </summary>
internal sealed class Tending(SenderScope scope, Offering offering, Replacement replacement, OfferBook book, Appraiser appraiser, Pauses pauses)
{
    private static DangerKind MissingCode => DangerCodes.NotInMempool;
    private const ulong StuckBlocks = 5;

    private readonly TwoLooks _looks = new();

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
        offering.Begin(entries);

        // What is urgent enough for all to see takes those whose nonces come before it along.
        ulong? publicUpTo = entries.Where(entry => offering.IsForAll(entry, view)).Max(entry => entry.Nonce);
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
                if (error is SignerTroubleException { WasAsked: true })
                {
                    pauses.Begin(entry); // it is told; the next one
                }
            }
        }
    }

    /// <returns>True if it was offered or needs nothing.</returns>
    private async Task<bool> TendAsync(OutboxEntry entry, ChainView view, bool isGone, bool isForAll, FeeCaps caps, CancellationToken cancellationToken)
    {
        Offer? offer = book.Find(entry);
        bool isNew = offer is null || isGone || (isForAll && !offer.ToAll);
        bool isPast = entry.Attempts[^1].Purpose == AttemptPurpose.Call && view.IsPast(entry.Deadline) && !scope.Guard.MayBeLate(entry);
        if (!isNew && !isPast && !_looks.IsOpen(entry.Id) && book.Refusals(entry) == 0 && offer!.At is long at && scope.Since(at) < scope.Options.ResubmitAfter)
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
            case IntentStanding.Unknown when offer is null or { Trouble: SendOutcome.Unknown }:
                return await OfferUncheckedAsync(entry, verdict.Reason, view, isForAll, cancellationToken).ConfigureAwait(false);
            case IntentStanding.Unknown or IntentStanding.Doubtful:
                // It is where it is; neither a good answer nor a bad one is at hand to touch it for.
                scope.Hold(entry, HoldCause.Unchecked, $"left as it is: {verdict.Reason}");
                return false;
            case IntentStanding.Effective or IntentStanding.Unwanted:
                return await TakeBackAsync(entry, offer, view, $"{verdict.Standing}: {verdict.Reason}", caps, cancellationToken).ConfigureAwait(false);
        }

        if (offer?.Trouble != SendOutcome.Doubtful)
        {
            scope.Release(entry); // of what only some refuse the next answer tells
        }

        if (book.Refusals(entry) > 0)
        {
            await AfterRefusalAsync(entry, view, caps, cancellationToken).ConfigureAwait(false);
        }
        else if (isNew)
        {
            await replacement.OfferAsync(entry, view, isForAll || offering.IsForAll(entry, view), caps, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await ResubmitAsync(entry, offer!, view, isForAll, caps, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>
    /// After a restart: it was decided, signed and recorded, and whether anybody has it is not known. As long as it cannot be checked, in two
    /// looks, it is offered as it is, until an endpoint has answered: all later nonces wait for it. It is neither raised nor taken back.
    /// </summary>
    private async Task<bool> OfferUncheckedAsync(OutboxEntry entry, string reason, ChainView view, bool isForAll, CancellationToken cancellationToken)
    {
        bool isOffered = false;
        if (_looks.Agree(entry.Id, "unchecked"))
        {
            SendOutcome outcome = await offering.SendAsync(entry, view, isForAll || offering.IsForAll(entry, view), cancellationToken).ConfigureAwait(false);
            isOffered = outcome != SendOutcome.Unknown;
        }

        scope.Hold(entry, HoldCause.Unchecked, $"it is not checked, and no more than offered as it was signed: {reason}");
        return isOffered;
    }

    /// <summary>A call that is not wanted loses its nonce: on a second look that agrees, and once a block has passed over its last offer.</summary>
    private async Task<bool> TakeBackAsync(OutboxEntry entry, Offer? offer, ChainView view, string reason, FeeCaps caps, CancellationToken cancellationToken)
    {
        bool agreed = _looks.Agree(entry.Id, reason);
        if (offer is null)
        {
            book.Put(entry, new Offer(scope.Timestamp, view.Head.Number, ToAll: true) { Began = scope.Timestamp }); // who has it is not known after a restart
            return false;
        }

        if (agreed && view.Head.Number > offer.Block)
        {
            await replacement.CancelAsync(entry, reason, view, caps, cancellationToken).ConfigureAwait(false);
            return true;
        }

        return false;
    }

    private async Task ResubmitAsync(OutboxEntry entry, Offer offer, ChainView view, bool isForAll, FeeCaps caps, CancellationToken cancellationToken)
    {
        SignedAttempt last = entry.Attempts[^1];
        bool isKnown = await IsKnownAsync(entry, last, cancellationToken).ConfigureAwait(false);
        bool isMissing = offer.ToAll && !isKnown && scope.Since(offer.KnownAt ?? offer.Began) >= scope.Options.NotInMempoolAfter;
        TellMissing(entry, isMissing);
        ulong passed = view.Head.Number > offer.Block ? view.Head.Number - offer.Block : 0;
        if (passed > 0)
        {
            FeeQuote quote = await replacement.QuoteAsync(entry, view, caps, cancellationToken).ConfigureAwait(false);

            // Of transactions that are dear enough only the one that all others wait for is made dearer, and not for every block.
            bool isCheap = last.MaxFeePerGas < quote.BaseFee + quote.Tip || last.MaxPriorityFeePerGas < quote.Tip;
            if (isCheap || isMissing || (isKnown && entry.Nonce == view.Nonce && passed >= StuckBlocks))
            {
                await replacement.RaiseAsync(entry, last.Purpose, last.GasLimit, view, caps, cancellationToken).ConfigureAwait(false);
                return;
            }
        }

        if (isKnown)
        {
            book.Put(entry, offer with { At = scope.Timestamp, KnownAt = scope.Timestamp });
        }
        else
        {
            await replacement.OfferAsync(entry, view, isForAll || offering.IsForAll(entry, view), caps, cancellationToken).ConfigureAwait(false);
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

    private void TellMissing(OutboxEntry entry, bool isMissing)
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
    /// All that were asked refused it, for a reason that we do not know or for want of funds. All later nonces wait for it: it is estimated anew
    /// and signed at a new quote, and after a few times its nonce is taken back. No node has it, so no block need have passed.
    /// </summary>
    private async Task AfterRefusalAsync(OutboxEntry entry, ChainView view, FeeCaps caps, CancellationToken cancellationToken)
    {
        bool isForAll = offering.IsForAll(entry, view);
        if (entry.Attempts[^1].Purpose == AttemptPurpose.Cancel)
        {
            book.ForgetRefusals(entry);
            await replacement.OfferAsync(entry, view, isForAll, caps, cancellationToken).ConfigureAwait(false);
            return;
        }

        int refusals = book.Refusals(entry);
        bool isEnough = refusals >= scope.Options.RefusalsBeforeCancel;
        Appraisal appraisal = await appraiser.EstimateAsync(entry, othersInFlight: true, cancellationToken).ConfigureAwait(false);
        switch (appraisal)
        {
            case Appraisal.Final { Change: OutboxChange.Refused refused }:
                await replacement.CancelAsync(entry, $"refused by nodes; {refused.Reason}", view, caps, cancellationToken).ConfigureAwait(false);
                break;
            case Appraisal.Wait { Cause: HoldCause.SecondLook }:
                break; // in the next cycle
            case var _ when isEnough && book.Find(entry) is { ToAll: false }:
                // Only private endpoints have refused it so far: they may not want it, and others may.
                book.ForgetRefusals(entry);
                await replacement.OfferAsync(entry, view, toAll: true, caps, cancellationToken).ConfigureAwait(false);
                break;
            case var _ when isEnough:
                await replacement.CancelAsync(entry, $"refused {refusals} times; its nonce is taken back", view, caps, cancellationToken).ConfigureAwait(false);
                break;
            case Appraisal.Send send:
                await replacement.RaiseAsync(entry, AttemptPurpose.Call, send.GasLimit, view, caps, cancellationToken).ConfigureAwait(false);
                break;
            case Appraisal.Wait wait:
                scope.Hold(entry, wait.Cause, wait.Reason);
                await replacement.OfferAsync(entry, view, isForAll, caps, cancellationToken).ConfigureAwait(false);
                break;
        }
    }
}
