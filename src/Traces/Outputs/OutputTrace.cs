using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.Rollup;

namespace Gavel.Traces;

/// <summary>
/// The honest output roots of one game. A position stands for block start + trace index + 1; honest values are capped at the proposed block
/// and at the safe head derivable at the game's L1 head. It answers from one weighing of what the trusted nodes have said; the next weighing
/// may know more, and may have had to take something back.
/// </summary>
public sealed class OutputTrace(GameMetadata game)
{
    private readonly GameRules _rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
    private readonly Dictionary<UInt128, Hash32> _given = [];
    private Weighing? _weighing;

    /// <summary>The last block that honest values speak of: the smaller of proposed block and safe head; null while that is not known.</summary>
    public ulong? CappedBlock => _weighing?.CappedBlock;

    /// <summary>What the truth of the game depends on.</summary>
    public static GameFacts FactsOf(GameMetadata game)
    {
        ArgumentNullException.ThrowIfNull(game);
        GameRules rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
        return new GameFacts
        {
            L1Head = game.L1Head,
            RootClaim = game.RootClaim,
            ProposedBlock = game.L2BlockNumber,
            StartBlock = rules.StartingBlockNumber,
            StartRoot = rules.StartingOutputRoot,
            L2ChainId = rules.L2ChainId,
        };
    }

    /// <summary>Answers from another weighing from here on.</summary>
    /// <returns>False if an answer that was given before is another one now, or none: what was decided by it is to be decided anew.</returns>
    public bool Use(Weighing weighing)
    {
        ArgumentNullException.ThrowIfNull(weighing);
        _weighing = weighing;
        if (_given.All(given => weighing.HonestAt(given.Key).Root == given.Value))
        {
            return true;
        }

        _given.Clear();
        return false;
    }

    /// <summary>The honest output root at a position at or above the split depth.</summary>
    public TraceAnswer<Hash32> ValueAt(Position position)
    {
        UInt128 block = _rules.StartingBlockNumber + position.TraceIndex(_rules.SplitDepth) + 1;
        TraceAnswer<Hash32> output = Answer(block);
        if (output.IsAvailable)
        {
            _given[block] = output.Value;
        }

        return output;
    }

    /// <summary>What proves that a root claim is the output of a known block other than the proposed one.</summary>
    public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root)
    {
        // The capped block must be known, or a root that repeats its output for a later block would go unnoticed.
        TraceAnswer<Hash32> capped = Answer(UInt128.MaxValue);
        if (!capped.IsAvailable)
        {
            return TraceAnswer.Unavailable<RootBlockProof?>(capped.Reason, capped.Want);
        }

        // A root that a person calls true is not challenged, whatever block it is of.
        VerifiedOutput? other = _weighing!.Decision is { Truth: Truth.Valid } ? null : _weighing.KnownOutputs.FirstOrDefault(output => output.OutputRoot == root && (UInt256)output.Block.Number != game.L2BlockNumber);
        return TraceAnswer.Of(other is null
            ? null
            : new RootBlockProof(Hash32.Zero, other.StateRoot, other.MessagePasserStorageRoot, other.Block.Hash, other.HeaderRlp));
    }

    private TraceAnswer<Hash32> Answer(UInt128 block)
    {
        if (_weighing is null)
        {
            return TraceAnswer.Unavailable<Hash32>("nothing has been weighed", EvidenceWant.Instance);
        }

        HonestOutput honest = _weighing.HonestAt(block);
        return honest.Root is { } root
            ? TraceAnswer.Of(root)
            : TraceAnswer.Unavailable<Hash32>(honest.Problem!, honest.Wanted is ulong wanted ? new OutputWant(wanted) : EvidenceWant.Instance);
    }
}
