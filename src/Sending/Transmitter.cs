using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>Signs, records and sends, in this order and never another; and sends again what waits too long.</summary>
internal sealed class Transmitter(SenderScope scope)
{
    private const int MaxBumpsAtOnce = 5;
    private const ulong TransferGas = 21_000;

    private readonly Dictionary<ulong, DateTimeOffset> _lastOffer = [];
    private readonly Dictionary<ulong, int> _refusals = [];

    /// <summary>Signs the first transaction of a queued entry and sends it.</summary>
    /// <returns>False if nobody knows whether a node took it; it is recorded and will be offered again.</returns>
    public async Task<bool> BeginAsync(
        OutboxEntry entry, ulong nonce, ulong gasLimit, FeeQuote fees, UInt256 cap, CancellationToken cancellationToken)
    {
        _refusals.Remove(entry.Id);
        _lastOffer.Remove(entry.Id);
        scope.Reached(FailPoint.SenderNonceAssigned);
        SignedAttempt attempt = await SignAsync(entry, AttemptPurpose.Call, nonce, gasLimit, fees.Tip, fees.MaxFee, cancellationToken).ConfigureAwait(false);
        scope.Reached(FailPoint.SenderSigned);
        entry = await scope.RecordAsync(entry, new OutboxChange.Signed(attempt), cancellationToken).ConfigureAwait(false);
        scope.Reached(FailPoint.SenderSignedRecorded);
        return await OfferAsync(entry, known: false, cap, cancellationToken).ConfigureAwait(false) != SendOutcome.Unknown;
    }

