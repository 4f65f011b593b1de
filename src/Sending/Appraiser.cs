using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>
/// Asks about a queued entry, in this order: is it permitted, does the caller's check want it, has its deadline passed, does the spend policy
/// allow it, what gas does it need. What ends an entry counts when two looks in a row say it.
/// </summary>
internal sealed class Appraiser(SenderScope scope)
{
    private readonly TwoLooks _looks = new();

    /// <summary>Begins a cycle.</summary>
    public void Begin() => _looks.Begin();

    /// <summary>True if the last look said what ends the entry, so that this one has to be looked at, too.</summary>
    public bool AwaitsSecondLook(OutboxEntry entry) => _looks.IsOpen(entry.Id);

    /// <param name="entry">Queued.</param>
    /// <param name="view">The chain.</param>
    /// <param name="othersInFlight">Whether transactions of ours wait to be mined.</param>
    /// <param name="isSettled">Whether every decision has been made once in this run, so that what nobody permits is not wanted.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="RpcException">The chain could not be asked for an estimate.</exception>
    public async Task<Appraisal> AppraiseAsync(OutboxEntry entry, ChainView view, bool othersInFlight, bool isSettled, CancellationToken cancellationToken)
    {
        bool isPermitted = scope.IsPermitted(entry);
        if (!isPermitted && !isSettled)
        {
            return new Appraisal.Wait(HoldCause.Decision, "left by an earlier run: waits until a decision of this one wants it");
        }

        IntentVerdict verdict = await VerdictAsync(entry, view, cancellationToken).ConfigureAwait(false);
        if (verdict.Standing == IntentStanding.Effective)
        {
            return OnSecondLook(entry, $"effective: {verdict.Reason}", new OutboxChange.Superseded(verdict.Reason, scope.Now));
        }

        if (view.IsPast(entry.Deadline) && !scope.Guard.MayBeLate(entry))
        {
            return OnSecondLook(
                entry, $"expired {entry.Deadline:O}", new OutboxChange.Expired($"its deadline {entry.Deadline:u} has passed", scope.Now));
        }

        if (verdict.Standing is IntentStanding.Unknown or IntentStanding.Doubtful)
        {
            return new Appraisal.Wait(HoldCause.Unchecked, $"not checked: {verdict.Reason}");
        }

        if (verdict.Standing == IntentStanding.Unwanted)
        {
            return OnSecondLook(entry, $"unwanted: {verdict.Reason}", new OutboxChange.Refused(verdict.Reason, default, scope.Now));
        }

        if (verdict.ExactValue is { } exact && exact != entry.Intent.Value)
        {
            string reason = $"the intent carries {entry.Intent.Value} wei where the chain asks for exactly {exact}";
            return OnSecondLook(entry, reason, new OutboxChange.Refused(reason, default, scope.Now));
        }

        return !isPermitted && scope.Options.Policy.Refusal(entry.Intent) is { } refusal
            ? Refused(refusal)
            : await EstimateAsync(entry, othersInFlight, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the caller's check says; whatever goes wrong in it says nothing of the entry.</summary>
    public async Task<IntentVerdict> VerdictAsync(OutboxEntry entry, ChainView view, CancellationToken cancellationToken)
    {
        try
        {
            return await scope.Guard.CheckAsync(entry, view.Head, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new IntentVerdict(IntentStanding.Unknown, error.Message);
        }
    }

    /// <summary>What gas a call needs now, or why it cannot be sent.</summary>
    /// <exception cref="RpcException">The chain could not be asked.</exception>
    public async Task<Appraisal> EstimateAsync(OutboxEntry entry, bool othersInFlight, CancellationToken cancellationToken)
    {
        var call = new CallRequest { From = scope.Signer.Address, To = entry.Intent.Target, Data = entry.Intent.Calldata, Value = entry.Intent.Value };
        try
        {
            return WithMargin(entry, await EstimateAsync(call, othersInFlight, cancellationToken).ConfigureAwait(false));
        }
        catch (RpcException error) when (error.Kind == RpcErrorKind.Revert)
        {
            return OnSecondLook(
                entry,
                $"revert {Hex.Encode(error.RevertData.Span)}",
                new OutboxChange.Refused($"would revert: {scope.Options.Reverts.Decode(error.RevertData)}", error.RevertData, scope.Now));
        }
        catch (RpcException error) when (SendFault.IsNoFunds(error))
        {
            return new Appraisal.Wait(HoldCause.Funds, $"the account cannot pay for it: {error.NodeMessage}");
        }
        catch (RpcException error)
        {
            return new Appraisal.Wait(HoldCause.Estimate, $"no gas estimate: {error.Message}");
        }
    }

    private async Task<ulong> EstimateAsync(CallRequest call, bool othersInFlight, CancellationToken cancellationToken)
    {
        try
        {
            return await scope.Eth.EstimateGasAsync(call, BlockRef.Latest, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException error) when (error.Kind == RpcErrorKind.Revert && othersInFlight)
        {
            // It may need what one of our own transactions, not mined yet, will do. Only a call that reverts on both states is refused.
            return await scope.Eth.EstimateGasAsync(call, BlockRef.Pending, cancellationToken).ConfigureAwait(false);
        }
    }

    private Appraisal OnSecondLook(OutboxEntry entry, string conclusion, OutboxChange change) => _looks.Agree(entry.Id, conclusion)
        ? new Appraisal.Final(change)
        : new Appraisal.Wait(HoldCause.SecondLook, $"{conclusion}; looked at again");

    private Appraisal WithMargin(OutboxEntry entry, ulong estimate)
    {
        ulong most = scope.Options.MaxGas;
        ulong least = Math.Max(Math.Max(estimate, entry.Intent.GasHint), entry.GasFloor);
        if (least > most)
        {
            return Refused($"needs {least} gas; the limit is {most}");
        }

        UInt128 wanted = (UInt128)estimate * (ulong)scope.Options.GasPercent / 100;
        return new Appraisal.Send((ulong)UInt128.Min(UInt128.Max(wanted, least), most));
    }

    private Appraisal.Final Refused(string reason) => new(new OutboxChange.Refused(reason, default, scope.Now));
}
