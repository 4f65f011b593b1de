namespace Gavel.Cannon.Tests.Translation;

/// <summary>
/// Random programs that go round a loop: arithmetic on boundary values, accesses to every kind of memory, branches with all kinds of
/// slots, calls, reservations, and now and then stores to their own code. They end at a break, or at a fault of their own making.
/// </summary>
internal sealed class LoopProgram
{
    public const ulong Origin = 0x1_0000;

    private const uint CounterRegister = 24;
    private const uint CodePointer = 25;
    private const uint FunctionPointer = 26;
    private const uint FirstPointer = 16;
    private const uint Link = 31;
    private const uint Break = 0x0000_000d;
    private const uint Nop = 0;
    private const uint ReturnToCaller = 0x03e0_0008;

    /// <summary>Where loads and stores go: both parts of the main area and the end of one, windows outside, no window at all, the page of the code.</summary>
    private static readonly ulong[] Places =
    [
        0x20_0100, 0xc0_0000_1ff8, 0x1000_0000_2000, 0x7fff_ffff_e800, 0x9000_0000_0000_0040, 0x3000_0000_0000, (1ul << 40) - 24, 0x20_0f80,
    ];

    private static readonly ulong[] Edges =
    [
        0, 1, 2, 0x7f, 0x80, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, ulong.MaxValue,
        ulong.MaxValue - 1, 0xffff_ffff_8000_0000, 0xffff_ffff_7fff_ffff, 63, 64, 31, 32,
    ];

    private readonly Random _random;
    private readonly List<uint> _words = [];
    private readonly bool _changesItself;
    private uint _pointer = FirstPointer;

    private LoopProgram(int seed)
    {
        _random = new Random(seed);
        _changesItself = seed % 5 == 0;
    }

    public static VmState State(int seed)
    {
        LoopProgram program = new(seed);
        return program.Build();
    }

    private VmState Build()
    {
        VmState state = new(VmVersion.MultiThreaded64V5) { NextThreadId = 1, Step = 3, StepsSinceSwitch = (ulong)_random.Next(0, 100_000) };
        VmThread thread = new() { Pc = Origin, NextPc = Origin + 4 };
        for (int i = 1; i < FirstPointer; i++)
        {
            thread.Registers[i] = Value();
        }

        int length = _random.Next(10, 60);
        ulong function = Origin + 4 * (ulong)(length + 60);
        for (int i = 0; i < Places.Length; i++)
        {
            thread.Registers[(int)FirstPointer + i] = Places[i];
        }

        thread.Registers[(int)CounterRegister] = (ulong)_random.Next(20, 80);
        thread.Registers[(int)CodePointer] = Origin;
        thread.Registers[(int)FunctionPointer] = function;
        thread.Hi = Value();
        thread.Lo = Value();
        state.LeftThreads.Add(thread);
        while (_words.Count < length)
        {
            Unit(function);
        }

        for (int i = 0; i < 8; i++)
        {
            _words.Add(Nop);
        }

        int back = -(_words.Count + 1);
        _words.Add((5u << 26) | (CounterRegister << 21) | (ushort)(short)back);
        _words.Add(Immediate(0x19, CounterRegister, CounterRegister, 0xffff));
        _words.Add(Break);
        while (_words.Count < length + 60)
        {
            _words.Add(Nop);
        }

        for (int i = 0; i < 6; i++)
        {
            _words.Add(Straight());
        }

        _words.Add(ReturnToCaller);
        _words.Add(Slot());
        for (int i = 0; i < _words.Count; i++)
        {
            state.Memory.WriteUInt32(Origin + 4 * (ulong)i, _words[i]);
        }

        state.Memory.WriteUInt64(0x7fff_ffff_e800, 1);
        return state;
    }

    private ulong Value() => _random.Next(3) == 0 ? (ulong)_random.NextInt64(long.MinValue, long.MaxValue) : Edges[_random.Next(Edges.Length)];

    private uint Any() => (uint)_random.Next(0, (int)FirstPointer);

    private void Unit(ulong function)
    {
        switch (_random.Next(20))
        {
            case 0 or 1:
                Conditional();
                break;
            case 2:
                _words.Add((3u << 26) | (uint)(function >> 2));
                _words.Add(CallSlot());
                break;
            case 3:
                _words.Add((FunctionPointer << 21) | (31u << 11) | 9);
                _words.Add(CallSlot());
                break;
            case 4:
                Reserve();
                break;
            case 5:
                // A divisor that is not zero, mostly.
                uint divisor = 1 + (uint)_random.Next(15);
                if (_random.Next(30) != 0)
                {
                    _words.Add(Immediate(0x0d, divisor, divisor, 1));
                }

                _words.Add(Three(Any(), divisor, _random.Next(6) == 0 ? Any() : 0, Pick(0x1a, 0x1b, 0x1e, 0x1f)));
                break;
            case 6 when _changesItself:
                ChangeCode();
                break;
            case 7:
                // An unconditional jump over what follows.
                int skipped = _random.Next(1, 4);
                _words.Add(_random.Next(2) == 0 ? (4u << 26) | (uint)(skipped + 1) : (2u << 26) | (uint)((Origin >> 2) + (ulong)(_words.Count + 2 + skipped)));
                _words.Add(Slot());
                break;
            case 8:
                // A branch to its own next instruction but one, and one whose slot is a branch that is never taken.
                _words.Add((4u << 26) | (_random.Next(2) == 0 ? 1u : 0u));
                _words.Add(_random.Next(8) == 0 ? (1u << 26) | (9u << 16) : Slot());
                break;
            case 9 or 10:
                MovePointer();
                break;
            default:
                _words.Add(Straight());
                break;
        }
    }

