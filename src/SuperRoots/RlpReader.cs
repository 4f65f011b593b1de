namespace Gavel.SuperRoots;

/// <summary>
/// Reads the items of one list one after the other, in canonical RLP only. This room sees no library, and its faults have names of their own, the ones by which the
/// reference refuses the same bytes; so it does not use the guard that the Ethereum layer has before its library.
/// </summary>
internal ref struct RlpReader(ReadOnlySpan<byte> items, string place, bool isList = false)
{
    private ReadOnlySpan<byte> _left = items;

    public readonly bool IsAtEnd => _left.IsEmpty;

    /// <summary>The items of the list that comes next.</summary>
    public RlpReader List(string what)
    {
        bool list = Take(what, out ReadOnlySpan<byte> payload, out int whole);
        Require(list, SuperFault.NoList, what, "is a byte string where a list belongs");
        _left = _left[whole..];
        return new RlpReader(payload, what, isList: true);
    }

    /// <summary>The byte string that comes next.</summary>
    public ReadOnlySpan<byte> Bytes(string what)
    {
        bool list = Take(what, out ReadOnlySpan<byte> bytes, out int whole);
        Require(!list, SuperFault.NoBytes, what, "is a list where bytes belong");
        _left = _left[whole..];
        return bytes;
    }

    /// <summary>32 bytes.</summary>
    public Hash32 Hash(string what)
    {
        ReadOnlySpan<byte> bytes = Bytes(what);
        Require(bytes.Length == Hash32.Size, SuperFault.HashSize, what, $"has {bytes.Length} bytes where {Hash32.Size} belong");
        return new Hash32(bytes);
    }

    /// <summary>A number of at most 64 bits.</summary>
    public ulong Number(string what)
    {
        ReadOnlySpan<byte> bytes = Bytes(what);
        Require(bytes.Length <= sizeof(ulong), SuperFault.NumberSize, what, $"is a number of {bytes.Length} bytes where at most {sizeof(ulong)} belong");
        Require(bytes is not [0, ..], SuperFault.NumberForm, what, "is a number with leading zeros");
        return (ulong)new UInt256(bytes);
    }

    /// <summary>Requires that nothing is left.</summary>
    public readonly void End(SuperFault fault) => Require(_left.IsEmpty, fault, "", $"{_left.Length} bytes more than belong there");

    private readonly bool Take(string what, out ReadOnlySpan<byte> payload, out int whole)
    {
        Require(!_left.IsEmpty, isList ? SuperFault.TooFewFields : SuperFault.Cut, what, "is missing");
        byte first = _left[0];
        bool list = first >= 0xc0;
        if (first < 0x80)
        {
            payload = _left[..1];
            whole = 1;
            return false;
        }

        int code = first - (list ? 0xc0 : 0x80);
        int wide = Math.Max(0, code - 55);
        Require(wide < _left.Length, SuperFault.Cut, what, "ends inside of its length");
        ulong length = (ulong)code;
        if (wide > 0)
        {
            ReadOnlySpan<byte> bytes = _left.Slice(1, wide);
            length = (ulong)new UInt256(bytes);
            Require(bytes[0] != 0 && length > 55, SuperFault.LengthForm, what, "has a length that is not in its shortest form");
        }

        Require(length <= (ulong)(_left.Length - 1 - wide), SuperFault.Cut, what, $"has {length} bytes, of which {_left.Length - 1 - wide} are there");
        whole = 1 + wide + (int)length;
        payload = _left[(1 + wide)..whole];
        Require(list || payload.Length != 1 || payload[0] >= 0x80, SuperFault.LengthForm, what, "is a single byte below 0x80 with a length before it");
        return list;
    }

    private readonly void Require(bool holds, SuperFault fault, string what, string problem)
    {
        if (!holds)
        {
            throw new SuperFormatException(fault, what.Length == 0 || what == place ? $"{place}: {problem}" : $"{place}: {what} {problem}");
        }
    }
}
