namespace Gavel.Contracts;

/// <summary>The words of a game that decide what is true of it. They are fixed at its creation; a clone of a known layout holds them in its code.</summary>
/// <param name="Creator">Who created the game.</param>
/// <param name="RootClaim">The claimed output root.</param>
/// <param name="L1Head">Hash of the L1 block that the game is judged by.</param>
/// <param name="L2BlockNumber">The proposed block.</param>
public sealed record GameWords(Address Creator, Hash32 RootClaim, Hash32 L1Head, UInt256 L2BlockNumber)
{
    /// <summary>The words as a game's metadata have them.</summary>
    public static GameWords Of(GameMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return new GameWords(metadata.Creator, metadata.RootClaim, metadata.L1Head, metadata.L2BlockNumber);
    }

    /// <summary>The first word in which these differ from others, such as <c>L1 head 0x…, not 0x…</c>; null where they are the same.</summary>
    public string? DifferenceFrom(GameWords other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return L1Head != other.L1Head ? $"L1 head {L1Head}, not {other.L1Head}"
            : RootClaim != other.RootClaim ? $"root claim {RootClaim}, not {other.RootClaim}"
            : L2BlockNumber != other.L2BlockNumber ? $"L2 block {L2BlockNumber}, not {other.L2BlockNumber}"
            : Creator != other.Creator ? $"creator {Creator}, not {other.Creator}"
            : null;
    }
}
