namespace Gavel.SuperRoots;

/// <summary>In what a claimed super root cannot be, or is not, the honest one.</summary>
public enum RootFlawKind
{
    /// <summary>Its timestamp lies further from the start than the trace has steps for.</summary>
    BeyondReach,

    /// <summary>Its chains are not in ascending order, or one is there twice.</summary>
    Order,

    /// <summary>It is of other chains than the super root that the game starts from.</summary>
    Chains,

    /// <summary>Its timestamp could not be derived by the game's L1 head.</summary>
    NotDerivable,

    /// <summary>A chain's output root is another one.</summary>
    Output,
}

/// <summary>
/// One reason why a claimed super root is false. Reasons are for people: what is played follows from the value alone, which is false whenever it is not the honest one.
/// </summary>
/// <param name="Kind">What kind of reason.</param>
/// <param name="Text">In words.</param>
public sealed record RootFlaw(RootFlawKind Kind, string Text)
{
    /// <summary>What is wrong with a claimed super root; empty where it is the honest one.</summary>
    /// <param name="claimed">The root that a game claims, out of its extra data.</param>
    /// <param name="trace">The honest trace of that game.</param>
    /// <param name="honest">What the trace has at the root's position; null where that is not known.</param>
    public static IReadOnlyList<RootFlaw> Of(SuperRoot claimed, SuperTrace trace, SuperClaim? honest)
    {
        ArgumentNullException.ThrowIfNull(claimed);
        ArgumentNullException.ThrowIfNull(trace);
        if (claimed.Hash == honest?.Value)
        {
            return [];
        }

        List<RootFlaw> flaws = [];
        SuperTimeline timeline = trace.Timeline;
        if (!timeline.ReachesClaimed)
        {
            flaws.Add(new(RootFlawKind.BeyondReach, $"timestamp {timeline.Claimed} is more than {timeline.Reach} s after {timeline.Start}, where the game starts"));
        }

        if (!claimed.IsAscending)
        {
            flaws.Add(new(RootFlawKind.Order, $"its chains are {Ids(claimed)}, which is not ascending"));
        }

        if (!claimed.Chains.Select(static chain => chain.ChainId).Order().SequenceEqual(trace.Start.Chains.Select(static chain => chain.ChainId)))
        {
            flaws.Add(new(RootFlawKind.Chains, $"its chains are {Ids(claimed)}; the game starts from {Ids(trace.Start)}"));
        }

        if (honest?.Kind == SuperClaimKind.Invalid)
        {
            flaws.Add(new(RootFlawKind.NotDerivable, $"second {timeline.At(GameSolver.Position.Root).Timestamp} is not derivable by the game's L1 head"));
        }

        if (honest?.Kind == SuperClaimKind.Root && timeline.ReachesClaimed)
        {
            Dictionary<UInt256, Hash32> outputs = SuperRoot.Decode(honest.Preimage.Span).Chains.ToDictionary(static chain => chain.ChainId, static chain => chain.OutputRoot);
            flaws.AddRange(claimed.Chains
                .Where(chain => outputs.TryGetValue(chain.ChainId, out Hash32 output) && output != chain.OutputRoot)
                .Select(chain => new RootFlaw(RootFlawKind.Output, $"output root {chain.OutputRoot} of chain {chain.ChainId} is not the honest {outputs[chain.ChainId]}")));
        }

        return flaws;
    }

    private static string Ids(SuperRoot root) => string.Join(", ", root.Chains.Select(static chain => chain.ChainId));
}
