using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>A view of the rollup as a node on a wrong fork, or with a wrong state, has it.</summary>
internal sealed class ForkedView(RollupView view, RollupNodeFaults faults)
{
    private readonly ulong? _l1Fork = faults.L1ForkFrom;
    private readonly ulong? _l2Fork = faults.L2ForkFrom;
    private readonly ulong? _wrongState = faults.WrongStateFrom;

    public BlockId L1Head => view.L1Head;

    public DerivedBlock? Genesis => Of(view.Genesis);

    public DerivedBlock? SafeHead => Of(view.SafeHead);

    public DerivedBlock? Find(ulong number) => Of(view.Find(number));

    public DerivedBlock? SafeHeadAt(ulong l1Number) => Of(view.SafeHeadAt(l1Number));

    /// <summary>The L1 block as this node names it.</summary>
    public BlockId L1(BlockId id) => id.Number >= _l1Fork ? id with { Hash = Other(id.Hash) } : id;

    private DerivedBlock? Of(DerivedBlock? block)
    {
        if (block is null)
        {
            return null;
        }

        if (block.Number >= _l2Fork)
        {
            block = block with
            {
                Hash = Other(block.Hash),
                ParentHash = block.Number > _l2Fork ? Other(block.ParentHash) : block.ParentHash,
                StateRoot = Other(block.StateRoot),
            };
        }

        return block.Number >= _wrongState ? block with { StateRoot = Other(block.StateRoot) } : block;
    }

    // What another chain would have in the place of a value: fixed by it and unlike it.
    private static Hash32 Other(Hash32 value) => Keccak256.HashPair(value, value);
}