    /// <summary>Looks after the entries that wait to be mined.</summary>
    /// <param name="view">The chain.</param>
    /// <param name="entries">In flight and not mined, by nonce.</param>
    /// <param name="vanished">Those whose receipt is gone.</param>
    /// <param name="cap">The most to offer for a unit of gas.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task TendAsync(
        ChainView view, IReadOnlyList<OutboxEntry> entries, ISet<ulong> vanished, UInt256 cap, CancellationToken cancellationToken)
    {
        foreach (OutboxEntry entry in entries)
        {
            bool first = !_lastOffer.TryGetValue(entry.Id, out DateTimeOffset last);
            bool gone = vanished.Contains(entry.Id);
            if (!first && !gone && scope.Now - last < scope.Options.ResubmitAfter)
            {
                continue;
            }

            IntentVerdict verdict = await VerdictAsync(entry, view, cancellationToken).ConfigureAwait(false);
            if (verdict.Standing == IntentStanding.Unknown)
            {
                scope.Hold(entry, $"not sent again: {verdict.Reason}");
                continue;
            }

            if (verdict.Standing is IntentStanding.Effective or IntentStanding.Unwanted)
            {
                await CancelAsync(entry, $"{verdict.Standing}: {verdict.Reason}", cap, cancellationToken).ConfigureAwait(false);
            }
            else if (first || gone)
            {
                await OfferAsync(entry, known: false, cap, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await ResubmitAsync(entry, view, cap, cancellationToken).ConfigureAwait(false);
            }

            vanished.Remove(entry.Id);
        }
    }

    private async Task<IntentVerdict> VerdictAsync(OutboxEntry entry, ChainView view, CancellationToken cancellationToken)
    {
        if (entry.Attempts[^1].Purpose == AttemptPurpose.Cancel)
        {
            return IntentVerdict.Wanted; // the cancellation is
        }

        try
        {
            return await scope.Guard.CheckAsync(entry, view.Head, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            return new IntentVerdict(IntentStanding.Unknown, error.Message);
        }
    }

    private async Task ResubmitAsync(OutboxEntry entry, ChainView view, UInt256 cap, CancellationToken cancellationToken)
    {
        SignedAttempt last = entry.Attempts[^1];
        bool known = await scope.Eth.FindTransactionAsync(last.Hash, cancellationToken).ConfigureAwait(false) is not null;
        FeeQuote quote = await scope.Fees.QuoteAsync(cap, cancellationToken).ConfigureAwait(false);

        // Of transactions that are dear enough only the one that all others wait for is made dearer.
        bool cheap = last.MaxFeePerGas < quote.BaseFee + quote.Tip || last.MaxPriorityFeePerGas < quote.Tip;
        if (cheap || (known && entry.Nonce == view.Nonce))
        {
            await BumpAsync(entry, last.Purpose, known, cap, cancellationToken).ConfigureAwait(false);
        }
        else if (known)
        {
            _lastOffer[entry.Id] = scope.Now;
        }
        else
        {
            await OfferAsync(entry, known, cap, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task CancelAsync(OutboxEntry entry, string reason, UInt256 cap, CancellationToken cancellationToken)
    {
        scope.Notify(SenderNoticeKind.Cancelling, entry, reason);
        return BumpAsync(entry, AttemptPurpose.Cancel, known: false, cap, cancellationToken);
    }

    /// <summary>Replaces the last attempt by a dearer one until a node does not find it too cheap, within the cap.</summary>
    private async Task BumpAsync(OutboxEntry entry, AttemptPurpose purpose, bool known, UInt256 cap, CancellationToken cancellationToken)
    {
        for (int i = 0; i < MaxBumpsAtOnce; i++)
        {
            SignedAttempt last = entry.Attempts[^1];
            FeeQuote quote = await scope.Fees.QuoteAsync(cap, cancellationToken).ConfigureAwait(false);
            if (scope.Fees.Bump(last, quote, cap) is not (UInt256 tip, UInt256 maxFee))
            {
                scope.Hold(entry, $"a replacement for {last.Hash} would go over the fee cap of {cap} wei per gas");
                await SendAsync(entry, last, cancellationToken).ConfigureAwait(false);
                return;
            }

            ulong gas = purpose == AttemptPurpose.Cancel ? TransferGas : last.GasLimit;
            SignedAttempt attempt = await SignAsync(entry, purpose, last.Nonce, gas, tip, maxFee, cancellationToken).ConfigureAwait(false);
            scope.Reached(FailPoint.SenderBumpSigned);
            entry = await scope.RecordAsync(entry, new OutboxChange.Signed(attempt), cancellationToken).ConfigureAwait(false);
            scope.Metrics.Bumped();
            scope.Notify(SenderNoticeKind.Bumped, entry, $"{purpose} {attempt.Hash} replaces {last.Hash} at {maxFee} wei per gas, tip {tip}");
            scope.Reached(FailPoint.SenderBumpRecorded);
            SendOutcome outcome = await SendAsync(entry, attempt, cancellationToken).ConfigureAwait(false);
            scope.Reached(FailPoint.SenderBumpSent);
            if (outcome != SendOutcome.TooCheap)
            {
                await SettleAsync(entry, outcome, known, cap, cancellationToken).ConfigureAwait(false);
                return;
            }
        }
    }

    /// <summary>Sends the last attempt as it is and deals with the answer.</summary>
    private async Task<SendOutcome> OfferAsync(OutboxEntry entry, bool known, UInt256 cap, CancellationToken cancellationToken)
    {
        SendOutcome outcome = await SendAsync(entry, entry.Attempts[^1], cancellationToken).ConfigureAwait(false);
        if (outcome == SendOutcome.TooCheap)
        {
            await BumpAsync(entry, entry.Attempts[^1].Purpose, known, cap, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await SettleAsync(entry, outcome, known, cap, cancellationToken).ConfigureAwait(false);
        }

        return outcome;
    }

    private async Task<SendOutcome> SendAsync(OutboxEntry entry, SignedAttempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            Hash32 hash = await scope.Eth.SendRawTransactionAsync(attempt.Raw, cancellationToken).ConfigureAwait(false);
            scope.Reached(FailPoint.SenderSent);
            if (hash != attempt.Hash)
            {
                scope.Notify(SenderNoticeKind.Trouble, entry, $"the node names {hash} for the transaction {attempt.Hash}");
                return SendOutcome.Unknown;
            }
        }
        catch (RpcException error)
        {
            scope.Reached(FailPoint.SenderSent);
            SendOutcome outcome = SendFault.Sort(error);
            if (outcome != SendOutcome.Taken)
            {
                scope.Notify(SenderNoticeKind.Trouble, entry, $"{attempt.Hash} (nonce {attempt.Nonce}): {outcome}: {error.Message}");
                return outcome;
            }
        }

        if (attempt.SentAt is null)
        {
            OutboxEntry sent = await scope.RecordAsync(entry, new OutboxChange.Sent(attempt.Hash, scope.Now), cancellationToken).ConfigureAwait(false);
            scope.Metrics.Sent();
            scope.Notify(SenderNoticeKind.Sent, sent, $"{attempt.Purpose} {attempt.Hash} with nonce {attempt.Nonce}");
            scope.Reached(FailPoint.SenderSentRecorded);
        }

        return SendOutcome.Taken;
    }

    private async Task SettleAsync(OutboxEntry entry, SendOutcome outcome, bool known, UInt256 cap, CancellationToken cancellationToken)
    {
        if (outcome == SendOutcome.Unknown)
        {
            _lastOffer.Remove(entry.Id); // at once, in the next cycle
            return;
        }

        _lastOffer[entry.Id] = scope.Now;
        if (outcome is not (SendOutcome.NoFunds or SendOutcome.Refused) || known || entry.Attempts[^1].Purpose == AttemptPurpose.Cancel)
        {
            return;
        }

        // All later nonces wait for this one. A call that nodes do not take must not hold them up for ever.
        int refusals = _refusals.GetValueOrDefault(entry.Id) + 1;
        _refusals[entry.Id] = refusals;
        if (refusals >= scope.Options.RefusalsBeforeCancel)
        {
            _refusals.Remove(entry.Id);
            await CancelAsync(entry, $"refused {refusals} times ({outcome}); its nonce is taken back", cap, cancellationToken).ConfigureAwait(false);
        }
    }

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
        SignedTransaction signed = await scope.Signer.SignAsync(transaction, cancellationToken).ConfigureAwait(false);
        return signed.Sender == scope.Signer.Address && signed.Transaction == transaction
            ? new SignedAttempt
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
            }
            : throw new AccountException($"the signer of {scope.Signer.Address} signed something else than it was given");
    }
}
