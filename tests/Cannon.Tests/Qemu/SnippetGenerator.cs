using System.Globalization;
using System.Text;

namespace Gavel.Cannon.Tests.Qemu;

/// <summary>
/// Random snippets of user-mode integer instructions as MIPS64 assembly. Left out is what hardware leaves open: add, addi, sub, dadd, daddi, dsub
/// (they trap), 32-bit operations on operands that are not sign-extended, unaligned access, division by zero, branches in delay slots.
/// </summary>
/// <remarks>
/// Registers 2 to 9 always hold sign-extended 32-bit values, 10 to 25 anything. 1 is for the moment, 27 points at the initial values, 28 at 64 bytes of
/// scratch memory, 30 at the results. Each snippet loads its registers, runs, and stores all registers, HI, LO and the scratch memory.
/// </remarks>
internal sealed class SnippetGenerator(int seed)
{
    /// <summary>Bytes that each snippet writes: registers 1 to 25 and 31, HI, LO, and the scratch memory.</summary>
    public const int ResultSize = 8 * (26 + 2 + 8);

    private const int FirstNarrow = 2;
    private const int FirstWide = 10;
    private const int Last = 25;

    private static readonly ulong[] Edges =
    [
        0, 1, 2, 7, 8, 31, 32, 33, 63, 64, 0x7f, 0x80, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 0x7fff_ffff_ffff_ffff,
        0x8000_0000_0000_0000, 0xffff_ffff_8000_0000, 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_fffe, 0x0123_4567_89ab_cdef, 0xaaaa_aaaa_5555_5555,
    ];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _code = new();
    private readonly StringBuilder _data = new();
    private int _labels;

    /// <summary>Instructions generated so far, without those that load and store the registers.</summary>
    public int Count { get; private set; }

    /// <summary>The text of each snippet, for messages.</summary>
    public List<string> Snippets { get; } = [];

    /// <summary>Adds snippets until there are this many instructions.</summary>
    public void Fill(int instructions, int each = 20)
    {
        while (Count < instructions)
        {
            Add(each);
        }
    }

    /// <summary>The whole program: it writes the results to standard output and exits with 0.</summary>
    public string Program() =>
        $"""
            .set noreorder
            .set noat
            .set nomacro
            .text
            .globl __start
            .ent __start
        __start:
            lui $27, %highest(initial)
            daddiu $27, $27, %higher(initial)
            dsll $27, $27, 16
            daddiu $27, $27, %hi(initial)
            dsll $27, $27, 16
            daddiu $27, $27, %lo(initial)
            lui $30, %highest(results)
            daddiu $30, $30, %higher(results)
            dsll $30, $30, 16
            daddiu $30, $30, %hi(results)
            dsll $30, $30, 16
            daddiu $30, $30, %lo(results)
            lui $28, %highest(scratch)
            daddiu $28, $28, %higher(scratch)
            dsll $28, $28, 16
            daddiu $28, $28, %hi(scratch)
            dsll $28, $28, 16
            daddiu $28, $28, %lo(scratch)
        {_code}
            lui $5, %highest(results)
            daddiu $5, $5, %higher(results)
            dsll $5, $5, 16
            daddiu $5, $5, %hi(results)
            dsll $5, $5, 16
            daddiu $5, $5, %lo(results)
            dsubu $6, $30, $5
            addiu $4, $0, 1
            addiu $2, $0, 5001
            syscall
            addiu $4, $0, 0
            addiu $2, $0, 5205
            syscall
            .end __start
            .data
            .balign 8
        initial:
        {_data}
            .bss
            .balign 8
        scratch:
            .space 64
        results:
            .space {Snippets.Count * ResultSize}

        """;

