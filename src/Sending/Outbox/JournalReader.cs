using Microsoft.Win32.SafeHandles;

namespace Gavel.Sending;

/// <summary>
/// Reads the frames of a journal and says where the good ones end. A frame is synced before the next is begun, so only the last one
/// can be torn; damage before it means that something else wrote to the file or the disk lost what it had promised.
/// </summary>
internal sealed class JournalReader(SafeFileHandle file, string path)
{
    private readonly long _end = RandomAccess.GetLength(file);
    private long _position;
    private uint _salt;
    private ulong _number;

    /// <summary>The end of the good frames; what follows is torn.</summary>
    public long GoodEnd => _position;

    /// <summary>The number of the last good frame.</summary>
    public ulong LastNumber => _number;

    public uint Salt => _salt;

    /// <summary>The file's format.</summary>
    public uint Version { get; private set; }

    public long TornBytes => _end - _position;

    public void ReadHeader()
    {
        byte[] header = new byte[JournalFormat.FileHeaderSize];
        (Version, _salt) = JournalFormat.ReadFileHeader(header.AsSpan(0, Read(header, 0)), path);
        _position = JournalFormat.FileHeaderSize;
    }

    /// <returns>The body of the next good frame and its place, or null at the end or before a torn frame.</returns>
    public (byte[] Body, long Offset)? Next()
    {
        long left = _end - _position;
        if (left < JournalFormat.FrameHeaderSize)
        {
            return null;
        }

        byte[] header = new byte[JournalFormat.FrameHeaderSize];
        ReadExactly(header, _position);
        if (!JournalFormat.TryReadFrameHeader(header, _salt, out JournalFormat.FrameHeader frame))
        {
            // A header that is half there looks the same as one damaged later. Only the latter can have a sound frame behind it.
            return FindSoundFrame(_position + 1) is long next
                ? throw Corrupt($"the frame's header is damaged, and a sound frame follows at offset {next}")
                : null;
        }

        if (frame.Number != _number + 1 || frame.BodySize > JournalFormat.MaxBodySize)
        {
            throw Corrupt($"the frame has number {frame.Number} and {frame.BodySize} bytes after frame {_number}");
        }

        long bodyStart = _position + JournalFormat.FrameHeaderSize;
        if (frame.BodySize > _end - bodyStart)
        {
            return null;
        }

        byte[] body = new byte[frame.BodySize];
        ReadExactly(body, bodyStart);
        if (JournalFormat.Crc32C(body, _salt) != frame.BodyChecksum)
        {
            return bodyStart + body.Length == _end ? null : throw Corrupt("the frame's checksum is wrong, and it is not the last");
        }

        long offset = _position;
        _position = bodyStart + body.Length;
        _number = frame.Number;
        return (body, offset);
    }

    private OutboxException Corrupt(string what) =>
        new(OutboxFault.Corrupt, $"{path} at offset {_position}: {what}. Restore the file, or cut it there and accept the loss of what follows", _position);

    private long? FindSoundFrame(long from)
    {
        byte[] window = new byte[1 << 16];
        for (long start = from; start + JournalFormat.FrameHeaderSize <= _end; start += window.Length - JournalFormat.FrameHeaderSize + 1)
        {
            ReadOnlySpan<byte> bytes = window.AsSpan(0, Read(window, start));
            for (int i = 0; i + JournalFormat.FrameHeaderSize <= bytes.Length; i++)
            {
                if (JournalFormat.TryReadFrameHeader(bytes[i..], _salt, out JournalFormat.FrameHeader frame)
                    && frame.Number > _number
                    && IsSound(frame, start + i + JournalFormat.FrameHeaderSize))
                {
                    return start + i;
                }
            }
        }

        return null;
    }

    private bool IsSound(JournalFormat.FrameHeader frame, long bodyStart)
    {
        if (frame.BodySize > JournalFormat.MaxBodySize || frame.BodySize > _end - bodyStart)
        {
            return false;
        }

        byte[] body = new byte[frame.BodySize];
        ReadExactly(body, bodyStart);
        return JournalFormat.Crc32C(body, _salt) == frame.BodyChecksum;
    }

    private int Read(Span<byte> destination, long offset)
    {
        int total = 0;
        while (total < destination.Length)
        {
            int count = RandomAccess.Read(file, destination[total..], offset + total);
            if (count == 0)
            {
                break;
            }

            total += count;
        }

        return total;
    }

    private void ReadExactly(Span<byte> destination, long offset)
    {
        if (Read(destination, offset) != destination.Length)
        {
            throw new OutboxException(OutboxFault.Corrupt, $"{path} at offset {offset}: the file became shorter while it was read", offset);
        }
    }
}
