namespace Gavel.Contracts;

/// <summary>What never changes about a game after its creation.</summary>
public sealed record GameMetadata
{
    /// <summary>The game's contract.</summary>
    public required Address Game { get; init; }

    /// <summary>Its type as the factory gave it.</summary>
    public required uint GameType { get; init; }

    /// <summary>What the contract says of its version; empty if it says nothing.</summary>
    public required string Version { get; init; }

    /// <summary>Of which generation it is.</summary>
    public required GameGeneration Generation { get; init; }

    /// <summary>Seconds since the epoch.</summary>
    public required ulong CreatedAt { get; init; }

    /// <summary>The claimed output root.</summary>
    public required Hash32 RootClaim { get; init; }

    /// <summary>Hash of the L1 block that the game is judged by.</summary>
    public required Hash32 L1Head { get; init; }

    /// <summary>The proposed block. Anybody may propose any 256-bit number above the anchor's. 0 for games that have none: see <see cref="Proposed"/>.</summary>
    public required UInt256 L2BlockNumber { get; init; }

    /// <summary>What a game without <c>l2BlockNumber()</c> (super roots, ZK) says of its place; null for others.</summary>
    public ProposedPoint? Sequence { get; init; }

    /// <summary>What the root is claimed for, in the unit that the game counts in; null where the game does not tell.</summary>
    public ProposedPoint? Proposed => Sequence ?? (L2BlockNumber.IsZero ? null : new ProposedPoint(L2BlockNumber, SequenceUnit.Block));

    /// <summary>Place in the factory's list of the game that this one builds on, all ones for the anchor; null where games of its kind build on none.</summary>
    public uint? ParentIndex { get; init; }

    /// <summary>Who created the game.</summary>
    public required Address Creator { get; init; }

    /// <summary>
    /// Keccak-256 of the clone's code where all that a clone holds of itself was read from there (root, L1 head, block, creator; on 2.x the chain's
    /// constants too), together with the implementation that it names; null where the game was asked for everything.
    /// </summary>
    public Hash32? CodeHash { get; init; }

    /// <summary>True where the absolute prestate was read from the code of <see cref="CodeHash"/>, so that whoever proves that code proves it too.</summary>
    public bool IsPrestateInCode { get; init; }

    /// <summary>What moving on the game needs to know; null where <see cref="Generation"/> is not supported.</summary>
    public GameRules? Rules { get; init; }

    /// <summary>Why there are no <see cref="Rules"/>; null where there are.</summary>
    public GameDoubt? Doubt { get; init; }
}

/// <summary>
/// Why a game cannot be played, as one look found it. No look is a conclusion: what a node said in a bad moment is looked at again at other blocks.
/// </summary>
/// <param name="Problem">For people, such as <c>version() of 0x…: the answer is empty (0x)</c>.</param>
/// <param name="IsGames">
/// True when the game is known to be there and said so itself; false when a node gave an error or no code, so that nothing is known of the game.
/// </param>
public sealed record GameDoubt(string Problem, bool IsGames);

/// <summary>The parameters of a game that can be played.</summary>
public sealed record GameRules : BisectionRules
{
    /// <summary>Output root that both sides agree on: the anchor at the game's creation.</summary>
    public required Hash32 StartingOutputRoot { get; init; }

    /// <summary>The block of <see cref="StartingOutputRoot"/>.</summary>
    public required ulong StartingBlockNumber { get; init; }

    /// <summary>The anchor registry.</summary>
    public required Address AnchorStateRegistry { get; init; }

    /// <summary>The L2 chain's id: local datum 5.</summary>
    public required ulong L2ChainId { get; init; }
}
