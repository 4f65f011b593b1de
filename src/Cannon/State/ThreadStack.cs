namespace Gavel.Cannon;

/// <summary>The commitment to a stack of threads: a hash onion, bottom first (cannon-vm section 2).</summary>
public static class ThreadStack
{
    /// <summary>Root of a stack without threads.</summary>
    public static Hash32 EmptyRoot { get; } = Keccak256.HashPair(Hash32.Zero, Hash32.Zero);

    /// <summary>Root of threads given bottom first.</summary>
    public static Hash32 Root(IEnumerable<VmThread> threads)
    {
        Span<byte> encoded = stackalloc byte[VmThread.EncodedSize];
        Hash32 root = EmptyRoot;
        foreach (VmThread thread in threads)
        {
            thread.Encode(encoded);
            root = Keccak256.HashPair(root, Keccak256.Hash(encoded));
        }

        return root;
    }
}
