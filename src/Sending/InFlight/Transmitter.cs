namespace Gavel.Sending;

/// <summary>Signs, records and sends the first transaction of an entry, in this order and never another.</summary>
internal sealed class Transmitter(SenderScope scope, Offering offering, Replacement replacement, OfferBook book, AttemptSigner signer)
{
    /// <summary>Signs the first transaction of a queued entry and sends it.</summary>
    /// <returns>The entry, and false if nobody knows whether a node took it: it is recorded and will be offered again.</returns>
    /// <exception cref="SignerTroubleException">There is no signature; the entry is as it was.</exception>
    public async Task<(OutboxEntry Entry, bool Answered)> BeginAsync(
        OutboxEntry entry, ulong nonce, ulong gasLimit, FeeQuote fees, ChainView view, FeeCaps caps, CancellationToken cancellationToken)
    {
        book.Forget(entry);
        scope.Reached(FailPoint.SenderNonceAssigned);
        SignedAttempt attempt = await signer.SignAsync(
            entry, AttemptPurpose.Call, nonce, gasLimit, new FeeCaps(fees.MaxFee, fees.Tip), cancellationToken).ConfigureAwait(false);
        scope.Reached(FailPoint.SenderSigned);
        entry = await scope.RecordAsync(entry, new OutboxChange.Signed(attempt), cancellationToken).ConfigureAwait(false);
        scope.Reached(FailPoint.SenderSignedRecorded);
        try
        {
            SendOutcome outcome = await replacement.OfferAsync(entry, view, offering.IsForAll(entry, view), caps, cancellationToken).ConfigureAwait(false);
            return (entry, outcome != SendOutcome.Unknown);
        }
        catch (Exception error) when (scope.HoldFor(entry, HoldCause.Error, error, cancellationToken))
        {
            return (entry, true); // its nonce is taken, whatever went wrong after
        }
    }
}
