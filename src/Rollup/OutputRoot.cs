namespace Gavel.Rollup;

/// <summary>The output root of an L2 block, version 0 (OP Stack specification, "L2 output root proposals").</summary>
public static class OutputRoot
{
    /// <summary>The <c>L2ToL1MessagePasser</c>, whose storage root is part of every output root.</summary>
    public static Address MessagePasser { get; } = Address.Parse("0x4200000000000000000000000000000000000016");

    /// <summary>Bytes of the preimage: version, state root, storage root, block hash.</summary>
    public const int PreimageSize = 4 * Hash32.Size;

    /// <summary>keccak(32 zero bytes ++ state root ++ message passer storage root ++ block hash).</summary>
    public static Hash32 Compute(Hash32 stateRoot, Hash32 messagePasserStorageRoot, Hash32 blockHash)
    {
        Span<byte> preimage = stackalloc byte[PreimageSize];
        Write(preimage, stateRoot, messagePasserStorageRoot, blockHash);
        return Keccak256.Hash(preimage);
    }

    /// <summary>The 128 bytes whose keccak the output root is.</summary>
    public static byte[] Preimage(Hash32 stateRoot, Hash32 messagePasserStorageRoot, Hash32 blockHash)
    {
        byte[] preimage = new byte[PreimageSize];
        Write(preimage, stateRoot, messagePasserStorageRoot, blockHash);
        return preimage;
    }

    private static void Write(Span<byte> preimage, Hash32 stateRoot, Hash32 messagePasserStorageRoot, Hash32 blockHash)
    {
        preimage[..Hash32.Size].Clear();
        stateRoot.CopyTo(preimage[Hash32.Size..]);
        messagePasserStorageRoot.CopyTo(preimage[(2 * Hash32.Size)..]);
        blockHash.CopyTo(preimage[(3 * Hash32.Size)..]);
    }
}
