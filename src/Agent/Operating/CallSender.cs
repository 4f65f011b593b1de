using System.Globalization;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Sending;

namespace Gavel.Agent.Operating;

/// <summary>A call that an operator command makes, before and after it is sent.</summary>
internal sealed record CallReport
{
    /// <summary>The function.</summary>
    public required string Call { get; init; }

    public required Address Target { get; init; }

    /// <summary>The claim that it is about; null where it is about none.</summary>
    public uint? Claim { get; init; }

    public required UInt256 ValueWei { get; init; }

    /// <summary>Null for a call that cannot be estimated before those ahead of it are mined.</summary>
    public ulong? GasLimit { get; init; }

    public UInt256? MaxFeePerGasWei { get; init; }

    /// <summary>The most that leaves the account: value and gas.</summary>
    public UInt256? MaxCostWei { get; init; }

    /// <summary>Null while nothing is sent.</summary>
    public Hash32? Transaction { get; init; }

    /// <summary>Number of the L1 block that it was mined in.</summary>
    public ulong? Block { get; init; }

    public ulong? GasUsed { get; init; }

    public UInt256? FeeWei { get; init; }
}

/// <summary>Makes single calls for an operator: simulates, shows what they cost, sends, waits for the receipt.</summary>
internal sealed class CallSender(ChainAccess chain, ISigner signer, Screen screen, bool isDryRun)
{
    private const ulong MaxGas = 1 << 24; // EIP-7825

    // Estimates of the dispute contracts can be a third too low; see SenderOptions.GasPercent.
    private const ulong GasPercent = 150;
    private const ulong WeiPerGwei = 1_000_000_000;
    private const ulong DefaultMaxFeeGwei = 500;
    private static readonly TimeSpan MiningLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    /// <summary>The account.</summary>
    public Address Account => signer.Address;

    /// <summary>True when nothing is sent.</summary>
    public bool IsDryRun => isDryRun;

    /// <summary>Simulates a call, shows it and, unless this is a dry run, sends it and waits until it is mined.</summary>
    /// <exception cref="OperatorException">The contract refuses, the account is too poor, or the call was mined and reverted.</exception>
    public async Task<(CallReport Report, RpcReceipt? Receipt)> RunAsync(ContractCall call, string purpose, uint? claim, CancellationToken cancellationToken)
    {
        (CallReport report, FeeQuote fees) = await PrepareAsync(call, claim, cancellationToken);
        screen.Line(purpose);
        screen.Line($"  {call.Name} at {call.To} from {Account}");
        screen.Line(
            $"  bond {Ether.Format(call.Value)} ETH, gas at most {report.GasLimit} at {Gwei(fees.MaxFee)} gwei: {Ether.Format(report.MaxCostWei!.Value)} ETH in all");
        if (isDryRun)
        {
            screen.Line("  dry run: not sent");
            return (report, null);
        }

        Hash32 hash = await SendAsync(call, report.GasLimit!.Value, fees, cancellationToken);
        RpcReceipt receipt = await MinedAsync(hash, cancellationToken);
        report = report with { Transaction = hash, Block = receipt.BlockNumber, GasUsed = receipt.GasUsed, FeeWei = receipt.Fee };
        if (!receipt.Succeeded)
        {
            throw OperatorException.Refused($"{call.Name} was mined in block {receipt.BlockNumber} by {hash} and reverted{await WhyAsync(call, receipt, cancellationToken)}");
        }

        screen.Line($"  mined in block {receipt.BlockNumber}: {receipt.GasUsed} gas, fee {Ether.Format(receipt.Fee)} ETH");
        return (report, receipt);
    }

    /// <summary>What is known of a call that follows others and cannot be simulated before they are mined.</summary>
    public static CallReport Later(ContractCall call, uint? claim) => new() { Call = call.Name, Target = call.To, Claim = claim, ValueWei = call.Value };

