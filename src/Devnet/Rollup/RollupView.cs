using System.Collections.Immutable;
using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Devnet;

/// <summary>What has been derived from L1 up to one of its blocks. Immutable.</summary>
public sealed class RollupView
{
    private readonly ImmutableList<BlockId> _l1;
    private readonly ImmutableList<DerivedBlock> _l2;

    private RollupView(ImmutableList<BlockId> l1, ImmutableList<DerivedBlock> l2)
    {
        _l1 = l1;
        _l2 = l2;
    }

    /// <summary>Nothing read yet.</summary>
    internal static RollupView Empty { get; } = new([], []);

    /// <summary>The last L1 block that was read.</summary>
    public BlockId L1Head => _l1[^1];

    /// <summary>The derived blocks, from the rollup's genesis on.</summary>
    public IReadOnlyList<DerivedBlock> Blocks => _l2;

    /// <summary>The rollup's first block; null before its batch.</summary>
    public DerivedBlock? Genesis => _l2.IsEmpty ? null : _l2[0];

    /// <summary>The last derived block; null before the first batch.</summary>
    public DerivedBlock? SafeHead => _l2.IsEmpty ? null : _l2[^1];

    /// <summary>A block by its number; null if it was not derived.</summary>
    public DerivedBlock? Find(ulong number) =>
        !_l2.IsEmpty && number >= _l2[0].Number && number - _l2[0].Number < (ulong)_l2.Count ? _l2[(int)(number - _l2[0].Number)] : null;

    /// <summary>The last block whose batch is on L1 by that L1 block; null before the first batch.</summary>
    public DerivedBlock? SafeHeadAt(ulong l1Number)
    {
        int low = 0;
        int high = _l2.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _l2[middle].L1Inclusion.Number <= l1Number ? (middle + 1, high) : (low, middle);
        }

        return low == 0 ? null : _l2[low - 1];
    }

    /// <summary>An L1 block that was read; null if it was not.</summary>
    public BlockId? L1At(ulong number) => number < (ulong)_l1.Count ? _l1[(int)number] : null;

    internal bool Holds(BlockId l1) => L1At(l1.Number) == l1;

    /// <summary>Without the L1 blocks from <paramref name="number"/> on and what they brought.</summary>
    internal RollupView UpTo(ulong number) => number >= (ulong)_l1.Count
        ? this
        : new RollupView(
            _l1.RemoveRange((int)number, _l1.Count - (int)number),
            _l2.RemoveAll(block => block.L1Inclusion.Number >= number));

    /// <summary>With the next L1 block and the data of its batch events.</summary>
    internal RollupView With(BlockId l1, IEnumerable<ReadOnlyMemory<byte>> batches)
    {
        ImmutableList<DerivedBlock> l2 = _l2;
        foreach (ReadOnlyMemory<byte> batch in batches)
        {
            if (Decode(batch, l1) is { } block && (l2.IsEmpty || Follows(block, l2[^1])))
            {
                l2 = l2.Add(block);
            }
        }

        return new RollupView(_l1.Add(l1), l2);
    }

    private static bool Follows(DerivedBlock block, DerivedBlock last) =>
        last.Number < ulong.MaxValue && block.Number == last.Number + 1 && block.Header.ParentHash == last.Hash;

    private static DerivedBlock? Decode(ReadOnlyMemory<byte> batch, BlockId l1)
    {
        try
        {
            BatchEvent decoded = StrictAbi.Decode<BatchEvent>(batch.Span, InboxAbi.Batch.Signature);
            return DerivedBlock.Decode(decoded.Header, decoded.MessagePasserStorageRoot.ToHash32(), l1);
        }
        catch (AbiMismatchException)
        {
            return null;
        }
    }
}
