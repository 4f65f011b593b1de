using Gavel.SuperRoots;

namespace Gavel.Contracts;

/// <summary>What never changes about a super game after its creation.</summary>
public sealed record SuperGameMetadata
{
    /// <summary>The game's contract.</summary>
    public required Address Game { get; init; }

    /// <summary>Its type as the factory gave it.</summary>
    public required uint GameType { get; init; }

    /// <summary>What kind of contract it is.</summary>
    public required SuperGameKind Kind { get; init; }

    /// <summary>What the contract says of its version; empty if it says nothing.</summary>
    public required string Version { get; init; }

    /// <summary>Seconds since the epoch.</summary>
    public required ulong CreatedAt { get; init; }

    /// <summary>
    /// The claimed super root, out of the extra data; its hash is the root claim, its timestamp the sequence number. Order and chains are as they were claimed.
    /// </summary>
    public required SuperRoot Claimed { get; init; }

    /// <summary>Hash of the L1 block that the game is judged by.</summary>
    public required Hash32 L1Head { get; init; }

    /// <summary>Who created the game.</summary>
    public required Address Creator { get; init; }

    /// <summary>The anchor registry.</summary>
    public required Address AnchorStateRegistry { get; init; }

    /// <summary>Who alone may propose; null where everybody may.</summary>
    public Address? Proposer { get; init; }

    /// <summary>Keccak-256 of the clone's code where its words were read from there and the contract said the same; null where only the contract was asked.</summary>
    public Hash32? CodeHash { get; init; }

    /// <summary>What moving on the game needs to know; null for a game without claims, and where <see cref="Doubt"/> says why not.</summary>
    public SuperGameRules? Rules { get; init; }

    /// <summary>Why a game with claims has no <see cref="Rules"/>; null where it has, or has no claims.</summary>
    public GameDoubt? Doubt { get; init; }
}

/// <summary>The parameters of a super game with claims.</summary>
public sealed record SuperGameRules : BisectionRules
{
    /// <summary>
    /// The super root that both sides agree on. Its preimage is in the extra data of the game that is the registry's anchor, if one is.
    /// </summary>
    public required Hash32 StartingRoot { get; init; }

    /// <summary>Its timestamp, in seconds since the epoch.</summary>
    public required ulong StartingTimestamp { get; init; }
}
