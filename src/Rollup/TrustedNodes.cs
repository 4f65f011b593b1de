using Gavel.Ethereum;

namespace Gavel.Rollup;

/// <summary>
/// The nodes that the operator trusts, taken together: at least one rollup node and one L2 execution node. An answer is one that every
/// node able to answer agrees on and that was rebuilt from the execution node's data. A node that lags does not vote; two that contradict
/// each other make the answer unavailable.
/// </summary>
/// <param name="rollupNodes">At least one.</param>
/// <param name="executionNodes">At least one.</param>
/// <param name="l1">L1, by which the fork that a rollup node follows is checked.</param>
public sealed class TrustedNodes(IReadOnlyList<RollupNode> rollupNodes, IReadOnlyList<L2ExecutionNode> executionNodes, ChainReader l1)
{
    /// <summary>
    /// The last L2 block that can be derived from L1 up to and including a block, told only by nodes that have gone past that block on the
    /// same fork.
    /// </summary>
    /// <param name="l1Head">Hash of the L1 block: a game's L1 head.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<NodeAnswer<BlockId>> SafeHeadAsync(Hash32 l1Head, CancellationToken cancellationToken)
    {
        try
        {
            RpcBlock? head = await l1.FindBlockAsync(BlockRef.At(l1Head, requireCanonical: false), cancellationToken);
            if (head is null || !await IsOnL1Async(new BlockId(l1Head, head.Number), cancellationToken))
            {
                return NodeAnswer.Unavailable<BlockId>($"the L1 node does not have {l1Head} on its chain");
            }

            BlockId block = new(l1Head, head.Number);
            return await AgreeAsync("safe head", rollupNodes, node => SafeHeadOfAsync(node, block, cancellationToken));
        }
        catch (RpcException error)
        {
            return NodeAnswer.Unavailable<BlockId>($"the L1 node gave no answer: {error.Message}");
        }
    }

    /// <summary>The output root of a block, told by the rollup nodes and rebuilt from the execution nodes; both must agree.</summary>
    /// <param name="block">The L2 block, at most <paramref name="safeHead"/>.</param>
    /// <param name="safeHead">The safe head by which the block is judged.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<NodeAnswer<VerifiedOutput>> OutputAsync(ulong block, BlockId safeHead, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(block, safeHead.Number);
        NodeAnswer<VerifiedOutput> rebuilt = await AgreeAsync(
            $"output of block {block}", executionNodes, node => node.OutputAsync(block, safeHead, cancellationToken), output => output.OutputRoot);
        if (!rebuilt.IsAvailable)
        {
            return rebuilt;
        }

        NodeAnswer<ToldOutput> told = await AgreeAsync(
            $"output of block {block}", rollupNodes, async node => NodeAnswer.Of(await node.OutputAtBlockAsync(block, cancellationToken)), output => output.OutputRoot);
        if (!told.IsAvailable)
        {
            return NodeAnswer.Unavailable<VerifiedOutput>(told.Reason);
        }

        return told.Value.OutputRoot == rebuilt.Value.OutputRoot && told.Value.Block.Hash == rebuilt.Value.Block.Hash
            ? rebuilt
            : NodeAnswer.Unavailable<VerifiedOutput>(
                $"the rollup node says output {told.Value.OutputRoot} for block {told.Value.Block}, but the execution node's header and account proof of {rebuilt.Value.Block} give {rebuilt.Value.OutputRoot}");
    }

    private async Task<NodeAnswer<BlockId>> SafeHeadOfAsync(RollupNode node, BlockId l1Head, CancellationToken cancellationToken)
    {
        SyncStatus status = await node.SyncStatusAsync(cancellationToken);
        if (status.CurrentL1.Number <= l1Head.Number)
        {
            return NodeAnswer.Unavailable<BlockId>(
                $"the rollup node has processed L1 up to block {status.CurrentL1.Number} and must be past {l1Head.Number}");
        }

        if (!await IsOnL1Async(status.CurrentL1, cancellationToken))
        {
            return NodeAnswer.Unavailable<BlockId>($"the rollup node is at L1 block {status.CurrentL1}, which our L1 node does not have on its chain");
        }

        SafeHeadAtL1 safe = await node.SafeHeadAtL1BlockAsync(l1Head.Number, cancellationToken);
        if (safe.L1Block.Number > l1Head.Number)
        {
            return NodeAnswer.Unavailable<BlockId>($"the rollup node gave the safe head at L1 block {safe.L1Block.Number} when asked for {l1Head.Number}");
        }

        return await IsOnL1Async(safe.L1Block, cancellationToken)
            ? NodeAnswer.Of(safe.SafeHead)
            : NodeAnswer.Unavailable<BlockId>($"the rollup node recorded the safe head at L1 block {safe.L1Block}, which is not on our L1 node's chain");
    }

    private async Task<bool> IsOnL1Async(BlockId block, CancellationToken cancellationToken) =>
        (await l1.FindBlockAsync(BlockRef.At(block.Number), cancellationToken))?.Hash == block.Hash;

    private static Task<NodeAnswer<T>> AgreeAsync<TNode, T>(string what, IReadOnlyList<TNode> nodes, Func<TNode, Task<NodeAnswer<T>>> ask)
        where T : notnull => AgreeAsync(what, nodes, ask, value => value);

    // Asks all nodes; those that cannot tell do not vote, and those that can must say the same.
    private static async Task<NodeAnswer<T>> AgreeAsync<TNode, T, TKey>(
        string what, IReadOnlyList<TNode> nodes, Func<TNode, Task<NodeAnswer<T>>> ask, Func<T, TKey> key)
        where TKey : notnull
    {
        List<string> reasons = [];
        List<T> values = [];
        foreach (NodeAnswer<T> answer in await Task.WhenAll(nodes.Select(node => TryAsync(node, ask))))
        {
            if (answer.IsAvailable)
            {
                values.Add(answer.Value);
            }
            else
            {
                reasons.Add(answer.Reason);
            }
        }

        if (values.Count == 0)
        {
            return NodeAnswer.Unavailable<T>(string.Join("; ", reasons));
        }

        return values.TrueForAll(value => key(value).Equals(key(values[0])))
            ? NodeAnswer.Of(values[0])
            : NodeAnswer.Unavailable<T>($"the nodes contradict each other about the {what}: {string.Join(" / ", values.Select(key).Distinct())}");
    }

    private static async Task<NodeAnswer<T>> TryAsync<TNode, T>(TNode node, Func<TNode, Task<NodeAnswer<T>>> ask)
    {
        try
        {
            return await ask(node);
        }
        catch (RpcException error)
        {
            return NodeAnswer.Unavailable<T>($"a node gave no answer: {error.Message}");
        }
    }
}
