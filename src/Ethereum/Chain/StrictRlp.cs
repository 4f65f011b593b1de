using System.Buffers.Binary;
using Nethereum.RLP;

namespace Gavel.Ethereum;

/// <summary>
/// The guard before Nethereum's RLP decoder, which takes every form that is not the shortest, items that run past their list, and lengths of
/// two gigabytes, and needs time quadratic in the depth. What passes here is one canonical item (yellow paper, appendix B), nested at most
/// <see cref="MaxDepth"/> deep.
/// </summary>
public static class StrictRlp
{
    /// <summary>The deepest nesting of lists.</summary>
    public const int MaxDepth = 64;

    /// <summary>The items of the one list that the bytes must be.</summary>
    /// <exception cref="RlpException">They are not.</exception>
    public static RLPCollection DecodeList(ReadOnlySpan<byte> rlp, int maxDepth = MaxDepth) =>
        Decode(rlp, maxDepth) as RLPCollection ?? throw new RlpException(0, "a byte string stands where a list was expected");

    /// <summary>The one item that the bytes must be.</summary>
    /// <exception cref="RlpException">They are not.</exception>
    public static IRLPElement Decode(ReadOnlySpan<byte> rlp, int maxDepth = MaxDepth)
    {
        Validate(rlp, maxDepth);
#pragma warning disable RS0030 // behind the check
        return RLP.Decode(rlp.ToArray());
#pragma warning restore RS0030
    }

    /// <summary>Checks that the bytes are one canonical item and nothing else.</summary>
    /// <exception cref="RlpException">They are not; names the offset of the faulty item.</exception>
    public static void Validate(ReadOnlySpan<byte> rlp, int maxDepth = MaxDepth)
    {
        // An explicit stack of ends: hostile nesting costs no call stack.
        Span<int> ends = stackalloc int[1 + maxDepth];
        ends[0] = rlp.Length;
        int depth = 0;
        int at = 0;
        do
        {
            (bool isList, int header, int length) = Header(rlp, at, ends[depth]);
            at += header + (isList ? 0 : length);
            if (isList)
            {
                depth = depth < maxDepth ? depth + 1 : throw new RlpException(at - header, $"lists are nested deeper than {maxDepth}");
                ends[depth] = at + length;
            }

            while (depth > 0 && at == ends[depth])
            {
                depth--;
            }
        }
        while (depth > 0);

        if (at != rlp.Length)
        {
            throw new RlpException(at, $"{rlp.Length - at} bytes follow the item");
        }
    }

    private static (bool IsList, int Header, int Length) Header(ReadOnlySpan<byte> rlp, int at, int end)
    {
        if (at >= end)
        {
            throw new RlpException(at, "the data end where an item was expected");
        }

        byte first = rlp[at];
        if (first < 0x80)
        {
            return (false, 0, 1);
        }

        bool isList = first >= 0xc0;
        int code = first - (isList ? 0xc0 : 0x80);
        int wide = Math.Max(0, code - 55);
        int left = end - at - 1 - wide;
        if (left < 0)
        {
            throw new RlpException(at, "the data end inside of a length");
        }

        ulong length = (ulong)code;
        if (wide > 0)
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            bytes.Clear();
            rlp.Slice(at + 1, wide).CopyTo(bytes[^wide..]);
            length = BinaryPrimitives.ReadUInt64BigEndian(bytes);
            if (rlp[at + 1] == 0 || length <= 55)
            {
                throw new RlpException(at, "a length is not in its shortest form");
            }
        }

        return length > (ulong)left ? throw new RlpException(at, $"an item of {length} bytes has {left} left")
            : !isList && length == 1 && rlp[at + 1] < 0x80 ? throw new RlpException(at, "a single byte below 0x80 has a length before it")
            : (isList, 1 + wide, (int)length);
    }
}
