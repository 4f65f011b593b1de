using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Devnet;

/// <summary>A view of the rollup as a node on a wrong fork, or with a wrong state, has it.</summary>
internal sealed class ForkedView
{
    private readonly RollupView _view;
    private readonly ulong? _l1Fork;
    private readonly ulong? _wrongState;
    private readonly Dictionary<ulong, DerivedBlock> _fork = [];

    public ForkedView(RollupView view, RollupNodeFaults faults)
    {
        _view = view;
        _l1Fork = faults.L1ForkFrom;
        _wrongState = faults.WrongStateFrom;
        if (faults.L2ForkFrom is not { } first || view.Genesis is not { } genesis)
        {
            return;
        }

        for (ulong number = Math.Max(first, genesis.Number); view.Find(number) is { } block; number++)
        {
            Hash32 parent = _fork.TryGetValue(number - 1, out DerivedBlock? last) ? last.Hash : block.Header.ParentHash;
            _fork[number] = block with { Header = Altered(block.Header, parent) };
        }
    }

    public BlockId L1Head => _view.L1Head;

    public DerivedBlock? Genesis => Of(_view.Genesis);

    public DerivedBlock? SafeHead => Of(_view.SafeHead);

    public DerivedBlock? Find(ulong number) => Of(_view.Find(number));

    public DerivedBlock? SafeHeadAt(ulong l1Number) => Of(_view.SafeHeadAt(l1Number));

    /// <summary>The L1 block as this node names it.</summary>
    public BlockId L1(BlockId id) => id.Number >= _l1Fork ? id with { Hash = Other(id.Hash) } : id;

    /// <summary>The state root that this node tells of a block; another than the header's if it is to be wrong.</summary>
    public Hash32 StateRoot(DerivedBlock block) =>
        block.Number >= _wrongState ? Other(block.Header.StateRoot) : block.Header.StateRoot;

    /// <summary>The output root that fits <see cref="StateRoot"/>.</summary>
    public Hash32 OutputRoot(DerivedBlock block) =>
        Gavel.Rollup.OutputRoot.Compute(StateRoot(block), block.MessagePasserStorageRoot, block.Hash);

    private DerivedBlock? Of(DerivedBlock? block) => block is not null && _fork.TryGetValue(block.Number, out DerivedBlock? other) ? other : block;

    // The first fields of a header are of fixed size: parent hash, ommers hash, beneficiary, state root.
    private static BlockHeader Altered(BlockHeader header, Hash32 parent)
    {
        const int listHeader = 3;
        const int stateRootAt = listHeader + 33 + 33 + 21 + 1;
        byte[] rlp = header.Encode();
        parent.CopyTo(rlp.AsSpan(listHeader + 1));
        Other(header.StateRoot).CopyTo(rlp.AsSpan(stateRootAt));
        return BlockHeader.Decode(rlp);
    }

    // What another chain would have in the place of a value: fixed by it and unlike it.
    private static Hash32 Other(Hash32 value) => Keccak256.HashPair(value, value);
}
