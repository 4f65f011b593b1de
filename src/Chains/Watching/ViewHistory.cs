using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>How a head stands to the views before it.</summary>
internal enum HeadCourse
{
    /// <summary>It is a later block of the same chain, or the first one.</summary>
    Onward,

    /// <summary>It is the block of the last view.</summary>
    Same,

    /// <summary>It is an earlier block of the same chain: another node of a provider, or another endpoint, that lags.</summary>
    Behind,

    /// <summary>It is of another fork than the last view.</summary>
    Forked,
}

/// <summary>What a head came to.</summary>
/// <param name="Course">How the head stands to the views before.</param>
/// <param name="View">The view to read at: the head, or the last view where the head is behind it.</param>
/// <param name="Common">After a fork the last view that both chains have; null where none is remembered.</param>
internal sealed record HeadChange(HeadCourse Course, L1View View, L1View? Common = null);

/// <summary>
/// The views of late. Only another hash at a known height, or a parent that does not fit, is a reorganisation: a head that is merely lower
/// comes from a node that lags, and takes nothing back.
/// </summary>
internal sealed class ViewHistory(ChainReader l1)
{
    private const int Most = 256;

    // Parents are followed this far by hash, which no other fork can answer; what lies deeper is asked for by number.
    private const int MostSteps = 32;

    // After so many lower heads in a row the last view must show that it is a block at all.
    private const int PatienceWithLowerHeads = 3;

    private readonly List<L1View> _views = []; // rising
    private int _lower;

    /// <summary>Takes the newest head.</summary>
    /// <exception cref="RpcException">A node gave no usable answer; nothing was taken.</exception>
    public async Task<HeadChange> TakeAsync(L1View head, CancellationToken cancellationToken)
    {
        if (_views.Count == 0)
        {
            await CheckAsync(head, cancellationToken);
            return Onward(head);
        }

        L1View last = _views[^1];
        if (head.Block == last.Block)
        {
            _lower = 0;
            return new HeadChange(HeadCourse.Same, last);
        }

        // The next block shows by its parent where it belongs; what leaves a gap could be anything that one answer says.
        if (head.Block.Number > last.Block.Number + 1)
        {
            await CheckAsync(head, cancellationToken);
        }

        HeadChain chain = new(l1, head);
        int known = _views.FindLastIndex(view => view.Block.Number <= head.Block.Number);
        if (known < 0 || await chain.HasAsync(_views[known], cancellationToken))
        {
            // A head below all that is remembered is no fork that we could tell; if it is one, it shows as soon as it has grown.
            return head.Block.Number > last.Block.Number ? Onward(head) : await BehindAsync(head, last, cancellationToken);
        }

        while (--known >= 0 && !await chain.HasAsync(_views[known], cancellationToken))
        {
        }

        L1View? common = known < 0 ? null : _views[known];
        _views.RemoveRange(known + 1, _views.Count - known - 1);
        _views.Add(head);
        _lower = 0;
        return new HeadChange(HeadCourse.Forked, head, common);
    }

    // A head that was never a block (a garbled answer, another chain behind the same address) would leave every true one behind it for ever.
    private async Task<HeadChange> BehindAsync(L1View head, L1View last, CancellationToken cancellationToken)
    {
        if (++_lower % PatienceWithLowerHeads != 0)
        {
            return new HeadChange(HeadCourse.Behind, last);
        }

        RpcBlock? known = await l1.FindBlockAsync(BlockRef.At(last.Block.Hash), cancellationToken);
        if (known is not null && known.Number == last.Block.Number && known.Timestamp == last.Timestamp)
        {
            return new HeadChange(HeadCourse.Behind, last);
        }

        // What was read at that view is read again, as after a fork.
        _views.Remove(last);
        HeadChange change = await TakeAsync(head, cancellationToken);
        L1View? common = change.Course == HeadCourse.Onward ? _views.ElementAtOrDefault(_views.Count - 2) : change.View;
        return change.Course == HeadCourse.Forked ? change : new HeadChange(HeadCourse.Forked, change.View, common);
    }

    private async Task CheckAsync(L1View head, CancellationToken cancellationToken)
    {
        RpcBlock block = await l1.GetBlockAsync(BlockRef.At(head.Block.Hash), cancellationToken);
        if (block.Number != head.Block.Number || block.ParentHash != head.ParentHash || block.Timestamp != head.Timestamp)
        {
            throw new RpcException(RpcErrorKind.Malformed, $"the head {head.Block} is not the block of that hash, which has number {block.Number}");
        }
    }

    private HeadChange Onward(L1View head)
    {
        _lower = 0;
        _views.Add(head);
        if (_views.Count > Most)
        {
            _views.RemoveAt(0);
        }

        return new HeadChange(HeadCourse.Onward, head);
    }

    /// <summary>The chain that ends in a head, as far as it has been followed.</summary>
    private sealed class HeadChain(ChainReader l1, L1View head)
    {
        private ulong _lowest = head.Block.Number;
        private Hash32 _hash = head.Block.Hash;
        private Hash32? _parent = head.ParentHash;
        private int _steps;

        /// <summary>Whether a view's block is on it. Views are asked about from the highest down.</summary>
        public async Task<bool> HasAsync(L1View view, CancellationToken cancellationToken)
        {
            ulong number = view.Block.Number;
            while (_lowest > number && _lowest - number <= MostSteps)
            {
                if (_parent is null)
                {
                    if (_steps++ == MostSteps)
                    {
                        break;
                    }

                    _parent = (await l1.GetBlockAsync(BlockRef.At(_hash), cancellationToken)).ParentHash;
                }

                (_lowest, _hash, _parent) = (_lowest - 1, _parent.Value, null);
            }

            if (_lowest == number)
            {
                return _hash == view.Block.Hash;
            }

            RpcBlock there = await l1.FindBlockAsync(BlockRef.At(number), cancellationToken)
                ?? throw new RpcException(RpcErrorKind.Malformed, $"the node has block {head.Block.Number} as its head and no block {number}");
            return there.Hash == view.Block.Hash;
        }
    }
}
