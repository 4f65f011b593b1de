namespace Gavel.Cannon.OnChain.Tests;

/// <summary>Random 32-bit states, each about to execute a random instruction with operands at the edges of what it can take.</summary>
internal sealed class RandomStates(int seed)
{
    private const ulong Code = 0x4000;

    private static readonly uint[] Edges =
    [
        0, 1, 2, 3, 4, 5, 7, 8, 31, 32, 33, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_fffe, 0x7fff_ffff, 0x8000_0000, 0x8000_0001,
        0xffff_8000, 0xffff_fffe, 0xffff_ffff, 0x5555_5555, 0xaaaa_aaaa, 0x0500_0000, 0x5fff_f000, 0x1234_5678,
    ];

    // All that the 32-bit VM knows, and a few that it does not.
    private static readonly uint[] Functions =
    [
        0x00, 0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x18, 0x19, 0x1a, 0x1b, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2a, 0x2b,
    ];

    private static readonly uint[] Opcodes =
    [
        0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x1c,
        0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x28, 0x29, 0x2a, 0x2b, 0x2e, 0x30, 0x38,
    ];

    private readonly Random _random = new(seed);

    /// <summary>The instruction that the last state executes.</summary>
    public uint Instruction { get; private set; }

    /// <summary>A state about to execute an instruction that is no system call.</summary>
    public VmState Next()
    {
        VmState state = Empty();
        VmThread thread = state.ActiveThread!;
        for (int i = 1; i < VmThread.RegisterCount; i++)
        {
            thread.Registers[i] = (ulong)(int)Value();
        }

        thread.Hi = (ulong)(int)Value();
        thread.Lo = (ulong)(int)Value();
        Instruction = RandomInstruction();
        uint opcode = Instruction >> 26;
        if (opcode >= 0x20)
        {
            FillAround(state, (uint)thread.Registers[(Instruction >> 21) & 31] + (uint)(short)Instruction);
        }

        // Seen now and then: a step inside a delay slot.
        if (_random.Next(10) == 0)
        {
            thread.NextPc = Code + 0x100;
        }

        state.Memory.WriteUInt32(Code, Instruction);
        return state;
    }

    /// <summary>A state about to make a system call.</summary>
    public VmState NextSyscall()
    {
        uint[] numbers = [4090, 4045, 4120, 4246, 4003, 4004, 4055, 4001, 4178, 4000 + (uint)_random.Next(500)];
        VmState state = Empty();
        VmThread thread = state.ActiveThread!;
        uint number = numbers[_random.Next(numbers.Length)];
        Instruction = 0x0c;
        thread.Registers[2] = number;
        thread.Registers[4] = number switch
        {
            4090 => _random.Next(2) == 0 ? 0 : (ulong)(int)Value(),
            // Descriptor 5 has its own test, since the oracle must hold what is read.
            4003 => (ulong)(uint)((int[])[0, 1, 2, 3, 4, 6, 7, -1])[_random.Next(8)],
            4004 => (ulong)(uint)_random.Next(8),
            4055 => (ulong)(uint)_random.Next(8),
            _ => (ulong)(int)Value(),
        };
        thread.Registers[4] = (ulong)(int)thread.Registers[4];
        uint address = 0x9000 + (uint)_random.Next(64);
        thread.Registers[5] = number switch
        {
            4003 or 4004 => address,
            4055 => (ulong)(uint)_random.Next(5),
            4090 => (ulong)(int)((uint)_random.Next(0x40_0000)),
            _ => (ulong)(int)Value(),
        };
        // A huge length would have the VM collect that much of output.
        thread.Registers[6] = (ulong)(uint)_random.Next(40);
        thread.Registers[7] = (ulong)(int)Value();
        state.Heap = _random.Next(4) == 0 ? 0x5fff_0000u : 0x0500_0000u + (uint)_random.Next(0x1000) * 4096u;
        FillAround(state, address);
        state.Memory.WriteUInt32(Code, Instruction);
        return state;
    }

    /// <summary>A state about to read a preimage.</summary>
    public VmState NextRead(Hash32 key, ulong offset)
    {
        VmState state = Empty();
        VmThread thread = state.ActiveThread!;
        uint address = 0x9000 + (uint)_random.Next(8);
        thread.Registers[2] = 4003;
        thread.Registers[4] = 5;
        thread.Registers[5] = address;
        thread.Registers[6] = (ulong)(uint)_random.Next(10);
        state.PreimageKey = key;
        state.PreimageOffset = offset;
        FillAround(state, address);
        Instruction = 0x0c;
        state.Memory.WriteUInt32(Code, Instruction);
        return state;
    }

    private static VmState Empty()
    {
        VmState state = new(VmVersion.SingleThreaded, new PagedMemory(32, reserveAddressSpace: false)) { Heap = 0x0500_0000, Step = 1000 };
        state.LeftThreads.Add(new VmThread { Pc = Code, NextPc = Code + 4 });
        return state;
    }

    private void FillAround(VmState state, uint address)
    {
        for (uint at = (address & ~3u) - 4; at != (address & ~3u) + 12; at += 4)
        {
            state.Memory.WriteUInt32(at, Value());
        }
    }

    private uint RandomInstruction()
    {
        uint registers = (uint)_random.Next(1 << 15) << 11;
        if (_random.Next(3) == 0)
        {
            return registers | (uint)_random.Next(32) << 6 | Functions[_random.Next(Functions.Length)];
        }

        uint opcode = Opcodes[_random.Next(Opcodes.Length)];
        uint low = opcode switch
        {
            0x01 => (uint)_random.Next(2) << 16 | (uint)_random.Next(1 << 16),
            0x1c => (registers & 0xf800) | ((uint[])[0x02, 0x20, 0x21])[_random.Next(3)],
            _ => (registers & 0xf800) | (uint)_random.Next(1 << 11),
        };
        uint high = opcode == 0x01 ? registers & 0x03e0_0000 : registers & 0x03ff_0000;
        return opcode << 26 | high | low;
    }

    private uint Value() => _random.Next(3) == 0 ? (uint)_random.NextInt64(1L << 32) : Edges[_random.Next(Edges.Length)];
}