    private void Add(int instructions)
    {
        int start = _code.Length;
        for (int register = FirstNarrow; register <= Last; register++)
        {
            _data.AppendLine(CultureInfo.InvariantCulture, $"    .dword 0x{Value(register < FirstWide):x}");
            Line($"ld ${register}, {8 * (register - FirstNarrow)}($27)");
        }

        Line($"daddiu $27, $27, {8 * (Last - FirstNarrow + 1)}");
        Line("daddiu $1, $0, 0");
        Line("daddiu $31, $0, 0");
        Line($"mthi ${Wide()}");
        Line($"mtlo ${Wide()}");
        for (int i = 0; i < 8; i++)
        {
            Line($"sd ${Any()}, {8 * i}($28)");
        }

        int before = Count;
        while (Count - before < instructions)
        {
            Next();
        }

        // The moment's register is not part of the meaning, but equal all the same.
        for (int register = 1; register <= Last; register++)
        {
            Line($"sd ${register}, {8 * (register - 1)}($30)");
        }

        Line("sd $31, 200($30)");
        Line("mfhi $1");
        Line("sd $1, 208($30)");
        Line("mflo $1");
        Line("sd $1, 216($30)");
        for (int i = 0; i < 8; i++)
        {
            Line($"ld $1, {8 * i}($28)");
            Line($"sd $1, {224 + 8 * i}($30)");
        }

        Line($"daddiu $30, $30, {ResultSize}");
        Snippets.Add(_code.ToString(start, _code.Length - start));
    }

    private void Next()
    {
        switch (_random.Next(10))
        {
            case 0:
                Branch();
                break;
            case 1:
                Divide();
                break;
            case 2:
                Reserve();
                break;
            default:
                Emit(Plain());
                break;
        }
    }

    // One instruction that may stand in a delay slot.
    private string Plain()
    {
        int immediate = _random.Next(-32768, 32768);
        int unsigned = _random.Next(65536);
        int shift = _random.Next(32);
        switch (_random.Next(40))
        {
            case 0: return $"{Pick("addu", "subu", "mul")} ${AnyOut()}, ${Narrow()}, ${Narrow()}";
            case 1: return $"addiu ${AnyOut()}, ${Narrow()}, {immediate}";
            case 2 or 3: return $"{Pick("daddu", "dsubu")} ${WideOut()}, ${Any()}, ${Any()}";
            case 4: return $"daddiu ${WideOut()}, ${Any()}, {immediate}";
            case 5: return $"{Pick("and", "or", "xor", "nor")} ${AnyOut()}, ${Narrow()}, ${Narrow()}";
            case 6: return $"{Pick("and", "or", "xor", "nor")} ${WideOut()}, ${Any()}, ${Any()}";
            case 7: return $"{Pick("andi", "ori", "xori")} ${WideOut()}, ${Any()}, {unsigned}";
            case 8: return $"{Pick("andi", "ori", "xori")} ${AnyOut()}, ${Narrow()}, {unsigned}";
            case 9 or 10: return $"{Pick("slt", "sltu")} ${AnyOut()}, ${Any()}, ${Any()}";
            case 11: return $"{Pick("slti", "sltiu")} ${AnyOut()}, ${Any()}, {immediate}";
            case 12: return $"lui ${AnyOut()}, {unsigned}";
            case 13 or 14: return $"{Pick("sll", "srl", "sra")} ${AnyOut()}, ${Narrow()}, {shift}";
            case 15: return $"{Pick("sllv", "srlv", "srav")} ${AnyOut()}, ${Narrow()}, ${Any()}";
            case 16 or 17: return $"{Pick("dsll", "dsrl", "dsra", "dsll32", "dsrl32", "dsra32")} ${WideOut()}, ${Any()}, {shift}";
            case 18: return $"{Pick("dsllv", "dsrlv", "dsrav")} ${WideOut()}, ${Any()}, ${Any()}";
            case 19: return $"{Pick("movz", "movn")} ${WideOut()}, ${Any()}, ${Any()}";
            case 20: return $"{Pick("movz", "movn")} ${NarrowOut()}, ${Narrow()}, ${Any()}";
            case 21: return $"{Pick("mult", "multu")} ${Narrow()}, ${Narrow()}";
            case 22: return $"{Pick("dmult", "dmultu")} ${Any()}, ${Any()}";
            case 23 or 24: return $"{Pick("mfhi", "mflo")} ${WideOut()}";
            case 25: return $"{Pick("mthi", "mtlo")} ${Any()}";
            case 26: return $"{Pick("clz", "clo")} ${AnyOut()}, ${Narrow()}";
            case 27: return $"{Pick("dclz", "dclo")} ${AnyOut()}, ${Any()}";
            case 28: return $"{Pick("lb", "lbu")} ${AnyOut()}, {_random.Next(64)}($28)";
            case 29: return $"{Pick("lh", "lhu")} ${AnyOut()}, {2 * _random.Next(32)}($28)";
            case 30: return $"lw ${AnyOut()}, {4 * _random.Next(16)}($28)";
            case 31: return $"lwu ${WideOut()}, {4 * _random.Next(16)}($28)";
            case 32: return $"ld ${WideOut()}, {8 * _random.Next(8)}($28)";
            case 33: return $"{Pick("lwl", "lwr")} ${NarrowOut()}, {_random.Next(64)}($28)";
            case 34: return $"{Pick("ldl", "ldr")} ${WideOut()}, {_random.Next(64)}($28)";
            case 35: return $"sb ${Any()}, {_random.Next(64)}($28)";
            case 36: return $"sh ${Any()}, {2 * _random.Next(32)}($28)";
            case 37: return $"sw ${Any()}, {4 * _random.Next(16)}($28)";
            case 38: return $"sd ${Any()}, {8 * _random.Next(8)}($28)";
            default: return $"{Pick("swl", "swr", "sdl", "sdr")} ${Any()}, {_random.Next(64)}($28)";
        }
    }

