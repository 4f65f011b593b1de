using System.Text.Json.Nodes;
using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Devnet;

/// <summary>Publishes L2 blocks to the inbox on L1, oldest first, from the last one that counts there.</summary>
public sealed class Batcher
{
    private static readonly TimeSpan InclusionLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly EthClient _l1;
    private readonly EthClient _l2;
    private readonly RollupDerivation _derivation;

    internal Batcher(EthClient l1, EthClient l2)
    {
        _l1 = l1;
        _l2 = l2;
        _derivation = new RollupDerivation(l1);
    }

    /// <summary>True while L2 blocks are held back. Proposals to games that do not cap the disputed block are made in such a pause.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Holds L2 blocks back until <see cref="ResumeAsync"/>.</summary>
    public void Pause() => IsPaused = true;

    /// <summary>Goes on, beginning with what was held back.</summary>
    public Task ResumeAsync(CancellationToken cancellationToken = default)
    {
        IsPaused = false;
        return PostPendingAsync(cancellationToken);
    }

    /// <summary>
    /// Publishes every L2 block that does not count on L1 yet and waits until all are mined; does nothing while paused. A batch that an L1
    /// reorg dropped is published again.
    /// </summary>
    /// <returns>How many were published.</returns>
    /// <exception cref="DevnetException">A batch was refused or not mined, or L2 left the chain that is on L1.</exception>
    public async Task<int> PostPendingAsync(CancellationToken cancellationToken = default)
    {
        if (IsPaused)
        {
            return 0;
        }

        RollupView view = await _derivation.AdvanceAsync(null, cancellationToken).ConfigureAwait(false);
        ulong head = await _l2.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false);
        ulong next = view.SafeHead is { } safe ? safe.Number + 1 : 1;
        List<RpcRequest> posts = [];
        ulong nonce = await _l1.GetTransactionCountAsync(DevnetAccounts.Batcher.Address, BlockRef.Pending, cancellationToken).ConfigureAwait(false);
        for (ulong number = next; number <= head; number++)
        {
            (byte[] header, Hash32 storageRoot, Hash32 parent) = await ReadBlockAsync(_l2, number, cancellationToken).ConfigureAwait(false);
            if (number == next && view.SafeHead is { } last && parent != last.Hash)
            {
                throw new DevnetException($"L2 block {number} does not follow block {last.Hash}, which is on L1: L2 was reorganised below its safe head");
            }

            posts.Add(Post(InboxAbi.PostData(header, storageRoot), nonce++));
        }

        IReadOnlyList<RpcReply> replies = await _l1.Rpc.BatchAsync(posts, cancellationToken).ConfigureAwait(false);
        foreach (RpcReply reply in replies)
        {
            await WaitAsync(new RpcValue(reply.Result, "eth_sendTransaction").Hash(), cancellationToken).ConfigureAwait(false);
        }

        return posts.Count;
    }

    /// <summary>What the batch of an L2 block holds, and its parent's hash.</summary>
    internal static async Task<(byte[] Header, Hash32 StorageRoot, Hash32 Parent)> ReadBlockAsync(
        EthClient l2, ulong number, CancellationToken cancellationToken)
    {
        RpcBlock block = await l2.GetBlockAsync(BlockRef.At(number), cancellationToken).ConfigureAwait(false);
        AccountProof proof = await l2.GetProofAsync(
            OutputRoot.MessagePasser, [], BlockRef.At(block.Hash), cancellationToken).ConfigureAwait(false);
        return (L2Header.Encode(block), proof.State.StorageRoot, block.ParentHash);
    }

    private static RpcRequest Post(byte[] data, ulong nonce) => new("eth_sendTransaction", new JsonObject
    {
        ["from"] = DevnetAccounts.Batcher.Address.ToString(),
        ["to"] = DevnetAddresses.BatchInbox.ToString(),
        ["nonce"] = Hex.Quantity(nonce),
        ["data"] = Hex.Encode(data),
        ["gas"] = Hex.Quantity(200_000),
    });

    private async Task WaitAsync(Hash32 transaction, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(InclusionLimit);
        try
        {
            while (true)
            {
                if (await _l1.FindReceiptAsync(transaction, limit.Token).ConfigureAwait(false) is { } receipt)
                {
                    if (!receipt.Succeeded)
                    {
                        throw new DevnetException($"the batch in transaction {transaction} reverted");
                    }

                    return;
                }

                await Task.Delay(Poll, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DevnetException($"the batch in transaction {transaction} was not mined within {InclusionLimit.TotalSeconds:0} s", e);
        }
    }
}
