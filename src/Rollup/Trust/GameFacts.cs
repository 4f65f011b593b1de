namespace Gavel.Rollup;

/// <summary>What the truth of a game's root claim depends on.</summary>
public sealed record GameFacts
{
    /// <summary>The L1 block that the game is judged by.</summary>
    public required Hash32 L1Head { get; init; }

    /// <summary>The claimed output root.</summary>
    public required Hash32 RootClaim { get; init; }

    /// <summary>The block that it is claimed of: any number.</summary>
    public required UInt256 ProposedBlock { get; init; }

    /// <summary>The block that both sides agree on.</summary>
    public required ulong StartBlock { get; init; }

    /// <summary>Its output root: the anchor at the game's creation.</summary>
    public required Hash32 StartRoot { get; init; }

    /// <summary>Chain id of the L2.</summary>
    public required ulong L2ChainId { get; init; }

    /// <summary>The proposed block as nodes count blocks; the highest number where it is beyond all of them.</summary>
    public ulong Block => ProposedBlock <= ulong.MaxValue ? (ulong)ProposedBlock : ulong.MaxValue;

    /// <summary>True for anchors that were never an output: nothing follows from nodes that do not have them.</summary>
    public bool IsPlaceholderAnchor => StartRoot.IsZero || StartRoot == Hash32.FromUInt256(0xdeadUL) || IsDead(StartRoot);

    private static bool IsDead(Hash32 root)
    {
        // 0xdead followed by zeros, as deployments write it before the first real anchor.
        ReadOnlySpan<byte> bytes = Hash32.BytesOf(in root);
        return bytes[0] == 0xde && bytes[1] == 0xad && !bytes[2..].ContainsAnyExcept((byte)0);
    }
}
