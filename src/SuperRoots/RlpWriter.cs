namespace Gavel.SuperRoots;

/// <summary>RLP (yellow paper, appendix B) of the few things that a transition state is made of.</summary>
internal static class RlpWriter
{
    public static byte[] Bytes(ReadOnlySpan<byte> bytes) => bytes.Length == 1 && bytes[0] < 0x80 ? [bytes[0]] : [.. Header(0x80, bytes.Length), .. bytes];

    public static byte[] Number(ulong number) => Bytes(Minimal(number));

    public static byte[] List(ReadOnlySpan<byte> payload) => [.. Header(0xc0, payload.Length), .. payload];

    private static byte[] Header(int kind, int length)
    {
        if (length <= 55)
        {
            return [(byte)(kind + length)];
        }

        byte[] bytes = Minimal((ulong)length);
        return [(byte)(kind + 55 + bytes.Length), .. bytes];
    }

    private static byte[] Minimal(ulong number) => new UInt256(0, 0, 0, number).ToMinimalBigEndian();
}
