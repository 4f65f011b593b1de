namespace Gavel.Contracts.Simulation;

/// <summary>The number in a header's RLP as <c>challengeRootL2Block</c> reads it, with the errors of the contracts' reader.</summary>
internal static class HeaderNumber
{
    private const int Field = 8;
    private const int ShortMost = 55;

    /// <summary>Reads it.</summary>
    /// <exception cref="SimulatedRevert">It is not there.</exception>
    public static UInt256 In(ReadOnlySpan<byte> header)
    {
        if (header.IsEmpty)
        {
            throw SimulatedRevert.Of("EmptyItem");
        }

        (int at, int length, bool isList) = ItemAt(header, 0);
        if (!isList)
        {
            throw SimulatedRevert.Of("UnexpectedString");
        }

        if (at + length != header.Length)
        {
            throw SimulatedRevert.Of("InvalidDataRemainder");
        }

        List<int> fields = [];
        while (at < header.Length)
        {
            fields.Add(at);
            (int content, int size, _) = ItemAt(header, at);
            at = content + size;
        }

        if (fields.Count <= Field)
        {
            throw SimulatedRevert.OutOfBounds();
        }

        (at, length, isList) = ItemAt(header, fields[Field]);
        if (isList)
        {
            throw SimulatedRevert.Of("UnexpectedList");
        }

        if (length > Hash32.Size)
        {
            throw SimulatedRevert.Of("InvalidHeaderRLP");
        }

        byte[] word = new byte[Hash32.Size];
        header.Slice(at, length).CopyTo(word.AsSpan(Hash32.Size - length));
        return new Hash32(word).ToUInt256();
    }

    private static (int Content, int Length, bool IsList) ItemAt(ReadOnlySpan<byte> data, int at)
    {
        int prefix = data[at];
        if (prefix < 0x80)
        {
            return (at, 1, false);
        }

        bool isList = prefix >= 0xc0;
        int length = prefix - (isList ? 0xc0 : 0x80);
        int content = at + 1;
        if (length > ShortMost)
        {
            int size = length - ShortMost;
            if (data.Length <= at + size)
            {
                throw SimulatedRevert.Of("ContentLengthMismatch");
            }

            UInt128 told = 0;
            foreach (byte digit in data.Slice(content, size))
            {
                told = (told << 8) | digit;
            }

            if (data[content] == 0 || told <= ShortMost)
            {
                throw SimulatedRevert.Of("InvalidHeader");
            }

            content += size;
            length = told > int.MaxValue / 2 ? int.MaxValue / 2 : (int)told;
        }

        return content + length > data.Length ? throw SimulatedRevert.Of("ContentLengthMismatch") : (content, length, isList);
    }
}
