namespace Gavel.Sending;

/// <summary>Replaces what is offered by something dearer with the same nonce: the same call, or a cancellation that takes the nonce back.</summary>
internal sealed class Replacement(SenderScope scope, Offering offering, OfferBook book, AttemptSigner signer, Pauses pauses)
{
    private const int MaxAtOnce = 5;
    private const ulong TransferGas = 21_000;
    private const ulong MaxHistory = 50;

    /// <summary>Offers the last attempt as it is, and a dearer one where nodes find it too cheap.</summary>
    /// <exception cref="SignerTroubleException">There is no signature for the dearer one.</exception>
    public async Task<SendOutcome> OfferAsync(OutboxEntry entry, ChainView view, bool toAll, FeeCaps caps, CancellationToken cancellationToken)
    {
        SendOutcome outcome = await offering.SendAsync(entry, view, toAll, cancellationToken).ConfigureAwait(false);
        if (outcome == SendOutcome.TooCheap)
        {
            await RaiseAsync(entry, entry.Attempts[^1].Purpose, entry.Attempts[^1].GasLimit, view, caps, cancellationToken).ConfigureAwait(false);
        }

        return outcome;
    }

    /// <summary>Takes the nonce of a call back.</summary>
    /// <exception cref="SignerTroubleException">There is no signature.</exception>
    public Task CancelAsync(OutboxEntry entry, string reason, ChainView view, FeeCaps caps, CancellationToken cancellationToken)
    {
        book.ForgetRefusals(entry);
        scope.Notify(SenderNoticeKind.Cancelling, entry, reason);
        return RaiseAsync(entry, AttemptPurpose.Cancel, TransferGas, view, caps, cancellationToken);
    }

    /// <summary>What the blocks since an attempt's first offer took, or the last ones.</summary>
    public Task<FeeQuote> QuoteAsync(OutboxEntry entry, ChainView view, FeeCaps caps, CancellationToken cancellationToken)
    {
        ulong passed = book.Find(entry) is { } offer && view.Head.Number > offer.Block ? view.Head.Number - offer.Block : 1;
        return scope.Fees.QuoteAsync(caps, (int)Math.Min(passed, MaxHistory), scope.IsUrgent(entry), cancellationToken);
    }

    /// <summary>Replaces the last attempt by a dearer one until a node does not find it too cheap, within the caps; a few times for each block.</summary>
    /// <exception cref="SignerTroubleException">There is no signature.</exception>
    public async Task RaiseAsync(OutboxEntry entry, AttemptPurpose purpose, ulong gasLimit, ChainView view, FeeCaps caps, CancellationToken cancellationToken)
    {
        Offer? before = book.Find(entry);
        int atOnce = before?.BumpedAt == view.Head.Number ? before.Bumps : 0;
        bool toAll = before?.ToAll != false || offering.IsForAll(entry, view);
        FeeCaps most = purpose == AttemptPurpose.Cancel ? scope.Fees.ForCancellation(caps, entry.Attempts) : caps;
        FeeQuote quote = await QuoteAsync(entry, view, caps, cancellationToken).ConfigureAwait(false);
        for (; atOnce < MaxAtOnce; atOnce++)
        {
            SignedAttempt last = entry.Attempts[^1];
            if (scope.Fees.Bump(last, quote, most) is not (UInt256 tip, UInt256 maxFee))
            {
                scope.Hold(entry, HoldCause.FeeCap, $"a replacement for {last.Hash} would go over the caps of {most.MaxFee} wei per gas, tip {most.Tip}");
                await offering.SendAsync(entry, view, toAll, cancellationToken).ConfigureAwait(false);
                return;
            }

            if (pauses.Has(entry))
            {
                // The signer did not sign for it a moment ago. What was refused is not offered again as it is: that would only be counted.
                if (book.Refusals(entry) == 0)
                {
                    await offering.SendAsync(entry, view, toAll, cancellationToken).ConfigureAwait(false);
                }

                return;
            }

            SignedAttempt attempt = await signer.SignAsync(
                entry, purpose, last.Nonce, gasLimit, new FeeCaps(maxFee, tip), cancellationToken).ConfigureAwait(false);
            scope.Reached(FailPoint.SenderBumpSigned);
            entry = await scope.RecordAsync(entry, new OutboxChange.Signed(attempt), cancellationToken).ConfigureAwait(false);
            pauses.End(entry);
            scope.Metrics.Replaced();
            scope.Notify(SenderNoticeKind.Bumped, entry, $"{purpose} {attempt.Hash} replaces {last.Hash} at {maxFee} wei per gas, tip {tip}");
            scope.Reached(FailPoint.SenderBumpRecorded);
            SendOutcome outcome = await offering.SendAsync(entry, view, toAll || purpose == AttemptPurpose.Cancel, cancellationToken).ConfigureAwait(false);
            scope.Reached(FailPoint.SenderBumpSent);
            book.Put(entry, book.Find(entry)! with { BumpedAt = view.Head.Number, Bumps = atOnce + 1 });
            if (outcome != SendOutcome.TooCheap)
            {
                return;
            }
        }

        if (book.Find(entry) is { } offer)
        {
            book.Put(entry, offer with { At = scope.Timestamp });
        }
    }
}
