namespace Gavel.Ethereum;

/// <summary>
/// Takes the signature out of the bytes of a signed transaction that somebody else made of ours, and nothing else. The fields before it must be
/// ours, byte for byte, so that a signer which changed one is told so.
/// </summary>
internal static class SignedAnswer
{
    private const byte Type = 2;
    private static readonly string[] s_fields =
        ["ChainId", "Nonce", "MaxPriorityFeePerGas", "MaxFeePerGas", "GasLimit", "To", "Value", "Data", "AccessList"];

    /// <summary>The signature.</summary>
    /// <param name="raw">What the other gave.</param>
    /// <param name="unsigned">The transaction without a signature: the type and the RLP of its fields.</param>
    /// <exception cref="FormatException">No transaction of type 2, another one, or no signature behind it.</exception>
    public static Signature Read(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> unsigned)
    {
        if (raw.IsEmpty || raw[0] != Type)
        {
            throw new FormatException(raw.IsEmpty ? "no bytes where a signed transaction was expected" : $"a transaction of type 0x{raw[0]:x2} where 0x02 was expected");
        }

        ReadOnlySpan<byte> theirs = Payload(raw[1..]), ours = Payload(unsigned[1..]);
        foreach (string field in s_fields)
        {
            if (!Next(ref theirs).SequenceEqual(Next(ref ours)))
            {
                throw new FormatException($"another transaction than was asked for: {field} differs");
            }
        }

        UInt256 parity = Number(ref theirs), r = Number(ref theirs), s = Number(ref theirs);
        return !theirs.IsEmpty ? throw new FormatException("bytes behind the signature")
            : parity > UInt256.One ? throw new FormatException("a signature whose y-parity is neither 0 nor 1")
            : new Signature(r, s, !parity.IsZero);
    }

    private static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> list)
    {
        int header = Measure(list, out int length);
        return list[0] >= 0xc0 && header + length == list.Length ? list[header..] : throw new FormatException("no RLP list that ends where the bytes do");
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> items)
    {
        int size = Measure(items, out int length) + length;
        ReadOnlySpan<byte> item = items[..size];
        items = items[size..];
        return item;
    }

    private static UInt256 Number(ref ReadOnlySpan<byte> items)
    {
        ReadOnlySpan<byte> item = Next(ref items);
        ReadOnlySpan<byte> content = item[0] < 0x80 ? item : item[1..];
        bool canonical = item[0] <= 0x80 + UInt256.Size && content is not [0, ..] && !(item[0] == 0x81 && content[0] < 0x80);
        return canonical ? new UInt256(content) : throw new FormatException("a signature whose numbers are no RLP numbers of at most 256 bits");
    }

    // The bytes of an item's header, and those behind it.
    private static int Measure(ReadOnlySpan<byte> item, out int length)
    {
        byte first = item.IsEmpty ? throw new FormatException("too few RLP items") : item[0];
        int form = first - (first >= 0xc0 ? 0xc0 : 0x80);
        long size = first < 0x80 ? 1 : form;
        int header = first < 0x80 ? 0 : 1;
        if (form > 55)
        {
            header += form - 55;
            size = form - 55 <= 4 && item.Length >= header ? (long)(ulong)new UInt256(item[1..header]) : long.MaxValue;
        }

        length = size <= item.Length - header ? (int)size : throw new FormatException("an RLP item that goes past the end of the bytes");
        return header;
    }
}
