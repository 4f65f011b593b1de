using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>What may be done with a queued intent now: exactly one of the first three is set.</summary>
/// <param name="GasLimit">Send it with this.</param>
/// <param name="Final">Record this and be done with it.</param>
/// <param name="Wait">It has to wait, because of this.</param>
/// <param name="LacksFunds">It waits for money.</param>
internal readonly record struct Appraisal(ulong? GasLimit, OutboxChange? Final, string? Wait, bool LacksFunds = false);

/// <summary>Asks the caller's check, the spend policy and the chain about a queued intent, in this order.</summary>
internal sealed class Appraiser(SenderScope scope)
{
    private readonly Lock _lock = new();
    private readonly TwoLooks _looks = new();

    /// <summary>Begins a cycle.</summary>
    public void Begin() => _looks.Begin();

    /// <exception cref="RpcException">The chain could not be asked for an estimate.</exception>
    public async Task<Appraisal> AppraiseAsync(OutboxEntry entry, ChainView view, bool othersInFlight, CancellationToken cancellationToken)
    {
        IntentVerdict verdict;
        try
        {
            verdict = await scope.Guard.CheckAsync(entry, view.Head, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            verdict = new IntentVerdict(IntentStanding.Unknown, error.Message);
        }

        switch (verdict.Standing)
        {
            case IntentStanding.Effective:
                return new(null, new OutboxChange.Superseded(verdict.Reason, scope.Now), null);
            case IntentStanding.Unwanted:
                return Refused(verdict.Reason);
            case IntentStanding.Unknown:
                return new(null, null, $"not checked: {verdict.Reason}");
        }

        if (verdict.ExactValue is { } exact && exact != entry.Intent.Value)
        {
            return Refused($"the intent carries {entry.Intent.Value} wei where the chain asks for exactly {exact}");
        }

        return scope.Options.Policy.Refusal(entry.Intent) is { } refusal
            ? Refused(refusal)
            : await EstimateAsync(entry, othersInFlight, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Appraisal> EstimateAsync(OutboxEntry entry, bool othersInFlight, CancellationToken cancellationToken)
    {
        var call = new CallRequest { From = scope.Signer.Address, To = entry.Intent.Target, Data = entry.Intent.Calldata, Value = entry.Intent.Value };
        try
        {
            return WithMargin(entry, await EstimateAsync(call, othersInFlight, cancellationToken).ConfigureAwait(false));
        }
        catch (RpcException error) when (error.Kind == RpcErrorKind.Revert)
        {
            bool certain;
            lock (_lock)
            {
                certain = _looks.Agree(entry.Id, Hex.Encode(error.RevertData.Span));
            }

            return certain
                ? Refused($"would revert: {scope.Options.Reverts.Decode(error.RevertData)}", error.RevertData)
                : new(null, null, "its estimate reverts; asked again");
        }
        catch (RpcException error) when (SendFault.IsNoFunds(error))
        {
            return new(null, null, $"the account cannot pay for it: {error.NodeMessage}", LacksFunds: true);
        }
        catch (RpcException error) when (!error.IsTransient)
        {
            return new(null, null, $"no gas estimate: {error.Message}");
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

    private Appraisal WithMargin(OutboxEntry entry, ulong estimate)
    {
        ulong most = scope.Options.MaxGas;
        ulong least = Math.Max(Math.Max(estimate, entry.Intent.GasHint), entry.GasFloor);
        if (least > most)
        {
            return Refused($"needs {least} gas; the limit is {most}");
        }

        UInt128 wanted = (UInt128)estimate * (ulong)scope.Options.GasPercent / 100;
        return new((ulong)UInt128.Min(UInt128.Max(wanted, least), most), null, null);
    }

    private Appraisal Refused(string reason, ReadOnlyMemory<byte> revertData = default) =>
        new(null, new OutboxChange.Refused(reason, revertData, scope.Now), null);
}
