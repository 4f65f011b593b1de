namespace Gavel.Rollup;

/// <summary>An output root that was rebuilt from the block's header and the proven storage root of the message passer.</summary>
/// <param name="Block">The L2 block.</param>
/// <param name="OutputRoot">Its output root.</param>
/// <param name="StateRoot">Its state root.</param>
/// <param name="MessagePasserStorageRoot">Storage root of the message passer in it.</param>
/// <param name="HeaderRlp">The header, whose keccak is the block's hash.</param>
public sealed record VerifiedOutput(
    BlockId Block, Hash32 OutputRoot, Hash32 StateRoot, Hash32 MessagePasserStorageRoot, ReadOnlyMemory<byte> HeaderRlp)
{
    /// <summary>True for the output of the same block: the rest follows from its hash.</summary>
    public bool Equals(VerifiedOutput? other) => other is not null && Block == other.Block && OutputRoot == other.OutputRoot;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Block, OutputRoot);
}