    private void Branch()
    {
        string label = $"l{_labels++}";
        switch (_random.Next(8))
        {
            case 0:
                Emit($"{Pick("beq", "bne")} ${Any()}, ${Any()}, {label}");
                break;
            case 1:
                int same = Any();
                Emit($"{Pick("beq", "bne")} ${same}, ${same}, {label}");
                break;
            case 2 or 3:
                Emit($"{Pick("blez", "bgtz")} ${Any()}, {label}");
                break;
            case 4 or 5:
                Emit($"{Pick("bltz", "bgez", "bltzal", "bgezal")} ${Any()}, {label}");
                break;
            case 6:
                Emit($"{Pick("j", "jal")} {label}");
                break;
            default:
                // Through a register: the address of the label is the link of a branch that is always taken, plus the way there.
                Emit($"bgezal $0, 1f");
                Emit("nop");
                _code.AppendLine("1:");
                Emit("daddiu $1, $31, 12");
                Emit(Pick("jr $1", $"jalr ${WideOut()}, $1"));
                Emit(Plain());
                return;
        }

        Emit(Plain());
        for (int i = _random.Next(3); i > 0; i--)
        {
            Emit(Plain());
        }

        _code.AppendLine(CultureInfo.InvariantCulture, $"{label}:");
    }

    // The divisor is made odd, so it is never zero; the smallest number divided by -1 does occur.
    private void Divide()
    {
        bool is32 = _random.Next(2) == 0;
        Emit($"ori $1, ${(is32 ? Narrow() : Any())}, 1");
        string divide = is32 ? Pick("div", "divu") : Pick("ddiv", "ddivu");
        Emit($"{divide} $0, ${(is32 ? Narrow() : Any())}, $1");
        Emit($"mflo ${WideOut()}");
        Emit($"mfhi ${WideOut()}");
    }

    private void Reserve()
    {
        bool wide = _random.Next(2) == 0;
        int at = wide ? 8 * _random.Next(8) : 4 * _random.Next(16);
        Emit($"{(wide ? "lld" : "ll")} ${WideOut()}, {at}($28)");
        int stored = WideOut();
        Emit($"{(wide ? "scd" : "sc")} ${stored}, {at}($28)");
    }

    private ulong Value(bool narrow)
    {
        ulong value = _random.Next(3) switch
        {
            0 => Edges[_random.Next(Edges.Length)],
            1 => (ulong)_random.NextInt64(),
            _ => (ulong)_random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64),
        };
        return narrow ? (ulong)(int)value : value;
    }

    private int Narrow() => _random.Next(12) == 0 ? 0 : NarrowOut();

    private int Wide() => _random.Next(FirstWide, Last + 1);

    private int Any() => _random.Next(12) == 0 ? 0 : _random.Next(FirstNarrow, Last + 1);

    private int NarrowOut() => _random.Next(FirstNarrow, FirstWide);

    private int WideOut() => Wide();

    private int AnyOut() => _random.Next(20) == 0 ? 0 : _random.Next(FirstNarrow, Last + 1);

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];

    private void Emit(string instruction)
    {
        Count++;
        Line(instruction);
    }

    private void Line(string instruction) => _code.Append("    ").AppendLine(instruction);
}
