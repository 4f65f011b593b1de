using System.Globalization;

namespace Gavel.Rollup;

/// <summary>Runs of our own about one game's blocks: what they show, and which one is wanted next.</summary>
/// <param name="facts">The game.</param>
/// <param name="findings">What is known of runs.</param>
/// <param name="outputs">Finds outputs; a run speaks only as long as both of its outputs are what they were.</param>
internal sealed class OwnRuns(GameFacts facts, IReadOnlyCollection<RunFinding> findings, OutputFinder outputs)
{
    private IReadOnlyList<RunFinding>? _standing;

    /// <summary>Runs whose outputs still stand.</summary>
    public IReadOnlyList<RunFinding> Standing => _standing ??= [.. findings.Where(finding => IsSame(finding.Run.From) && IsSame(finding.Run.To))];

    /// <summary>The last block that runs derived, and the first that they did not.</summary>
    public DerivableBounds Bounds
    {
        get
        {
            ulong? last = Standing.Where(finding => finding.Arrived == true).Max(finding => (ulong?)finding.Run.To.Block.Number);
            ulong? first = Standing.Where(finding => finding.Arrived == false).Min(finding => (ulong?)finding.Run.To.Block.Number);
            return last >= first ? default : new DerivableBounds(last, first); // what contradicts itself shows nothing
        }
    }

    /// <summary>
    /// The run that would settle whether the proposed block was derivable: over the block after the safe head that a record tells, or over the proposed one
    /// where no record speaks against it. Null where none would.
    /// </summary>
    public RunWant? Wanted(Derivability derivability)
    {
        // Of records that differ the last is the one whose block says most, wherever the run of it ends.
        ulong block = derivability.Against(facts.Block).Where(piece => piece.Kind == PieceKind.Record).Max(piece => (ulong?)piece.FirstUnderivable) ?? facts.Block;
        if (block <= facts.StartBlock || Standing.Any(finding => finding.Run.To.Block.Number == block && finding.Arrived is not null))
        {
            return null;
        }

        return outputs.Of(block - 1).Verified is { } from && outputs.Of(block).Verified is { } to
            ? new RunWant(block, new DerivationRun(from, to))
            : new RunWant(block, null);
    }

    /// <summary>Runs that speak against a block.</summary>
    public IEnumerable<Piece> PiecesAgainst(ulong block, BlockId l1Head) => Standing
        .Where(finding => finding.Arrived == false && finding.Run.To.Block.Number <= block)
        .Select(finding => new Piece(PieceKind.Run, NodeLabel.OwnRun, finding.Run.To.Block.Number, l1Head, finding.At));

    /// <summary>How runs go that have shown nothing yet, in words for people.</summary>
    public IEnumerable<string> Open => Standing.Where(finding => finding.Arrived is null)
        .Select(finding => string.Create(CultureInfo.InvariantCulture, $"our own run of block {finding.Run.To.Block.Number}: {finding.Progress}"));

    private bool IsSame(VerifiedOutput output) => outputs.Of(output.Block.Number).Verified?.OutputRoot == output.OutputRoot;
}
