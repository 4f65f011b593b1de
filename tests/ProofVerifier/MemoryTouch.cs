using System.Buffers.Binary;

namespace Gavel.ProofVerifier;

/// <summary>The aligned word of memory that a step touches, and what it writes there. Derived from the instruction alone.</summary>
/// <param name="WordAddress">Where the aligned word is.</param>
/// <param name="Write">Turns the word's bytes into those after the step, or null for a read.</param>
/// <param name="WriteSecond">For <c>clock_gettime</c>: the same for the word that follows.</param>
internal sealed record MemoryTouch(ulong WordAddress, Action<byte[]>? Write = null, Action<byte[]>? WriteSecond = null)
{
    /// <summary>What the step touches, or null for nothing.</summary>
    public static MemoryTouch? Of(GuestView guest, uint instruction, ReadOnlyMemory<byte> preimage, bool hasGetRandom)
    {
        uint opcode = instruction >> 26;
        if (opcode == 0)
        {
            return (instruction & 0x3f) == 0x0c ? OfSyscall(guest, preimage, hasGetRandom) : null;
        }

        ulong offset = (ulong)(short)instruction;
        ulong address = Wrap(guest, guest[(instruction >> 21) & 31] + offset);
        ulong value = guest[(instruction >> 16) & 31];
        ulong word = Align(guest, address);
        int size = guest.IsWide ? 8 : 4;
        int at = (int)(address & (ulong)(size - 1));
        switch (opcode)
        {
            case >= 0x20 and <= 0x26 or 0x30:
                return new(word);
            case 0x27 or 0x1a or 0x1b or 0x37 or 0x34 when guest.IsWide:
                return new(word);
            case 0x28:
                return new(word, bytes => bytes[at] = (byte)value);
            case 0x29:
                return new(word, bytes => BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at & ~1), (ushort)value));
            case 0x2b:
                return new(word, bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at & ~3), (uint)value));
            case 0x2a:
                return new(word, bytes => Left(bytes, Halves(value), at & ~3, at));
            case 0x2e:
                return new(word, bytes => Right(bytes, Halves(value), at & ~3, at));
            case 0x2c when guest.IsWide:
                return new(word, bytes => Left(bytes, Bytes(value), 0, at));
            case 0x2d when guest.IsWide:
                return new(word, bytes => Right(bytes, Bytes(value), 0, at));
            case 0x3f when guest.IsWide:
                return new(word, bytes => BinaryPrimitives.WriteUInt64BigEndian(bytes, value));
            case 0x38 when !guest.IsWide || Holds(guest, address, 1):
                return new(word, bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at & ~3), (uint)value));
            case 0x3c when guest.IsWide && Holds(guest, address, 2):
                return new(word, bytes => BinaryPrimitives.WriteUInt64BigEndian(bytes, value));
            default:
                return null;
        }
    }

    private static MemoryTouch? OfSyscall(GuestView guest, ReadOnlyMemory<byte> preimage, bool hasGetRandom)
    {
        ulong a0 = guest[4];
        ulong a1 = guest[5];
        int size = guest.IsWide ? 8 : 4;
        int at = (int)(a1 & (ulong)(size - 1));
        switch (guest[2], guest.IsWide)
        {
            case (5000, true) or (4003, false) when a0 == 5:
                ulong left = (ulong)preimage.Length - guest.PreimageOffset;
                int read = (int)Math.Min(Math.Min(left, (ulong)(size - at)), guest[6]);
                return new(Align(guest, a1), bytes => preimage.Span.Slice((int)guest.PreimageOffset, read).CopyTo(bytes.AsSpan(at)));
            case (5001, true) or (4004, false) when a0 == 6:
                return new(Align(guest, a1));
            case (5194, true) when a1 == 128:
                return new(Align(guest, a0));
            case (5222, true) when a0 <= 1:
                // The clock shows the step that is being taken.
                ulong now = a0 == 0 ? 0 : guest.Step + 1;
                return new(
                    Align(guest, a1),
                    bytes => BinaryPrimitives.WriteUInt64BigEndian(bytes, now / 10_000_000),
                    bytes => BinaryPrimitives.WriteUInt64BigEndian(bytes, now % 10_000_000 * 100));
            case (5313, true) when hasGetRandom:
                int start = (int)(a0 & 7);
                int count = (int)Math.Min((ulong)(8 - start), a1);
                return new(Align(guest, a0), bytes => Bytes(SplitMix(guest.Step + 1)).AsSpan(start, count).CopyTo(bytes.AsSpan(start)));
            default:
                return null;
        }
    }

    private static bool Holds(GuestView guest, ulong address, byte status) =>
        guest.LlStatus == status && guest.LlOwner == guest.ThreadId && guest.LlAddress == address;

    private static ulong Wrap(GuestView guest, ulong address) => guest.IsWide ? address : (uint)address;

    private static ulong Align(GuestView guest, ulong address) => address & ~(guest.IsWide ? 7ul : 3ul);

    // "Left" instructions store the top bytes of the register from the address to the end of its group, "right" ones the low bytes up to the address.
    private static void Left(byte[] bytes, byte[] value, int group, int at) => value.AsSpan(0, group + value.Length - at).CopyTo(bytes.AsSpan(at));

    private static void Right(byte[] bytes, byte[] value, int group, int at) => value.AsSpan(value.Length - (at - group + 1)).CopyTo(bytes.AsSpan(group));

    private static byte[] Halves(ulong value) => Bytes(value)[4..];

    private static byte[] Bytes(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    private static ulong SplitMix(ulong seed)
    {
        ulong z = seed + 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
