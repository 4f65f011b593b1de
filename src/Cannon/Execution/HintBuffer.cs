using System.Buffers.Binary;

namespace Gavel.Cannon;

/// <summary>Cuts hints out of what the guest writes: a 4-byte big-endian length, then as many bytes (cannon-vm section 11).</summary>
internal static class HintBuffer
{
    /// <summary>Longest unfinished hint that is kept, in bytes.</summary>
    public const int MaxLength = 64 << 20;

    private const int PrefixSize = 4;

    /// <summary>Delivers every complete hint at the start of the buffer and returns the rest.</summary>
    public static byte[] Deliver(byte[] buffer, Action<byte[]> deliver)
    {
        int position = 0;
        while (buffer.Length - position >= PrefixSize)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(position));
            if (length > buffer.Length - position - PrefixSize)
            {
                break;
            }

            position += PrefixSize;
            deliver(buffer[position..(position + (int)length)]);
            position += (int)length;
        }

        return position == 0 ? buffer : buffer[position..];
    }
}
