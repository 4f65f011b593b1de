using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Challenger;

/// <summary>
/// L1 blocks of which rollup nodes have lately told the hash. What an L1 endpoint says can be proven against such a block: an endpoint that lies
/// would have to lie together with a rollup node.
/// </summary>
public interface IKnownL1Blocks
{
    /// <summary>The blocks, in any order; empty where no node tells one within a short time. Never fails but by cancellation.</summary>
    ValueTask<IReadOnlyList<BlockId>> KnownAsync(CancellationToken cancellationToken);
}

/// <summary>What rollup nodes tell of L1 in their sync status: the block that they have derived from, and the newest that they know.</summary>
public sealed class RollupL1Blocks(IReadOnlyList<RollupNode> nodes, TimeProvider clock) : IKnownL1Blocks
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    // One node's word is enough to go on with; those that answer a moment later may know a newer block.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(0.5);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<BlockId>> KnownAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(Limit, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Task<SyncStatus?>[] asked = [.. nodes.Select(node => AskAsync(node, either.Token))];
        List<Task<SyncStatus?>> open = [.. asked];
        while (open.Count > 0)
        {
            Task<SyncStatus?> first = await Task.WhenAny(open);
            open.Remove(first);
            if (await first is not null && !limit.IsCancellationRequested)
            {
                limit.CancelAfter(Grace);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return [.. asked.Select(task => task.Result).OfType<SyncStatus>().SelectMany(status => (BlockId[])[status.HeadL1, status.CurrentL1]).Distinct()];
    }

    private static async Task<SyncStatus?> AskAsync(RollupNode node, CancellationToken cancellationToken)
    {
        try
        {
            return await node.SyncStatusAsync(cancellationToken);
        }
        catch (Exception error) when (error is RpcException or OperationCanceledException)
        {
            return null; // its own trouble; the judge's questions show it
        }
    }
}
