namespace Gavel.Cannon;

/// <summary>Reads the binary form of a state.</summary>
internal static class StateBinaryReader
{
    public static VmState Read(Stream stream)
    {
        FieldReader reader = new(stream);
        byte number = reader.Byte("version");
        VmVersion version = VmVersion.FromNumber(number) ?? throw new StateFileException(
            "version", 0, $"{number} is not one of {string.Join(", ", VmVersion.All.Select(known => $"{known.Number} ({known})"))}");
        VmState state = new(version);
        try
        {
            ReadPages(reader, state);
            if (version.Is64)
            {
                ReadWide(reader, state);
            }
            else
            {
                ReadNarrow(reader, state);
            }

            state.LastHint = ReadHint(reader);
            reader.End();
            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    private static void ReadPages(FieldReader reader, VmState state)
    {
        VmVersion version = state.Version;
        ulong limit = 1ul << (version.AddressBits - PagedMemory.PageBits);
        long countOffset = reader.Offset;
        ulong count = reader.Word("page count", version);
        if (count > limit)
        {
            throw new StateFileException("page count", countOffset, $"{count} pages are more than an address space holds");
        }

        for (ulong i = 0; i < count; i++)
        {
            long offset = reader.Offset;
            ulong index = reader.Word($"index of page {i} of {count}", version);
            if (index >= limit)
            {
                throw new StateFileException($"index of page {i} of {count}", offset, $"0x{index:x} is not below 0x{limit:x}");
            }

            if (state.Memory.IsAllocated(index))
            {
                throw new StateFileException($"index of page {i} of {count}", offset, $"page 0x{index:x} occurs twice");
            }

            reader.Fill($"page 0x{index:x}", state.Memory.WritablePage(index));
        }
    }

    private static void ReadWide(FieldReader reader, VmState state)
    {
        state.PreimageKey = reader.Hash("preimage key");
        state.PreimageOffset = reader.UInt64("preimage offset");
        state.Heap = reader.UInt64("heap");
        long statusOffset = reader.Offset;
        state.LlStatus = reader.Byte("LL reservation status");
        if (state.LlStatus > 2)
        {
            throw new StateFileException("LL reservation status", statusOffset, $"{state.LlStatus} is not 0, 1 or 2");
        }

        state.LlAddress = reader.UInt64("LL address");
        state.LlOwner = reader.UInt64("LL owner thread");
        state.ExitCode = reader.Byte("exit code");
        state.Exited = reader.Boolean("exited");
        state.Step = reader.UInt64("step");
        state.StepsSinceSwitch = reader.UInt64("steps since last context switch");
        state.TraverseRight = reader.Boolean("traverse right");
        state.NextThreadId = reader.UInt64("next thread id");
        ReadThreads(reader, "left", state.LeftThreads);
        ReadThreads(reader, "right", state.RightThreads);
    }

    private static void ReadThreads(FieldReader reader, string side, List<VmThread> threads)
    {
        ulong count = reader.UInt64($"{side} thread count");
        for (ulong i = 0; i < count; i++)
        {
            long offset = reader.Offset;
            string field = $"{side} thread {i} of {count}";
            VmThread thread = VmThread.Decode(reader.Bytes(field, VmThread.EncodedSize));
            RequireZero(thread, field, offset + 42);
            threads.Add(thread);
        }
    }

    private static void ReadNarrow(FieldReader reader, VmState state)
    {
        state.PreimageKey = reader.Hash("preimage key");
        state.PreimageOffset = reader.UInt32("preimage offset");
        VmThread thread = new()
        {
            Pc = reader.UInt32("pc"),
            NextPc = reader.UInt32("next pc"),
            Lo = SignExtended(reader.UInt32("lo")),
            Hi = SignExtended(reader.UInt32("hi")),
        };
        state.Heap = reader.UInt32("heap");
        state.ExitCode = reader.Byte("exit code");
        state.Exited = reader.Boolean("exited");
        state.Step = reader.UInt64("step");
        long offset = reader.Offset;
        for (int i = 0; i < VmThread.RegisterCount; i++)
        {
            thread.Registers[i] = SignExtended(reader.UInt32($"register {i}"));
        }

        RequireZero(thread, "registers", offset);
        state.LeftThreads.Add(thread);
    }

    private static byte[] ReadHint(FieldReader reader)
    {
        long offset = reader.Offset;
        uint length = reader.UInt32("length of last hint");
        return length <= HintBuffer.MaxLength
            ? reader.Bytes("last hint", (int)length).ToArray()
            : throw new StateFileException("length of last hint", offset, $"{length} bytes are more than {HintBuffer.MaxLength}");
    }

    private static void RequireZero(VmThread thread, string field, long offset)
    {
        if (thread.Registers[0] != 0)
        {
            throw new StateFileException(field, offset, $"register 0 holds 0x{thread.Registers[0]:x} instead of 0");
        }
    }

    private static ulong SignExtended(uint value) => (ulong)(long)(int)value;
}
