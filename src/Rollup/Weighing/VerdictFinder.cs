using System.Globalization;

namespace Gavel.Rollup;

/// <summary>The verdict on a game's root that a weighing comes to, with what it rests on.</summary>
internal sealed class VerdictFinder(Weighing weighing, TrustedNodes nodes, Voices voices, bool isLastResort)
{
    private GameFacts Facts => weighing.Facts;

    private Derivability Derivability => weighing.Derivability;

    /// <summary>The verdict: what the nodes show, or what a person said of a game whose L1 head is known.</summary>
    public Verdict Find()
    {
        Verdict found = OfNodes();
        return weighing.Decision is not { } decision ? found
            : found.Rule == VerdictRule.HeadUnknown ? found with { Decision = decision }
            : found with
            {
                Truth = decision.Truth,
                Rule = VerdictRule.DecidedByAPerson,
                Because = decision.ToString(),
                Decision = decision,
                Evidence = found.Evidence with
                {
                    Against = [.. voices.Objections.Where(entry => entry.Value.Kind == ObjectionKind.AgainstDecision).Select(entry => entry.Key.Label.Group).Distinct(StringComparer.Ordinal)],
                },
            };
    }

    /// <summary>Why it is not known whether a block was derivable.</summary>
    public string WhyUnknown(ulong block)
    {
        List<string> reasons = [];
        foreach (RollupWatch watch in nodes.Rollup)
        {
            if (voices.Objections.TryGetValue(watch, out Objection? objection))
            {
                reasons.Add($"{watch.Label}: {objection.Problem}");
            }
            else if (!watch.Status.HasValue || watch.SilentSince is not null)
            {
                reasons.Add($"{watch.Label}: {watch.Status.Trouble ?? "no answer yet"}");
            }
            else if (watch.CurrentL1 is not { } current)
            {
                reasons.Add($"{watch.Label} is at L1 block {watch.Status.Value!.CurrentL1}, which our L1 does not have on its chain");
            }
            else if (weighing.L1Head is { } head && current.Number <= head.Number)
            {
                reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{watch.Label} has processed L1 up to block {current.Number} and must be past {head.Number}"));
            }
            else if (weighing.L1Head is { } past && watch.Record(past.Number) is { HasValue: false, Error: { } error })
            {
                reasons.Add($"{watch.Label}: its record of safe heads: {error.Message}");
            }
        }

        reasons.AddRange(weighing.Runs.Open);
        string what = Derivability.Of(block) == Derivable.Contradicted
            ? string.Create(CultureInfo.InvariantCulture, $"the nodes contradict each other about whether block {block} was derivable by the game's L1 head")
            : string.Create(CultureInfo.InvariantCulture, $"it is not shown whether block {block} was derivable by the game's L1 head (derivable up to {Show(Derivability.LastDerivable)}, not from {Show(Derivability.FirstUnderivable)} on)");
        return reasons.Count == 0 ? what : $"{what}: {string.Join("; ", reasons)}";
    }

    private Verdict OfNodes()
    {
        if (weighing.L1Head is not { } head)
        {
            Kept<ulong> known = nodes.L1.Head(Facts.L1Head);
            return Of(Truth.Unavailable, VerdictRule.HeadUnknown, known.HasValue && nodes.L1.At(known.Value).HasValue
                ? $"the game's L1 head {Facts.L1Head} is not on our L1's chain"
                : $"the game's L1 head {Facts.L1Head} is not known: {known.Trouble ?? "L1 has not answered yet"}");
        }

        ulong block = Facts.Block;
        Derivable derivable = Derivability.Of(block);
        string at = string.Create(CultureInfo.InvariantCulture, $"at L1 head {head}");
        if (derivable == Derivable.No)
        {
            string safe = Derivability.SafeHead is { } known ? string.Create(CultureInfo.InvariantCulture, $"the safe head is {known}, so ") : "";
            return Of(Truth.Invalid, VerdictRule.NotDerivable, $"{at} {safe}block {Facts.ProposedBlock} cannot be derived");
        }

        OutputFinding finding = weighing.OutputOf(block);
        if (finding.Verified is { } output && output.OutputRoot != Facts.RootClaim)
        {
            // Derivable or not, this root is not the block's output.
            return Of(Truth.Invalid, VerdictRule.OtherOutput, $"the output of block {output.Block} is {output.OutputRoot}, not {Facts.RootClaim}", finding);
        }

        if (derivable == Derivable.Yes && finding.Verified is { } same)
        {
            return Of(Truth.Valid, VerdictRule.SameOutput, $"{at} block {same.Block} was derivable, and {Facts.RootClaim} is its output", finding);
        }

        if (derivable != Derivable.Yes && finding.Verified is not null && FinalisedBy(block) >= nodes.Minimum)
        {
            return Of(Truth.Unavailable, VerdictRule.Harmless, $"{WhyUnknown(block)}; our nodes derive this very root from finalised L1", finding);
        }

        return derivable switch
        {
            Derivable.Yes => Of(Truth.Unavailable, finding.Rule, finding.Problem, finding),
            Derivable.Contradicted => Of(Truth.Unavailable, VerdictRule.Contradicted, WhyUnknown(block), finding),
            _ => Of(Truth.Unavailable, RuleOfUnknown(), WhyUnknown(block), finding),
        };
    }

    private int FinalisedBy(ulong block) => Voices.Groups(voices.Rollup.Where(watch => watch.Status.Value?.FinalizedL2.Number >= block));

    private VerdictRule RuleOfUnknown()
    {
        RollupWatch[] well = [.. voices.Rollup.Where(watch => watch.Status.HasValue)];
        return well.Length == 0 ? VerdictRule.Silent
            : weighing.L1Head is { } head && !well.Any(watch => watch.CurrentL1 is { } current && current.Number > head.Number) ? VerdictRule.Behind
            : Voices.Groups(well) < voices.Minimum ? VerdictRule.TooFew
            : VerdictRule.TooLittleEvidence;
    }

    private static string Show(ulong? block) => block?.ToString(CultureInfo.InvariantCulture) ?? "?";

    private Verdict Of(Truth truth, VerdictRule rule, string because, OutputFinding? finding = null)
    {
        Derivable derivable = weighing.L1Head is null ? Derivable.Unknown : Derivability.Of(Facts.Block);
        IReadOnlyList<Piece> pieces = derivable == Derivable.No ? [.. Derivability.Against(Facts.Block), .. weighing.Runs.PiecesAgainst(Facts.Block, weighing.L1Head!.Value)] : [];
        return new Verdict(
            truth,
            rule,
            new Evidence(
                weighing.L1Head,
                derivable,
                Derivability.LastDerivable,
                Derivability.FirstUnderivable,
                finding?.Verified,
                pieces,
                Testimonies.Of(weighing, nodes, voices.Objections),
                rule == VerdictRule.NotDerivable ? [.. pieces.Where(piece => piece.Kind != PieceKind.Run).Select(piece => piece.Node.Group).Distinct(StringComparer.Ordinal)] : finding?.Vote.For ?? [],
                finding is null ? [] : [.. finding.Vote.Against, .. finding.Vote.Torn],
                isLastResort && voices.WellGroups == 1 && rule == VerdictRule.OtherOutput ? 1 : voices.Minimum),
            because);
    }
}
