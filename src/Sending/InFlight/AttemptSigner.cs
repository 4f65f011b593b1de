using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>
/// Has attempts signed, and believes the signer nothing. That a signer refuses one transaction is that one's trouble; that it cannot be reached
/// is everybody's: it is told as a danger, and nobody else pays the time limit for it in the same cycle.
/// </summary>
internal sealed class AttemptSigner(SenderScope scope)
{
    private static DangerKind AwayCode => DangerCodes.SignerUnreachable;
    private string? _away;

    /// <summary>Begins a cycle.</summary>
    public void Begin() => _away = null;

    /// <summary>Signs a transaction for an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="purpose">Its call, or a cancellation, which is a transfer of nothing to the account itself.</param>
    /// <param name="nonce">The account's nonce.</param>
    /// <param name="gasLimit">Units of gas.</param>
    /// <param name="fees">Wei for a unit of gas.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="SignerTroubleException">There is no signature.</exception>
    public async Task<SignedAttempt> SignAsync(
        OutboxEntry entry, AttemptPurpose purpose, ulong nonce, ulong gasLimit, FeeCaps fees, CancellationToken cancellationToken)
    {
        if (_away is not null)
        {
            throw new SignerTroubleException(_away) { IsUnreachable = true };
        }

        bool call = purpose == AttemptPurpose.Call;
        var transaction = new Eip1559Transaction
        {
            ChainId = scope.Options.ChainId,
            Nonce = nonce,
            MaxPriorityFeePerGas = fees.Tip,
            MaxFeePerGas = fees.MaxFee,
            GasLimit = gasLimit,
            To = call ? entry.Intent.Target : scope.Signer.Address,
            Value = call ? entry.Intent.Value : UInt256.Zero,
            Data = call ? entry.Intent.Calldata : default,
        };
        SignedTransaction signed = await AskAsync(transaction, entry, cancellationToken).ConfigureAwait(false);
        return new SignedAttempt
        {
            Account = signed.Sender,
            Nonce = nonce,
            Purpose = purpose,
            Hash = signed.Hash,
            Raw = signed.Raw,
            GasLimit = gasLimit,
            MaxFeePerGas = fees.MaxFee,
            MaxPriorityFeePerGas = fees.Tip,
            SignedAt = scope.Now,
        };
    }

    private async Task<SignedTransaction> AskAsync(Eip1559Transaction transaction, OutboxEntry entry, CancellationToken cancellationToken)
    {
        SignedTransaction signed;
        try
        {
            signed = await scope.Signer.SignAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            string problem = $"the signer of {scope.Signer.Address} gave no signature: {error.Message}";
            bool isAway = IsAway(error);
            if (isAway)
            {
                _away = problem;
                scope.Dangers.Raise(
                    AwayCode, DangerSeverity.Page, $"{scope.Signer.Address}", problem, "nothing can be signed: bring the signer back or look at the way to it", entry.Deadline);
            }

            throw new SignerTroubleException(problem, error) { IsUnreachable = isAway, WasAsked = true };
        }

        if (signed.Sender != scope.Signer.Address || signed.Transaction != transaction)
        {
            throw new SignerTroubleException($"the signer of {scope.Signer.Address} signed something else than it was given") { WasAsked = true };
        }

        scope.Dangers.Clear(AwayCode, $"{scope.Signer.Address}");
        return signed;
    }

    // Our own signers say it; of those of others what they throw when nobody answers.
    private static bool IsAway(Exception error) =>
        error is AccountException { IsTransient: true } or RpcException { IsTransient: true }
            or HttpRequestException or TimeoutException or OperationCanceledException or IOException;
}

/// <summary>The signer gave no signature for one transaction.</summary>
internal sealed class SignerTroubleException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True if the signer as a whole cannot be had, as far as one knows.</summary>
    public bool IsUnreachable { get; init; }

    /// <summary>False where it was not asked, having been away a moment ago: nothing is said of the entry.</summary>
    public bool WasAsked { get; init; }
}
