using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>Carries a plan out on an L1 that does not mine by itself yet, in few blocks.</summary>
internal static class Deployment
{
    /// <summary>Carries the plan out.</summary>
    /// <exception cref="DevnetException">A transaction was refused, reverted or stayed out; the message names it.</exception>
    public static async Task RunAsync(ChainReader l1, ulong chainId, DeploymentPlan plan, CancellationToken cancellationToken)
    {
        ulong limit = (await l1.GetBlockAsync(BlockRef.Latest, cancellationToken).ConfigureAwait(false)).GasLimit;
        List<DeploymentStep> block = [];
        ulong gas = 0;
        foreach (DeploymentStep step in plan.Steps)
        {
            // Anvil drops what follows a transaction that no longer fits a block, so a block is filled by its gas limits.
            if (gas + GasLimit(step) > limit)
            {
                await MineAsync(l1, chainId, block, cancellationToken).ConfigureAwait(false);
                block.Clear();
                gas = 0;
            }

            block.Add(step);
            gas += GasLimit(step);
        }

        await MineAsync(l1, chainId, block, cancellationToken).ConfigureAwait(false);
    }

    private static async Task MineAsync(ChainReader l1, ulong chainId, List<DeploymentStep> steps, CancellationToken cancellationToken)
    {
        // Most of the time of a start goes into signing.
        SignedTransaction[] signed = await Task.WhenAll(steps.Select(step => Task.Run(() => SignAsync(step, chainId, cancellationToken), cancellationToken)))
            .ConfigureAwait(false);
        await DevnetSender.SubmitAsync(l1, signed, cancellationToken).ConfigureAwait(false);
        RpcRequest[] asks = [.. signed.Select(transaction => new RpcRequest("eth_getTransactionReceipt", transaction.Hash.ToString()))];
        await l1.Rpc.RequestAsync(new RpcRequest("evm_mine"), cancellationToken).ConfigureAwait(false);
        IReadOnlyList<RpcReply> receipts = await l1.Rpc.BatchAsync(asks, cancellationToken).ConfigureAwait(false);
        foreach ((DeploymentStep step, RpcReply receipt) in steps.Zip(receipts))
        {
            Check(step, new RpcValue(receipt.Result, "eth_getTransactionReceipt"));
        }
    }

    private static Task<SignedTransaction> SignAsync(DeploymentStep step, ulong chainId, CancellationToken cancellationToken)
    {
        CallRequest call = new() { To = step.To, Data = step.Data, Gas = GasLimit(step) };
        return DevnetSender.SignAsync(step.From, step.Nonce, call, chainId, cancellationToken);
    }

    // Stored code costs 200 gas a byte and call data at most 40; the rest is for what constructors and initialisers write.
    private static ulong GasLimit(DeploymentStep step) => 1_000_000 + ((step.To is null ? 260UL : 40UL) * (ulong)step.Data.Length);

    private static void Check(DeploymentStep step, RpcValue value)
    {
        if (value.IsNull)
        {
            throw new DevnetException($"L1 did not mine the transaction to {step.Name}");
        }

        RpcReceipt receipt = RpcReceipt.Read(value);
        if (!receipt.Succeeded || receipt.ContractAddress != step.Creates)
        {
            throw new DevnetException($"L1 reverted the transaction to {step.Name} (gas used: {receipt.GasUsed} of {GasLimit(step)})");
        }
    }
}
