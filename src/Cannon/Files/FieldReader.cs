using System.Buffers.Binary;

namespace Gavel.Cannon;

/// <summary>Reads big-endian fields from a stream, and says which field lies where when one cannot be read.</summary>
internal sealed class FieldReader(Stream stream)
{
    private readonly byte[] _small = new byte[VmThread.EncodedSize];

    /// <summary>Bytes read.</summary>
    public long Offset { get; private set; }

    public void Fill(string field, Span<byte> destination)
    {
        int count;
        try
        {
            count = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException error)
        {
            throw new StateFileException(field, Offset, $"the compressed data is broken ({error.Message})", error);
        }

        if (count < destination.Length)
        {
            throw new StateFileException(field, Offset, $"the file ends {destination.Length - count} bytes too early");
        }

        Offset += count;
    }

    public ReadOnlySpan<byte> Bytes(string field, int count)
    {
        Span<byte> bytes = count <= _small.Length ? _small.AsSpan(0, count) : new byte[count];
        Fill(field, bytes);
        return bytes;
    }

    public byte Byte(string field) => Bytes(field, 1)[0];

    public uint UInt32(string field) => BinaryPrimitives.ReadUInt32BigEndian(Bytes(field, 4));

    public ulong UInt64(string field) => BinaryPrimitives.ReadUInt64BigEndian(Bytes(field, 8));

    /// <summary>A machine word, zero-extended.</summary>
    public ulong Word(string field, VmVersion version) => version.Is64 ? UInt64(field) : UInt32(field);

    public Hash32 Hash(string field) => new(Bytes(field, Hash32.Size));

    public bool Boolean(string field)
    {
        long offset = Offset;
        byte value = Byte(field);
        return value switch
        {
            0 => false,
            1 => true,
            _ => throw new StateFileException(field, offset, $"{value} is neither 0 nor 1"),
        };
    }

    /// <summary>Requires that nothing follows.</summary>
    public void End()
    {
        Span<byte> one = stackalloc byte[1];
        int count;
        try
        {
            count = stream.Read(one);
        }
        catch (InvalidDataException error)
        {
            throw new StateFileException("end", Offset, $"the compressed data is broken ({error.Message})", error);
        }

        if (count != 0)
        {
            throw new StateFileException("end", Offset, "the file goes on after its last field");
        }
    }
}
