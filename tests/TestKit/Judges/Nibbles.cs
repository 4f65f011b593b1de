namespace Gavel.TestKit.Judges;

/// <summary>Half-bytes of trie keys and their hex-prefix encoding (yellow paper, appendix C).</summary>
internal static class Nibbles
{
    public static byte[] Of(ReadOnlySpan<byte> key)
    {
        byte[] nibbles = new byte[2 * key.Length];
        for (int i = 0; i < key.Length; i++)
        {
            nibbles[2 * i] = (byte)(key[i] >> 4);
            nibbles[(2 * i) + 1] = (byte)(key[i] & 15);
        }

        return nibbles;
    }

    public static byte[] Pack(ReadOnlySpan<byte> path, bool isLeaf)
    {
        bool odd = path.Length % 2 != 0;
        byte[] packed = new byte[(path.Length / 2) + 1];
        packed[0] = (byte)((isLeaf ? 0x20 : 0) | (odd ? 0x10 | path[0] : 0));
        path = path[(odd ? 1 : 0)..];
        for (int i = 0; i < path.Length; i += 2)
        {
            packed[1 + (i / 2)] = (byte)((path[i] << 4) | path[i + 1]);
        }

        return packed;
    }

    /// <summary>False when the bytes are no canonical hex-prefix encoding.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> packed, out byte[] path, out bool isLeaf)
    {
        path = [];
        isLeaf = false;
        if (packed.IsEmpty || packed[0] >= 0x40 || ((packed[0] & 0x10) == 0 && (packed[0] & 15) != 0))
        {
            return false;
        }

        isLeaf = (packed[0] & 0x20) != 0;
        path = Of(packed)[((packed[0] & 0x10) != 0 ? 1 : 2)..];
        return true;
    }
}
