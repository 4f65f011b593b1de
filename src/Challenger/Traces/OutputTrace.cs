using System.Collections.Concurrent;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.Rollup;

namespace Gavel.Challenger;

/// <summary>
/// The honest output roots of one game. A position stands for block start + trace index + 1; honest values are capped at the proposed block
/// and at the safe head derivable at the game's L1 head. What is asked for and not yet known is noted, to be fetched by
/// <see cref="FetchAsync"/>. Everything known here is fixed by the game's L1 head and never changes.
/// </summary>
public sealed class OutputTrace(GameMetadata game, TrustedNodes nodes)
{
    private readonly GameRules _rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
    private readonly ConcurrentDictionary<ulong, VerifiedOutput> _outputs = new();
    private readonly ConcurrentDictionary<ulong, string> _wanted = new();
    private BlockId? _safeHead;
    private string _unavailable = "the nodes have not been asked yet";

    /// <summary>The last L2 block derivable at the game's L1 head; null while the nodes cannot tell.</summary>
    public BlockId? SafeHead => _safeHead;

    /// <summary>True when something was asked for that <see cref="FetchAsync"/> could fetch.</summary>
    public bool WantsMore => _safeHead is null || !_wanted.IsEmpty;

    /// <summary>Outputs known so far, by block.</summary>
    public IReadOnlyDictionary<ulong, VerifiedOutput> Known => _outputs;

    /// <summary>The last block that honest values speak of: the smaller of proposed block and safe head.</summary>
    public ulong? CappedBlock => _safeHead is not { } safe ? null : game.L2BlockNumber < safe.Number ? (ulong)game.L2BlockNumber : safe.Number;

    /// <summary>The honest output root at a position at or above the split depth.</summary>
    public TraceAnswer<Hash32> ValueAt(Position position)
    {
        if (CappedBlock is not ulong cap)
        {
            return TraceAnswer.Unavailable<Hash32>(_unavailable);
        }

        if (cap < _rules.StartingBlockNumber)
        {
            return TraceAnswer.Unavailable<Hash32>(
                $"the safe head {cap} at the game's L1 head is below the block {_rules.StartingBlockNumber} that the game starts from");
        }

        UInt128 uncapped = _rules.StartingBlockNumber + position.TraceIndex(_rules.SplitDepth) + 1;
        TraceAnswer<VerifiedOutput> output = Output(uncapped < cap ? (ulong)uncapped : cap);
        return output.IsAvailable ? TraceAnswer.Of(output.Value.OutputRoot) : TraceAnswer.Unavailable<Hash32>(output.Reason);
    }

    /// <summary>What proves that a root claim is the output of a known block other than the proposed one.</summary>
    public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root)
    {
        if (CappedBlock is not ulong cap)
        {
            return TraceAnswer.Unavailable<RootBlockProof?>(_unavailable);
        }

        // The capped block must be known, or a root that repeats its output for a later block would go unnoticed.
        TraceAnswer<VerifiedOutput> capped = Output(cap);
        if (!capped.IsAvailable)
        {
            return TraceAnswer.Unavailable<RootBlockProof?>(capped.Reason);
        }

        VerifiedOutput? other = _outputs.Values.FirstOrDefault(output => output.OutputRoot == root && (UInt256)output.Block.Number != game.L2BlockNumber);
        return TraceAnswer.Of(other is null
            ? null
            : new RootBlockProof(Hash32.Zero, other.StateRoot, other.MessagePasserStorageRoot, other.Block.Hash, other.HeaderRlp));
    }

    /// <summary>A verified output, or a note that it is wanted.</summary>
    public TraceAnswer<VerifiedOutput> Output(ulong block)
    {
        if (_outputs.TryGetValue(block, out VerifiedOutput? output))
        {
            return TraceAnswer.Of(output);
        }

        return TraceAnswer.Unavailable<VerifiedOutput>(_wanted.GetOrAdd(block, $"the output of block {block} has not been fetched yet"));
    }

    /// <summary>Takes over outputs that another game has fetched under the same L1 head or an earlier one that this game's chain contains.</summary>
    public void Learn(VerifiedOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_safeHead is { } safe && output.Block.Number <= safe.Number)
        {
            _outputs.TryAdd(output.Block.Number, output);
            _wanted.TryRemove(output.Block.Number, out _);
        }
    }

    /// <summary>Asks the nodes for everything that was wanted.</summary>
    /// <returns>True when at least one answer came.</returns>
    public async Task<bool> FetchAsync(CancellationToken cancellationToken)
    {
        if (_safeHead is null)
        {
            _unavailable = "the nodes gave no answer in time"; // unless they do
            NodeAnswer<BlockId> safe = await nodes.SafeHeadAsync(game.L1Head, cancellationToken);
            if (!safe.IsAvailable)
            {
                _unavailable = safe.Reason;
                return false;
            }

            _safeHead = safe.Value;
            return true;
        }

        bool learned = false;
        foreach (ulong block in _wanted.Keys.Order().ToArray())
        {
            NodeAnswer<VerifiedOutput> output = await nodes.OutputAsync(block, _safeHead.Value, cancellationToken);
            if (output.IsAvailable)
            {
                _outputs[block] = output.Value;
                _wanted.TryRemove(block, out _);
                learned = true;
            }
            else
            {
                _wanted[block] = output.Reason;
            }
        }

        return learned;
    }
}
