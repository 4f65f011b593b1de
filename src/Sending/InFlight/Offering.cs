namespace Gavel.Sending;

/// <summary>Offers attempts to endpoints, as they are, and keeps in mind what was answered.</summary>
internal sealed class Offering(SenderScope scope, Broadcast broadcast, OfferBook book)
{
    // A transaction that is with anybody would be mined by then, or at least known: what keeps silence that long has not got it.
    private const ulong BlocksOfDoubt = 25;
    private static readonly TimeSpan _afterSilence = TimeSpan.FromSeconds(1);
    private bool _isNobodyAnswering;

    /// <summary>Begins a cycle.</summary>
    /// <param name="entries">In flight and not mined: all others are forgotten.</param>
    public void Begin(IReadOnlyList<OutboxEntry> entries)
    {
        _isNobodyAnswering = false;
        book.Keep(entries.Select(entry => entry.Id).ToHashSet());
        broadcast.Keep(entries.Select(entry => entry.Nonce!.Value).ToHashSet());
    }

    /// <summary>True unless there are private ways and its deadline is far enough for them.</summary>
    public bool IsForAll(OutboxEntry entry, ChainView view) =>
        !broadcast.HasPrivate || entry.Deadline is not { } deadline || view.IsPast(deadline - scope.Options.PublicSlack);

    /// <summary>Offers the last attempt of an entry, and records it where a node takes it for the first time.</summary>
    public async Task<SendOutcome> SendAsync(OutboxEntry entry, ChainView view, bool toAll, CancellationToken cancellationToken)
    {
        SignedAttempt attempt = entry.Attempts[^1];
        TimeSpan limit = _isNobodyAnswering && scope.Options.OfferLimit > _afterSilence ? _afterSilence : scope.Options.OfferLimit;
        (SendOutcome outcome, string words) = await broadcast.OfferAsync(entry, toAll, limit, cancellationToken).ConfigureAwait(false);
        scope.Reached(FailPoint.SenderSent);
        _isNobodyAnswering |= outcome == SendOutcome.Unknown;

        // The block of an offer stays that of the attempt's first one: what has passed since is what it was not taken into.
        long now = scope.Timestamp;
        Offer? before = book.Find(entry);
        bool isSame = before is not null && before.Hash == attempt.Hash;
        Offer offer = isSame
            ? before! with { At = now, ToAll = before.ToAll || toAll }
            : new Offer(now, view.Head.Number, toAll) { Hash = attempt.Hash, Began = now, BumpedAt = before?.BumpedAt, Bumps = before?.Bumps ?? 0 };
        book.Put(entry, offer with { Trouble = outcome == SendOutcome.Taken ? null : outcome });
        if (outcome != SendOutcome.Taken)
        {
            if (!isSame || before!.Trouble != outcome)
            {
                scope.Notify(SenderNoticeKind.Trouble, entry, $"{attempt.Hash} (nonce {attempt.Nonce}): {outcome}: {words}"); // once, however often it is offered
            }

            Settle(entry, outcome, words, view.Head.Number > offer.Block ? view.Head.Number - offer.Block : 0);
            return outcome;
        }

        book.ForgetRefusals(entry);
        if (attempt.SentAt is null)
        {
            OutboxEntry sent = await scope.RecordAsync(entry, new OutboxChange.Sent(attempt.Hash, scope.Now), cancellationToken).ConfigureAwait(false);
            scope.Notify(SenderNoticeKind.Sent, sent, $"{attempt.Purpose} {attempt.Hash} with nonce {attempt.Nonce}");
            scope.Reached(FailPoint.SenderSentRecorded);
        }

        return SendOutcome.Taken;
    }

    private void Settle(OutboxEntry entry, SendOutcome outcome, string words, ulong passed)
    {
        switch (outcome)
        {
            case SendOutcome.NoFunds or SendOutcome.Refused:
                book.CountRefusal(entry);
                scope.Hold(entry, outcome == SendOutcome.NoFunds ? HoldCause.Funds : HoldCause.Refused, "nodes refuse it; it is looked at anew");
                return;
            case SendOutcome.Doubtful when passed >= BlocksOfDoubt:
                book.GiveUp(entry, scope.Options.RefusalsBeforeCancel); // later nonces wait behind it, and those may lose a game
                scope.Hold(entry, HoldCause.Refused, $"{passed} blocks have passed without it: {words}");
                return;
            case SendOutcome.Doubtful:
                scope.Hold(entry, HoldCause.Refused, $"its nonce is kept, since not all refuse it: {words}");
                break;
            case SendOutcome.Unknown:
                book.Put(entry, book.Find(entry)! with { At = null });
                return; // nothing is known of it, also not that it is refused no more
            case SendOutcome.TooCheap:
                return; // the dearer one tells
        }

        book.ForgetRefusals(entry);
    }
}
