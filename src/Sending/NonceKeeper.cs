namespace Gavel.Sending;

/// <summary>
/// Knows the next nonce, from the journal and the chain. One that the journal expects needs no second look. Any other must be seen twice: a
/// nonce too high would wait for ever behind a gap, and one above what we ever signed means that somebody else sends from our account.
/// </summary>
internal sealed class NonceKeeper(SenderScope scope)
{
    private static DangerKind ForeignCode => DangerCodes.ForeignTransaction;
    private static readonly TimeSpan _stands = TimeSpan.FromHours(1);

    private readonly TwoLooks _looks = new();
    private ulong? _accepted;

    /// <summary>The nonce for the next transaction; null while it is not certain.</summary>
    /// <param name="view">The chain.</param>
    /// <param name="open">Entries that are not final.</param>
    /// <param name="minedAbove">Final entries mined above the head, which lags, then: their nonces are used.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<ulong?> NextAsync(
        ChainView view, IReadOnlyList<OutboxEntry> open, IReadOnlyList<OutboxEntry> minedAbove, CancellationToken cancellationToken)
    {
        _looks.Begin();
        ulong next = Next(view, open.Concat(minedAbove));
        ulong? expected = await scope.Outbox.NextNonceAsync(scope.Signer.Address, cancellationToken).ConfigureAwait(false);
        if (next != expected && next != _accepted)
        {
            if (!_looks.Agree(0, $"{next}"))
            {
                return null;
            }

            if (next > expected)
            {
                TellForeign($"nonces {expected} to {next - 1} of {scope.Signer.Address} were used by transactions that this sender did not send");
            }

            _accepted = next;
        }

        scope.Metrics.NextNonce(next);
        return next;
    }

    /// <summary>The least nonce that is neither used nor held.</summary>
    public static ulong Next(ChainView view, IEnumerable<OutboxEntry> held)
    {
        HashSet<ulong> taken = [.. held.Where(entry => entry.Nonce is not null).Select(entry => entry.Nonce!.Value)];
        ulong nonce = view.Nonce;
        while (taken.Contains(nonce))
        {
            nonce++;
        }

        return nonce;
    }

    /// <summary>Says that somebody else sends from our account.</summary>
    public void TellForeign(string problem)
    {
        scope.Notify(SenderNoticeKind.Trouble, null, problem);
        scope.Dangers.Raise(
            ForeignCode,
            DangerSeverity.Warn,
            scope.Signer.Address.ToString(),
            problem,
            "find the other process or person and give it an account of its own: bonds can be posted twice and moves delayed",
            stands: _stands);
    }
}
