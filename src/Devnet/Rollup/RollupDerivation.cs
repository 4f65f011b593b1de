using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Devnet;

/// <summary>
/// The rollup as L1 alone tells it. All L1 blocks from 0 on are read in the order of blocks, receipts and logs; a log counts if the inbox
/// wrote it, it is a <c>Batch</c> event whose data decode, and the header in it is one. The first such block is the rollup's genesis; from
/// then on one counts if its number is the last one's plus one and its parent hash the last one's hash. All else is ignored. The fault
/// proof program of the demo follows the same rule. What was read of L1 blocks that a reorg dropped is forgotten.
/// </summary>
public sealed class RollupDerivation(ChainReader l1)
{
    // Only a start for the next reading. Readings may run side by side; whichever ends last leaves its view.
    private volatile RollupView _view = RollupView.Empty;

    /// <summary>Reads on to L1's head, or to block <paramref name="limit"/> if that is lower.</summary>
    /// <exception cref="RpcException">L1 did not answer.</exception>
    public async Task<RollupView> AdvanceAsync(ulong? limit, CancellationToken cancellationToken)
    {
        RpcBlock head = await l1.GetBlockAsync(BlockRef.Latest, cancellationToken).ConfigureAwait(false);
        if (limit < head.Number)
        {
            head = await l1.GetBlockAsync(BlockRef.At(limit.Value), cancellationToken).ConfigureAwait(false);
        }

        RollupView view = await AdvanceAsync(_view, head, cancellationToken).ConfigureAwait(false);
        _view = view;
        return view;
    }

    // From the head back to a block that is known, by parent hashes, and forward again: never a mixture of two forks.
    private async Task<RollupView> AdvanceAsync(RollupView view, RpcBlock head, CancellationToken cancellationToken)
    {
        Stack<BlockId> missing = [];
        BlockId next = new(head.Hash, head.Number);
        Hash32 parent = head.ParentHash;
        while (!view.Holds(next))
        {
            missing.Push(next);
            if (next.Number == 0)
            {
                break;
            }

            next = new BlockId(parent, next.Number - 1);
            if (!view.Holds(next))
            {
                parent = (await l1.GetBlockAsync(BlockRef.At(next.Hash), cancellationToken).ConfigureAwait(false)).ParentHash;
            }
        }

        view = view.UpTo(missing.TryPeek(out BlockId first) ? first.Number : head.Number + 1);
        foreach (BlockId block in missing)
        {
            IReadOnlyList<RpcReceipt> receipts =
                await l1.FindBlockReceiptsAsync(BlockRef.At(block.Hash), cancellationToken).ConfigureAwait(false)
                ?? throw new RpcException(RpcErrorKind.NodeError, $"L1 no longer has block {block.Hash}");
            view = view.With(block, receipts.SelectMany(receipt => receipt.Logs).Where(IsBatch).Select(log => log.Data));
        }

        return view;
    }

    private static bool IsBatch(RpcLog log) => log.Address == DevnetAddresses.BatchInbox && InboxAbi.Batch.IsIn(log.Topics);
}
