using System.Globalization;

namespace Gavel.Rollup;

/// <summary>Runs of our own about one game's blocks: what they show, and which one is wanted next.</summary>
/// <param name="facts">The game.</param>
/// <param name="findings">What is known of runs.</param>
/// <param name="outputs">Finds outputs; a run speaks only as long as both of its outputs are what they were.</param>
/// <param name="shown">What was derivable by what nodes show.</param>
/// <param name="limits">How far runs reach.</param>
internal sealed class OwnRuns(GameFacts facts, IReadOnlyCollection<RunFinding> findings, OutputFinder outputs, Derivability shown, TrustLimits limits)
{
    private IReadOnlyList<RunFinding>? _standing;

    /// <summary>Runs whose outputs still stand.</summary>
    public IReadOnlyList<RunFinding> Standing => _standing ??= [.. findings.Where(finding => IsSame(finding.Run.From) && IsSame(finding.Run.To))];

    /// <summary>The last block that runs derived, and the first that they did not.</summary>
    public DerivableBounds Bounds
    {
        get
        {
            ulong? last = LastDerivable is { } reached && !(shown.LastDerivable >= reached) ? reached : null;
            ulong? first = Standing.Where(finding => finding.Arrived == false).Min(finding => (ulong?)finding.Run.To.Block.Number);
            return last >= first ? default : new DerivableBounds(last, first); // what contradicts itself shows nothing
        }
    }

    /// <summary>How runs go that have shown nothing yet, in words for people.</summary>
    public IEnumerable<string> Open => Standing.Where(finding => finding.Arrived is null)
        .Select(finding => string.Create(CultureInfo.InvariantCulture, $"our own run of block {finding.Run.To.Block.Number}: {finding.Progress}"));

    /// <summary>
    /// Where runs may start, and how far they got. That a run arrives shows nothing where the block that it starts from was not derivable itself: its data
    /// may have come to L1 before those of an earlier one. The start of the game was, by an earlier game.
    /// </summary>
    private ulong? LastDerivable
    {
        get
        {
            ulong? last = shown.LastDerivable ?? (IsStartTrue ? facts.StartBlock : null);
            foreach (RunFinding finding in Standing.Where(finding => finding.Arrived == true).OrderBy(finding => finding.Run.To.Block.Number))
            {
                last = finding.Run.From.Block.Number <= last && finding.Run.To.Block.Number > last ? finding.Run.To.Block.Number : last;
            }

            return last;
        }
    }

    private bool IsStartTrue => !facts.IsPlaceholderAnchor && outputs.Of(facts.StartBlock).Verified?.OutputRoot == facts.StartRoot;

    /// <summary>
    /// The run that would settle whether the proposed block was derivable: to the block after the safe head that a record tells, or to the proposed one
    /// where no record speaks against it; from the last block that was. Null where none would, or where that is too far.
    /// </summary>
    /// <param name="derivability">What was derivable, by nodes and runs.</param>
    public RunWant? Wanted(Derivability derivability)
    {
        // Of records that differ the last is the one whose block says most, wherever the run to it ends.
        ulong to = derivability.Against(facts.Block).Where(piece => piece.Kind == PieceKind.Record).Max(piece => (ulong?)piece.FirstUnderivable) ?? facts.Block;
        ulong? last = LastDerivable ?? (!facts.IsPlaceholderAnchor && outputs.Of(facts.StartBlock).Verified is null ? facts.StartBlock : null); // if that is the start's
        if (last is not { } from || from >= to || to - from > limits.RunSpan
            || Standing.Any(finding => finding.Run.To.Block.Number == to && finding.Arrived is not null))
        {
            return null;
        }

        DerivationRun? run = outputs.Of(from).Verified is { } start && outputs.Of(to).Verified is { } end ? new DerivationRun(start, end) : null;
        bool isOneTooMany = run is not null && findings.Count >= limits.RunsOfAGame && findings.All(finding => finding.Run != run);
        return isOneTooMany ? null : new RunWant(from, to, run);
    }

    /// <summary>Runs that speak against a block.</summary>
    public IEnumerable<Piece> PiecesAgainst(ulong block, BlockId l1Head) => Standing
        .Where(finding => finding.Arrived == false && finding.Run.To.Block.Number <= block)
        .Select(finding => new Piece(PieceKind.Run, NodeLabel.OwnRun, finding.Run.To.Block.Number, l1Head, finding.At));

    private bool IsSame(VerifiedOutput output) => outputs.Of(output.Block.Number).Verified?.OutputRoot == output.OutputRoot;
}
