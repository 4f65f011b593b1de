using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Devnet;

/// <summary>Publishes L2 blocks to the inbox on L1, oldest first, from the last one that counts there.</summary>
public sealed class Batcher
{
    private const ulong PostGas = 200_000;
    private readonly ChainReader _l2;
    private readonly DevnetSender _sender;
    private readonly RollupDerivation _derivation;

    internal Batcher(ChainReader l1, ChainReader l2, DevnetSender sender)
    {
        _l2 = l2;
        _sender = sender;
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
        List<CallRequest> posts = [];
        for (ulong number = next; number <= head; number++)
        {
            DerivedBlock block = await ReadBlockAsync(_l2, number, cancellationToken).ConfigureAwait(false);
            if (number == next && view.SafeHead is { } last && block.Header.ParentHash != last.Hash)
            {
                throw new DevnetException($"L2 block {block.Id} does not follow block {last.Id}, which is on L1: L2 was reorganised below its safe head");
            }

            posts.Add(new CallRequest
            {
                To = DevnetAddresses.BatchInbox,
                Data = InboxAbi.PostData(block.Header.Encode(), block.MessagePasserStorageRoot),
                Gas = PostGas,
            });
        }

        IReadOnlyList<RpcReceipt> receipts = await _sender.SendAsync(DevnetAccounts.Batcher, posts, cancellationToken).ConfigureAwait(false);
        if (receipts.FirstOrDefault(receipt => !receipt.Succeeded) is { } reverted)
        {
            throw new DevnetException($"the batch in transaction {reverted.TransactionHash} reverted");
        }

        return posts.Count;
    }

    /// <summary>An L2 block as its batch will tell it, from the execution node: hash and account proof are checked.</summary>
    internal static async Task<DerivedBlock> ReadBlockAsync(ChainReader l2, ulong number, CancellationToken cancellationToken)
    {
        BlockHeader header = (await l2.GetBlockAsync(BlockRef.At(number), cancellationToken).ConfigureAwait(false)).ReadHeader();
        AccountProof proof = await l2.GetProofAsync(
            OutputRoot.MessagePasser, [], BlockRef.At(header.Hash), cancellationToken).ConfigureAwait(false);
        proof.Verify(header.StateRoot);
        return new DerivedBlock(header, proof.State.StorageRoot, default);
    }
}
