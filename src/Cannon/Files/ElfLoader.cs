using System.Buffers.Binary;
using System.Text;

namespace Gavel.Cannon;

/// <summary>Makes a program's initial state (cannon-vm section 6), with the page layout of the reference.</summary>
public static class ElfLoader
{
    // Far above any program, and low enough that a corrupt size cannot fill the host's memory.
    private const ulong LargestSegment = 1ul << 30;

    private const uint Load = 1;
    private const uint MipsAbiFlags = 0x7000_0003;
    private const int StackPages = 4;
    private const int StackRegister = 29;
    private const ulong AuxiliaryPageSize = 6;
    private const ulong AuxiliaryRandom = 25;

    /// <summary>Loads a program, patches it where the version does, and sets up its stack.</summary>
    /// <param name="elf">The bytes of the file.</param>
    /// <param name="version">The VM it is for.</param>
    /// <exception cref="ElfException">The file is no big-endian MIPS program, is cut short, does not fit the address space, or has no symbols.</exception>
    public static LoadedProgram LoadProgram(ReadOnlyMemory<byte> elf, VmVersion version)
    {
        ElfFile file = ElfFile.Parse(elf);
        IReadOnlyList<ElfSymbol> symbols = file.Symbols ?? throw new ElfException("symbol table", 0, "there is none; build without stripping");
        VmState state = new(version) { Heap = version.HeapStart, NextThreadId = 1 };
        try
        {
            VmThread thread = new() { Pc = file.Entry, NextPc = Address(file.Entry + 4, version) };
            state.LeftThreads.Add(thread);
            foreach (ElfSegment segment in file.Segments)
            {
                Place(segment, state);
            }

            if (version.PatchesGoRuntime)
            {
                foreach (ElfSymbol symbol in symbols.Where(symbol => GoRuntimePatches.Functions.Contains(symbol.Name)))
                {
                    Write(state, symbol.Start, GoRuntimePatches.Return, (ulong)GoRuntimePatches.Return.Length);
                }
            }

            SetUpStack(state, thread);
            return new LoadedProgram(state, [.. symbols.OrderBy(symbol => symbol.Start)]);
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    private static void Place(ElfSegment segment, VmState state)
    {
        VmVersion version = state.Version;
        ulong fileSize = (ulong)segment.Content.Length;
        string field = $"program header {segment.Index}";
        if (segment.Type == MipsAbiFlags)
        {
            return;
        }

        if (fileSize != segment.MemorySize && (fileSize > segment.MemorySize || segment.Type != Load))
        {
            throw new ElfException(field, segment.Offset, $"{fileSize} bytes in the file do not make {segment.MemorySize} in memory");
        }

        if (segment.MemorySize == 0 && version.Is64)
        {
            return;
        }

        ulong end = segment.Address + segment.MemorySize;
        bool wraps = end < segment.Address;
        bool tooHigh = version.Is64 ? wraps || end - 1 > version.LoadLimit : wraps || end > version.LoadLimit;
        ulong last = segment.MemorySize == 0 ? end : end - 1;
        if (tooHigh || last >= version.HeapStart)
        {
            throw new ElfException(
                field, segment.Offset, $"0x{segment.MemorySize:x} bytes at 0x{segment.Address:x} do not lie below the heap at 0x{version.HeapStart:x}");
        }

        if (segment.MemorySize > LargestSegment)
        {
            throw new ElfException(field, segment.Offset, $"0x{segment.MemorySize:x} bytes of memory are more than 0x{LargestSegment:x}");
        }

        Write(state, segment.Address, segment.Content.Span, segment.MemorySize);
    }

    /// <summary>Writes bytes and then zeros up to a size, allocating the pages that the reference's loader of the version allocates.</summary>
    private static void Write(VmState state, ulong address, ReadOnlySpan<byte> bytes, ulong size)
    {
        // The 32-bit loader looks up the page after the last byte before it notices that it is done.
        ulong pageEnd = address + size + (state.Version.Is64 ? PagedMemory.PageSize - 1u : PagedMemory.PageSize);
        for (ulong page = address / PagedMemory.PageSize; page < pageEnd / PagedMemory.PageSize; page++)
        {
            ulong start = page * PagedMemory.PageSize;
            Span<byte> target = state.Memory.WritablePage(page);
            ulong from = Math.Max(start, address);
            ulong to = Math.Min(start + PagedMemory.PageSize, address + size);
            if (from >= to)
            {
                continue;
            }

            Span<byte> piece = target[(int)(from - start)..(int)(to - start)];
            ulong done = from - address;
            int copied = done < (ulong)bytes.Length ? Math.Min(piece.Length, bytes.Length - (int)done) : 0;
            bytes.Slice((int)Math.Min(done, (ulong)bytes.Length), copied).CopyTo(piece);
            piece[copied..].Clear();
        }
    }

    private static void SetUpStack(VmState state, VmThread thread)
    {
        VmVersion version = state.Version;
        ulong word = (ulong)version.WordSize;
        ulong top = version.StackTop;
        Write(state, top - StackPages * PagedMemory.PageSize, [], (StackPages + 1) * PagedMemory.PageSize);
        thread.Registers[StackRegister] = version.Is64 ? top : (ulong)(long)(int)top;

        byte[] random = "4;byfairdiceroll"u8.ToArray();
        byte[] environment = Padded("GODEBUG=memprofilerate=0\0", version.WordSize);
        byte[] argument = Padded("op-program\0", version.WordSize);
        ulong randomAt = top + 10 * word;
        ulong environmentAt = randomAt + (ulong)random.Length;
        ulong argumentAt = environmentAt + (ulong)environment.Length;
        ulong[] words =
        [
            1, argumentAt, 0, environmentAt, 0, AuxiliaryPageSize, PagedMemory.PageSize, AuxiliaryRandom, randomAt, 0,
        ];
        for (int i = 0; i < words.Length; i++)
        {
            byte[] bytes = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, words[i]);
            state.Memory.Write(top + (ulong)i * word, bytes.AsSpan(8 - version.WordSize));
        }

        state.Memory.Write(randomAt, random);
        state.Memory.Write(environmentAt, environment);
        state.Memory.Write(argumentAt, argument);
    }

    private static byte[] Padded(string text, int word)
    {
        byte[] padded = new byte[(text.Length + word - 1) / word * word];
        Encoding.ASCII.GetBytes(text, padded);
        return padded;
    }

    private static ulong Address(ulong address, VmVersion version) => version.Is64 ? address : (uint)address;
}