    /// <summary>Accesses from a base that changes between them.</summary>
    private void MovePointer()
    {
        uint register = 1 + (uint)_random.Next(15);
        int moves = _random.Next(1, 4);
        for (int i = 0; i < moves; i++)
        {
            if (_random.Next(3) > 0)
            {
                _words.Add(Three(FirstPointer + (uint)_random.Next(Places.Length), 0, register, 0x2d));
            }
            else
            {
                _words.Add(Immediate(0x19, register, register, (ushort)(short)_random.Next(-9, 9)));
            }

            for (int access = _random.Next(1, 4); access > 0; access--)
            {
                _words.Add(Immediate(Pick(0x20, 0x21, 0x23, 0x37, 0x28, 0x29, 0x2b, 0x3f), register, Other(register), Offset()));
            }
        }
    }

    private static uint Other(uint register) => register == 15 ? 1 : register + 1;

    private void Conditional()
    {
        uint offset = (uint)_random.Next(1, 7);
        uint first = Any();
        uint second = _random.Next(3) == 0 ? first : Any();
        _words.Add(_random.Next(6) switch
        {
            0 => (4u << 26) | (first << 21) | (second << 16) | offset,
            1 => (5u << 26) | (first << 21) | (second << 16) | offset,
            2 => (6u << 26) | (first << 21) | offset,
            3 => (7u << 26) | (first << 21) | offset,
            4 => (1u << 26) | (first << 21) | offset,
            _ => (1u << 26) | (first << 21) | (Pick(0, 1, 1, 0x11) << 16) | offset,
        });

        // A slot that changes what the branch compares.
        _words.Add(_random.Next(3) == 0 ? Immediate(0x19, first, first, (ushort)_random.Next(-2, 3)) : Slot());
    }

    private void Reserve()
    {
        uint pointer = FirstPointer + (uint)_random.Next(Places.Length);
        bool wide = _random.Next(2) == 0;
        uint value = 1 + (uint)_random.Next(15);
        _words.Add(Immediate(wide ? 0x34u : 0x30u, pointer, value, 0));
        if (_random.Next(3) == 0)
        {
            _words.Add(Immediate(Pick(0x28, 0x2b, 0x3f, 0x2c), pointer, Any(), Pick(0, 4, 8, 1)));
        }

        if (_random.Next(4) != 0)
        {
            _words.Add(Immediate(wide ? 0x3cu : 0x38u, pointer, value, 0));
        }
    }

    private void ChangeCode()
    {
        uint value = 1 + (uint)_random.Next(15);
        uint word = Straight();
        _words.Add(Immediate(0x0f, 0, value, word >> 16));
        _words.Add(Immediate(0x0d, value, value, word & 0xffff));
        _words.Add(Immediate(0x2b, CodePointer, value, 4 * (uint)_random.Next(0, Math.Max(1, _words.Count - 3))));
    }

    /// <summary>What may stand in a call's slot: also what uses the link.</summary>
    private uint CallSlot() => _random.Next(4) switch
    {
        0 => Three(Link, Any(), Any(), 0x2d),
        1 => Immediate(0x3f, FirstPointer + (uint)_random.Next(Places.Length), Link, 8),
        _ => Slot(),
    };

    /// <summary>What may stand in a slot; mostly what compilers put there.</summary>
    private uint Slot() => _random.Next(3) == 0 ? Nop : Straight();

    private uint Straight()
    {
        switch (_random.Next(9))
        {
            case 0 or 1:
                return Immediate(Pick(0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x1a, 0x1b, 0x37, 0x37), Pointer(), Any(), Offset());
            case 2 or 3:
                return Immediate(Pick(0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x3f, 0x3f), Pointer(), Any(), Offset());
            case 4:
                return Immediate(Pick(8, 9, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 0x18, 0x19), Any(), Any(), (uint)_random.Next(3) switch
                {
                    0 => 0x8000,
                    1 => 0xffff,
                    _ => (uint)_random.Next(0x1_0000),
                });
            case 5:
                return (Any() << 16) | (Any() << 11) | ((uint)_random.Next(32) << 6) | Pick(0, 2, 3, 0x38, 0x3a, 0x3b, 0x3c, 0x3e, 0x3f);
            case 6 or 7:
                return Three(Any(), Any(), Any(), Pick(4, 6, 7, 0xa, 0xb, 0xf, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x19, 0x1c, 0x1d));
            default:
                return _random.Next(5) == 0
                    ? (0x1cu << 26) | Three(Any(), Any(), Any(), Pick(2, 0x20, 0x21, 0x24, 0x25))
                    : Three(Any(), Any(), Any(), Pick(0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f));
        }
    }

    /// <summary>Mostly the one of the last access: accesses from one base are tested together.</summary>
    private uint Pointer() => _pointer = _random.Next(3) > 0 ? _pointer : FirstPointer + (uint)_random.Next(Places.Length);

    private uint Offset() => (ushort)(short)(_random.Next(4) == 0 ? _random.Next(-40, 200) : 8 * _random.Next(-2, 8));

    private uint Pick(params uint[] choices) => choices[_random.Next(choices.Length)];

    private static uint Three(uint first, uint second, uint destination, uint function) => (first << 21) | (second << 16) | (destination << 11) | function;

    private static uint Immediate(uint code, uint first, uint second, uint value) => (code << 26) | (first << 21) | (second << 16) | (value & 0xffff);
}
