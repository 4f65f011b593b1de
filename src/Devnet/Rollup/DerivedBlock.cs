using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Devnet;

/// <summary>An L2 block as its batch on L1 tells it.</summary>
/// <param name="Header">The header.</param>
/// <param name="MessagePasserStorageRoot">Storage root of the message passer after the block.</param>
/// <param name="L1Inclusion">The L1 block that holds the batch.</param>
public sealed record DerivedBlock(BlockHeader Header, Hash32 MessagePasserStorageRoot, BlockId L1Inclusion)
{
    /// <summary>Height.</summary>
    public ulong Number => Header.Number;

    /// <summary>The block's hash.</summary>
    public Hash32 Hash => Header.Hash;

    /// <summary>Hash and height.</summary>
    public BlockId Id => new(Hash, Number);

    /// <summary>The output root.</summary>
    public Hash32 OutputRoot => Gavel.Rollup.OutputRoot.Compute(Header.StateRoot, MessagePasserStorageRoot, Hash);

    /// <summary>Reads what a batch holds; null if the header is none.</summary>
    internal static DerivedBlock? Decode(ReadOnlySpan<byte> header, Hash32 messagePasserStorageRoot, BlockId l1Inclusion)
    {
        try
        {
            return new DerivedBlock(BlockHeader.Decode(header), messagePasserStorageRoot, l1Inclusion);
        }
        catch (RlpException)
        {
            return null;
        }
    }
}
