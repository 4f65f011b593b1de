using System.Buffers.Binary;

namespace Gavel.Cannon;

/// <summary>
/// The registers of one guest thread. On the 32-bit VM program counters are zero-extended and register values (with
/// <see cref="Lo"/> and <see cref="Hi"/>) sign-extended to 64 bits; only their low halves are encoded.
/// </summary>
public sealed class VmThread
{
    /// <summary>General registers.</summary>
    public const int RegisterCount = 32;

    /// <summary>Bytes of a serialised thread of the 64-bit VM.</summary>
    public const int EncodedSize = 298;

    /// <summary>The thread's number; the first is 0.</summary>
    public ulong Id { get; set; }

    /// <summary>Exit code, meaningful once <see cref="Exited"/>.</summary>
    public byte ExitCode { get; set; }

    /// <summary>True once the thread has called <c>exit</c>; it leaves its stack with its next step.</summary>
    public bool Exited { get; set; }

    /// <summary>Address of the instruction that runs next.</summary>
    public ulong Pc { get; set; }

    /// <summary>Address of the instruction after that; differs from <c>Pc + 4</c> in a delay slot.</summary>
    public ulong NextPc { get; set; }

    /// <summary>The LO register.</summary>
    public ulong Lo { get; set; }

    /// <summary>The HI register.</summary>
    public ulong Hi { get; set; }

    /// <summary>The 32 general registers; the first is always 0.</summary>
    public ulong[] Registers { get; } = new ulong[RegisterCount];

    /// <summary>An independent copy.</summary>
    public VmThread Clone()
    {
        VmThread copy = new() { Id = Id, ExitCode = ExitCode, Exited = Exited, Pc = Pc, NextPc = NextPc, Lo = Lo, Hi = Hi };
        Registers.CopyTo(copy.Registers, 0);
        return copy;
    }

    /// <summary>Writes the 298 bytes that thread stacks commit to (64-bit VM; cannon-vm section 2).</summary>
    /// <exception cref="ArgumentException">The destination is shorter than 298 bytes.</exception>
    public void Encode(Span<byte> destination)
    {
        if (destination.Length < EncodedSize)
        {
            throw new ArgumentException($"a thread takes {EncodedSize} bytes, not {destination.Length}", nameof(destination));
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, Id);
        destination[8] = ExitCode;
        destination[9] = Exited ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64BigEndian(destination[10..], Pc);
        BinaryPrimitives.WriteUInt64BigEndian(destination[18..], NextPc);
        BinaryPrimitives.WriteUInt64BigEndian(destination[26..], Lo);
        BinaryPrimitives.WriteUInt64BigEndian(destination[34..], Hi);
        for (int i = 0; i < RegisterCount; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination[(42 + 8 * i)..], Registers[i]);
        }
    }

    /// <summary>Reads what <see cref="Encode"/> writes; any non-zero exited byte means true.</summary>
    /// <exception cref="ArgumentException">The source is shorter than 298 bytes.</exception>
    public static VmThread Decode(ReadOnlySpan<byte> source)
    {
        if (source.Length < EncodedSize)
        {
            throw new ArgumentException($"a thread takes {EncodedSize} bytes, not {source.Length}", nameof(source));
        }

        VmThread thread = new()
        {
            Id = BinaryPrimitives.ReadUInt64BigEndian(source),
            ExitCode = source[8],
            Exited = source[9] != 0,
            Pc = BinaryPrimitives.ReadUInt64BigEndian(source[10..]),
            NextPc = BinaryPrimitives.ReadUInt64BigEndian(source[18..]),
            Lo = BinaryPrimitives.ReadUInt64BigEndian(source[26..]),
            Hi = BinaryPrimitives.ReadUInt64BigEndian(source[34..]),
        };
        for (int i = 0; i < RegisterCount; i++)
        {
            thread.Registers[i] = BinaryPrimitives.ReadUInt64BigEndian(source[(42 + 8 * i)..]);
        }

        return thread;
    }
}
