using System.Buffers.Binary;
using System.Text;

namespace Gavel.Cannon;

/// <summary>The parts of a big-endian MIPS ELF file that loading needs; both classes.</summary>
internal sealed class ElfFile
{
    private const int ClassOffset = 4;
    private const int DataOffset = 5;
    private const int MachineOffset = 18;
    private const ushort MachineMips = 8;
    private const uint SymbolTable = 2;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly bool _wide;

    private ElfFile(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        if (bytes.Length < 20 || !bytes.Span[..4].SequenceEqual("\u007fELF"u8))
        {
            throw new ElfException("magic", 0, "not an ELF file");
        }

        byte elfClass = bytes.Span[ClassOffset];
        _wide = elfClass switch
        {
            1 => false,
            2 => true,
            _ => throw new ElfException("class", ClassOffset, $"{elfClass} is neither 1 (32-bit) nor 2 (64-bit)"),
        };
        if (bytes.Span[DataOffset] != 2)
        {
            throw new ElfException("data encoding", DataOffset, $"{bytes.Span[DataOffset]} is not 2 (big-endian)");
        }

        ushort machine = UInt16("machine", MachineOffset);
        if (machine != MachineMips)
        {
            throw new ElfException("machine", MachineOffset, $"{machine} is not {MachineMips} (MIPS)");
        }

        Entry = Word("entry", 24);
        Segments = ReadSegments();
        Symbols = ReadSymbols();
    }

    public ulong Entry { get; }

    public IReadOnlyList<ElfSegment> Segments { get; }

    /// <summary>In the order of the file; null when there is no symbol table.</summary>
    public IReadOnlyList<ElfSymbol>? Symbols { get; }

    public static ElfFile Parse(ReadOnlyMemory<byte> bytes) => new(bytes);

    private List<ElfSegment> ReadSegments()
    {
        ulong table = Word("program header offset", _wide ? 32u : 28);
        ushort size = UInt16("program header size", _wide ? 54u : 42);
        ushort count = UInt16("program header count", _wide ? 56u : 44);
        RequireEntrySize("program header size", _wide ? 54 : 42, size, _wide ? 56 : 32, count);
        List<ElfSegment> segments = [];
        for (int i = 0; i < count; i++)
        {
            string name = $"program header {i}";
            ulong at = table + (ulong)i * size;
            uint type = UInt32(name, at);
            ulong offset = Word(name, at + (_wide ? 8u : 4));
            ulong address = Word(name, at + (_wide ? 16u : 8));
            ulong fileSize = Word(name, at + (_wide ? 32u : 16));
            ulong memorySize = Word(name, at + (_wide ? 40u : 20));
            segments.Add(new ElfSegment(i, (long)at, type, address, memorySize, Slice($"content of segment {i}", offset, fileSize)));
        }

        return segments;
    }

    private List<ElfSymbol>? ReadSymbols()
    {
        ulong table = Word("section header offset", _wide ? 40u : 32);
        ushort size = UInt16("section header size", _wide ? 58u : 46);
        ushort count = UInt16("section header count", _wide ? 60u : 48);
        RequireEntrySize("section header size", _wide ? 58 : 46, size, _wide ? 64 : 40, count);
        for (int i = 0; i < count; i++)
        {
            string name = $"section header {i}";
            ulong at = table + (ulong)i * size;
            if (UInt32(name, at + 4) == SymbolTable)
            {
                uint link = UInt32(name, at + (_wide ? 40u : 24));
                if (link >= count)
                {
                    throw new ElfException(name, (long)at, $"links to section {link} of {count}");
                }

                ReadOnlySpan<byte> names = Section("symbol names", table + (ulong)link * size).Span;
                return ReadSymbols(Section("symbols", at), names, (long)at);
            }
        }

        return null;
    }

    private List<ElfSymbol> ReadSymbols(ReadOnlyMemory<byte> symbols, ReadOnlySpan<byte> names, long header)
    {
        int size = _wide ? 24 : 16;
        if (symbols.Length % size != 0)
        {
            throw new ElfException("symbols", header, $"{symbols.Length} bytes are no whole number of {size}-byte entries");
        }

        List<ElfSymbol> read = [];

        // The first entry is always empty.
        for (int at = size; at < symbols.Length; at += size)
        {
            ReadOnlySpan<byte> symbol = symbols.Span.Slice(at, size);
            uint name = BinaryPrimitives.ReadUInt32BigEndian(symbol);
            ReadOnlySpan<byte> text = name < names.Length ? names[(int)name..] : throw new ElfException(
                $"name of symbol {at / size}", header, $"{name} is outside the {names.Length} bytes of names");
            int length = text.IndexOf((byte)0);
            read.Add(new ElfSymbol(
                Encoding.UTF8.GetString(length < 0 ? text : text[..length]),
                _wide ? BinaryPrimitives.ReadUInt64BigEndian(symbol[8..]) : BinaryPrimitives.ReadUInt32BigEndian(symbol[4..]),
                _wide ? BinaryPrimitives.ReadUInt64BigEndian(symbol[16..]) : BinaryPrimitives.ReadUInt32BigEndian(symbol[8..])));
        }

        return read;
    }

    private ReadOnlyMemory<byte> Section(string name, ulong header) =>
        Slice(name, Word(name, header + (_wide ? 24u : 16)), Word(name, header + (_wide ? 32u : 20)));

    private static void RequireEntrySize(string field, long offset, ushort size, int expected, ushort count)
    {
        if (count > 0 && size != expected)
        {
            throw new ElfException(field, offset, $"{size} instead of {expected}");
        }
    }

    private ushort UInt16(string field, ulong offset) => BinaryPrimitives.ReadUInt16BigEndian(Slice(field, offset, 2).Span);

    private uint UInt32(string field, ulong offset) => BinaryPrimitives.ReadUInt32BigEndian(Slice(field, offset, 4).Span);

    private ulong Word(string field, ulong offset) =>
        _wide ? BinaryPrimitives.ReadUInt64BigEndian(Slice(field, offset, 8).Span) : UInt32(field, offset);

    private ReadOnlyMemory<byte> Slice(string field, ulong offset, ulong length) =>
        offset <= (ulong)_bytes.Length && length <= (ulong)_bytes.Length - offset
            ? _bytes.Slice((int)offset, (int)length)
            : throw new ElfException(field, (long)offset, $"{length} bytes go beyond the file's {_bytes.Length}");
}
