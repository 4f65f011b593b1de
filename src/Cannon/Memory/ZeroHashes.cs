namespace Gavel.Cannon;

/// <summary>Roots of all-zero subtrees by height: a zero leaf is 32 zero bytes.</summary>
internal static class ZeroHashes
{
    private static readonly Hash32[] ByHeight = Build();

    public static Hash32 Of(int height) => ByHeight[height];

    private static Hash32[] Build()
    {
        Hash32[] hashes = new Hash32[60];
        for (int height = 1; height < hashes.Length; height++)
        {
            hashes[height] = Keccak256.HashPair(hashes[height - 1], hashes[height - 1]);
        }

        return hashes;
    }
}
