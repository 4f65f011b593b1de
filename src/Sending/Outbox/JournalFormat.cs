using System.Buffers.Binary;
using System.Numerics;

namespace Gavel.Sending;

/// <summary>
/// The bytes around the records: the file's header and each frame's. A frame is what one sync makes durable: one or more records that
/// count together or not at all. All numbers are little-endian. See docs/outbox.md.
/// </summary>
internal static class JournalFormat
{
    public const int FileHeaderSize = 20;
    public const int FrameHeaderSize = 24;

    /// <summary>The version that is written. Version 1 had neither expiry, permissions, versions of entries nor nonces of accounts.</summary>
    public const uint Version = 2;

    /// <summary>The earliest version that is read; a journal of it is rewritten when it is opened for writing.</summary>
    public const uint OldestVersion = 1;

    /// <summary>A frame is closed once its body has reached this; a body is at most this and one record.</summary>
    public const int FrameTarget = 4 << 20;

    /// <summary>No sound frame is longer: the target and the largest record (compaction writes an entry with all its attempts at once).</summary>
    public const int MaxBodySize = 64 << 20;

    private const ulong FileMagic = 0x58_42_4f_4c_45_56_41_47; // "GAVELOBX"
    private const uint FrameMagic = 0x52_4c_56_47; // "GVLR"

    /// <summary>CRC-32C (Castagnoli), as in iSCSI, started from <paramref name="seed"/>; a seed of 0 gives the known answers.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        uint crc = ~seed;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    public static void WriteFileHeader(Span<byte> destination, uint salt)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, FileMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], salt);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], Crc32C(destination[..16]));
    }

    /// <returns>
    /// The file's version, and its salt: checksums of its frames start from it, so that a copy of another journal inside a record is no frame.
    /// </returns>
    public static (uint Version, uint Salt) ReadFileHeader(ReadOnlySpan<byte> header, string path)
    {
        if (header.Length < FileHeaderSize)
        {
            throw new OutboxException(OutboxFault.Corrupt, $"{path} at offset 0: {header.Length} bytes are not the header of an outbox journal", 0);
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(header) != FileMagic)
        {
            throw new OutboxException(OutboxFault.WrongFormat, $"{path} is not an outbox journal", 0);
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header[16..]) != Crc32C(header[..16]))
        {
            throw new OutboxException(OutboxFault.Corrupt, $"{path} at offset 0: the header's checksum is wrong", 0);
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        return version is >= OldestVersion and <= Version
            ? (version, BinaryPrimitives.ReadUInt32LittleEndian(header[12..]))
            : throw new OutboxException(
                OutboxFault.WrongFormat, $"{path} is an outbox journal of version {version}; this program reads versions {OldestVersion} to {Version}", 8);
    }

    /// <summary>A frame's header; <paramref name="body"/> follows it.</summary>
    public static void WriteFrameHeader(Span<byte> destination, ReadOnlySpan<byte> body, ulong number, uint salt)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, FrameMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)body.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], Crc32C(body, salt));
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], Crc32C(destination[..20], salt));
    }

    public static bool TryReadFrameHeader(ReadOnlySpan<byte> header, uint salt, out FrameHeader frame)
    {
        frame = new FrameHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[16..]));
        return BinaryPrimitives.ReadUInt32LittleEndian(header) == FrameMagic
            && BinaryPrimitives.ReadUInt32LittleEndian(header[20..]) == Crc32C(header[..20], salt);
    }

    public readonly record struct FrameHeader(uint BodySize, ulong Number, uint BodyChecksum);
}
