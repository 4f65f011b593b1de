using Gavel.SuperRoots;

namespace Gavel.Rollup;

/// <summary>Why a node's answer says nothing of a second for a game.</summary>
public enum SuperReadingProblem
{
    /// <summary>The node has not finished the game's L1 head.</summary>
    Behind,

    /// <summary>The node's dependency set is not the game's.</summary>
    OtherChains,

    /// <summary>A chain is left out that the node has derived by its own account, or of which it does not tell how far it has got.</summary>
    LeftOut,

    /// <summary>All chains are derivable by the game's L1 head, and the node has no super root of them by it: messages between them are not checked yet.</summary>
    NotValidated,
}

/// <summary>How a node shows whether a chain's block was derivable by a game's L1 head.</summary>
public enum SuperGround
{
    /// <summary>It was: the L1 block that it needs is not later.</summary>
    Derivable,

    /// <summary>It was not: the node has worked through more L1 than the game has, and its own derivation has not reached the block. No record is involved.</summary>
    Pipeline,

    /// <summary>It was not: the node recorded a later L1 block for it. Never enough alone, since a gap in its records looks the same.</summary>
    Record,
}

/// <summary>What one node's answer says of one second, seen from a game's L1 head. It is one voice; whether it is believed is weighed elsewhere.</summary>
public sealed record SuperReading
{
    private SuperReading()
    {
    }

    /// <summary>What the node says the second is; null where it says nothing.</summary>
    public SuperMoment? Moment { get; private init; }

    /// <summary>Why it says nothing; null where it does.</summary>
    public SuperReadingProblem? Problem { get; private init; }

    /// <summary>The problem in words; null where there is none.</summary>
    public string? Because { get; private init; }

    /// <summary>By chain, in the game's order, how it shows; empty where it says nothing.</summary>
    public IReadOnlyList<SuperGround> Grounds { get; private init; } = [];

    /// <summary>L1 blocks that the answer rests on. Where one of them is not L1's, the node follows another fork and its answer is void.</summary>
    public IReadOnlyList<BlockId> RestsOn { get; private init; } = [];

    /// <summary>Reads an answer.</summary>
    /// <param name="answer">The node's answer.</param>
    /// <param name="l1Head">Number of the game's L1 head.</param>
    /// <param name="chains">The chains of the super root that the game starts from, in its order.</param>
    public static SuperReading Of(SuperRootAnswer answer, ulong l1Head, IReadOnlyList<SuperChain> chains)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(chains);

        // Strictly: a node that stands at the head has not finished it, and what it lacks there may come with it.
        if (answer.CurrentL1.Number <= l1Head)
        {
            return Nothing(SuperReadingProblem.Behind, $"it works on L1 block {answer.CurrentL1.Number} and has not finished the game's L1 head {l1Head}");
        }

        if (!answer.ChainIds.SequenceEqual(chains.Select(static chain => chain.Id)))
        {
            return Nothing(SuperReadingProblem.OtherChains, $"it serves chains {string.Join(", ", answer.ChainIds)}, the game is of {string.Join(", ", chains.Select(static chain => chain.Id))}");
        }

        List<SuperGround> grounds = [];
        OptimisticBlock?[] blocks = new OptimisticBlock?[chains.Count];
        for (int i = 0; i < chains.Count; i++)
        {
            SuperChain chain = chains[i];
            if (answer.Chains.TryGetValue(chain.Id, out ToldChain? told))
            {
                bool isDerivable = told.RequiredL1.Number <= l1Head;
                grounds.Add(isDerivable ? SuperGround.Derivable : SuperGround.Record);
                blocks[i] = isDerivable ? told.Block : null;
            }
            else if (IsBehind(answer, chain))
            {
                grounds.Add(SuperGround.Pipeline);
            }
            else
            {
                return Nothing(
                    SuperReadingProblem.LeftOut, $"it leaves out chain {chain.Id} at {answer.Timestamp}, and tells {answer.LocalSafeTimestamp} as the time up to which it has derived all chains");
            }
        }

        // Validation replaces blocks and never ends in "invalid": without a super root of derivable chains nothing is known.
        bool isWhole = !blocks.Contains(null);
        return isWhole && !(answer.RootRequiresL1?.Number <= l1Head)
            ? Nothing(SuperReadingProblem.NotValidated, $"all chains are derivable at {answer.Timestamp}, and it has no super root of them by L1 block {l1Head}")
            : new SuperReading
            {
                Moment = new SuperMoment(answer.Timestamp, isWhole ? answer.Root : null, blocks),
                Grounds = grounds,
                RestsOn = [.. L1BlocksOf(answer).Where(static block => block.Number > 0).Distinct()],
            };
    }

    /// <summary>The first of <see cref="RestsOn"/> that is not L1's; null where all are.</summary>
    /// <param name="canonical">The hash of L1's block with a number; null where that is not known.</param>
    public BlockId? ForeignL1(Func<ulong, Hash32?> canonical)
    {
        ArgumentNullException.ThrowIfNull(canonical);
        foreach (BlockId block in RestsOn)
        {
            if (canonical(block.Number) != block.Hash)
            {
                return block;
            }
        }

        return null;
    }

    // 0 says that a chain is not up, which is no derivation; and a genesis block needs none.
    private static bool IsBehind(SuperRootAnswer answer, SuperChain chain)
    {
        ulong wanted = chain.NewestBlockTime(answer.Timestamp);
        return answer.LocalSafeTimestamp is > 0 and var safe && safe < wanted && wanted > chain.GenesisTime;
    }

    private static IEnumerable<BlockId> L1BlocksOf(SuperRootAnswer answer) =>
        [answer.CurrentL1, .. answer.Chains.Values.Select(static chain => chain.RequiredL1), .. answer.RootRequiresL1 is { } root ? new[] { root } : []];

    private static SuperReading Nothing(SuperReadingProblem problem, string because) => new() { Problem = problem, Because = because };
}