    private async Task<(CallReport Report, FeeQuote Fees)> PrepareAsync(ContractCall call, uint? claim, CancellationToken cancellationToken)
    {
        UInt256 balance = await chain.L1.GetBalanceAsync(Account, BlockRef.Latest, cancellationToken);
        if (balance < call.Value)
        {
            throw OperatorException.Refused($"account {Account} has {Ether.Format(balance)} ETH; the bond alone is {Ether.Format(call.Value)} ETH");
        }

        CallRequest request = new() { From = Account, To = call.To, Data = call.Data, Value = call.Value };
        ulong estimate = await SimulateAsync(call, request, cancellationToken);
        ulong gas = Math.Min(estimate * GasPercent / 100, MaxGas);
        if (estimate > MaxGas)
        {
            throw OperatorException.Refused($"{call.Name} needs {estimate} gas; one transaction may use {MaxGas} (EIP-7825)");
        }

        ulong gwei = chain.Options?.Sending.MaxFeeGwei ?? DefaultMaxFeeGwei;
        FeeOptions options = new();
        UInt256 cap = gwei == 0 ? UInt256.MaxValue / (ulong)options.BaseFeePercent : (UInt256)gwei * WeiPerGwei;
        FeeQuote fees = await new FeeEstimator(chain.L1, options).QuoteAsync(cap, cancellationToken);
        UInt256 cost = call.Value + (fees.MaxFee * gas);
        if (balance < cost)
        {
            throw OperatorException.Refused($"account {Account} has {Ether.Format(balance)} ETH; bond and gas may take {Ether.Format(cost)} ETH");
        }

        CallReport report = new()
        {
            Call = call.Name,
            Target = call.To,
            Claim = claim,
            ValueWei = call.Value,
            GasLimit = gas,
            MaxFeePerGasWei = fees.MaxFee,
            MaxCostWei = cost,
        };
        return (report, fees);
    }

    private async Task<ulong> SimulateAsync(ContractCall call, CallRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await chain.L1.CallAsync(request, BlockRef.Latest, cancellationToken);
            return await chain.L1.EstimateGasAsync(request, BlockRef.Latest, cancellationToken);
        }
        catch (RpcException error) when (error.Kind == RpcErrorKind.Revert)
        {
            throw OperatorException.Refused($"the contract refuses {call.Name}: {DisputeErrors.Decoder.Decode(error.RevertData)}; nothing was sent", error);
        }
    }

    private async Task<Hash32> SendAsync(ContractCall call, ulong gas, FeeQuote fees, CancellationToken cancellationToken)
    {
        ulong mined = await chain.L1.GetTransactionCountAsync(Account, BlockRef.Latest, cancellationToken);
        ulong nonce = await chain.L1.GetTransactionCountAsync(Account, BlockRef.Pending, cancellationToken);
        if (nonce > mined)
        {
            await Console.Error.WriteLineAsync($"{nonce - mined} transactions of {Account} wait to be mined; this one comes after them");
        }

        SignedTransaction signed = await signer.SignAsync(
            new Eip1559Transaction
            {
                ChainId = chain.L1ChainId,
                Nonce = nonce,
                MaxPriorityFeePerGas = fees.Tip,
                MaxFeePerGas = fees.MaxFee,
                GasLimit = gas,
                To = call.To,
                Value = call.Value,
                Data = call.Data,
            },
            cancellationToken);
        await chain.L1.SendRawTransactionAsync(signed.Raw, cancellationToken);

        // Whatever happens from here on, the operator has the hash.
        await (screen.IsJson ? Console.Error : Console.Out).WriteLineAsync($"  sent as {signed.Hash} with nonce {nonce}");
        return signed.Hash;
    }

    private async Task<RpcReceipt> MinedAsync(Hash32 hash, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        TimeSpan pause = TimeSpan.FromMilliseconds(100);
        while (TimeProvider.System.GetElapsedTime(start) < MiningLimit)
        {
            if (await chain.L1.FindReceiptAsync(hash, cancellationToken) is { } receipt)
            {
                return receipt;
            }

            await Task.Delay(pause, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        throw OperatorException.Refused($"{hash} was not mined within {MiningLimit.TotalMinutes:0} minutes; it may still be: look for its receipt before you send again");
    }

    private async Task<string> WhyAsync(ContractCall call, RpcReceipt receipt, CancellationToken cancellationToken)
    {
        try
        {
            CallRequest request = new() { From = Account, To = call.To, Data = call.Data, Value = call.Value };
            await chain.L1.CallAsync(request, BlockRef.At(receipt.BlockHash), cancellationToken);
            return "";
        }
        catch (RpcException error) when (error.Kind == RpcErrorKind.Revert)
        {
            return $": {DisputeErrors.Decoder.Decode(error.RevertData)}";
        }
    }

    private static string Gwei(UInt256 wei) =>
        ((decimal)wei.ToBigInteger() / WeiPerGwei).ToString("0.#########", CultureInfo.InvariantCulture);
}
