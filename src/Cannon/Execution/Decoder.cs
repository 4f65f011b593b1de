namespace Gavel.Cannon;

/// <summary>Turns instruction words into <see cref="Insn"/> (cannon-vm section 7).</summary>
internal static class Decoder
{
    private static readonly Op[] Special64 =
    [
        Op.Dsllv, Op.Invalid, Op.Dsrlv, Op.Dsrav, Op.Mult, Op.Multu, Op.Div, Op.Divu, Op.Dmult, Op.Dmultu, Op.Ddiv, Op.Ddivu,
    ];

    /// <summary>Decodes the instruction word at an address.</summary>
    public static Insn Decode(uint word, ulong pc, VmVersion version)
    {
        byte rs = (byte)((word >> 21) & 31);
        byte rt = (byte)((word >> 16) & 31);
        byte rd = (byte)((word >> 11) & 31);
        int signed = (short)word;
        int zeroExtended = (ushort)word;
        bool wide = version.Is64;
        return (word >> 26) switch
        {
            0x00 => Special(word, rs, rt, rd, wide),
            0x01 => RegImm(rs, rt, signed, pc, version),
            0x02 => Jump(word, pc),
            0x03 => new Insn { Op = Op.Jal, Imm = (int)((word & 0x03ff_ffff) << 2) },
            0x04 => Branch(rs == rt ? Op.BranchNear : Op.BeqNear, rs, rt, signed, pc),
            0x05 => Branch(Op.BneNear, rs, rt, signed, pc),
            0x06 => Branch(Op.BlezNear, rs, rt, signed, pc),
            0x07 => Branch(Op.BgtzNear, rs, rt, signed, pc),
            0x08 or 0x09 => Immediate(Op.Addiu, rs, rt, signed),
            0x0a => Immediate(Op.Slti, rs, rt, signed),
            0x0b => Immediate(Op.Sltiu, rs, rt, signed),
            0x0c => Immediate(Op.Andi, rs, rt, zeroExtended),
            0x0d => Immediate(Op.Ori, rs, rt, zeroExtended),
            0x0e => Immediate(Op.Xori, rs, rt, zeroExtended),
            0x0f => Immediate(Op.LoadUpper, 0, rt, signed << 16),
            0x18 or 0x19 when wide => Immediate(Op.Daddiu, rs, rt, signed),
            0x1a when wide => Load(Op.Ldl, rs, rt, signed),
            0x1b when wide => Load(Op.Ldr, rs, rt, signed),
            0x1c => Special2(word & 63, rs, rt, rd, wide),
            0x20 => Load(Op.Lb, rs, rt, signed),
            0x21 => Load(Op.Lh, rs, rt, signed),
            0x22 => Load(Op.Lwl, rs, rt, signed),
            0x23 => Load(Op.Lw, rs, rt, signed),
            0x24 => Load(Op.Lbu, rs, rt, signed),
            0x25 => Load(Op.Lhu, rs, rt, signed),
            0x26 => Load(Op.Lwr, rs, rt, signed),
            0x27 when wide => Load(Op.Lwu, rs, rt, signed),
            0x28 => Store(Op.Sb, rs, rt, signed),
            0x29 => Store(Op.Sh, rs, rt, signed),
            0x2a => Store(Op.Swl, rs, rt, signed),
            0x2b => Store(Op.Sw, rs, rt, signed),
            0x2c when wide => Store(Op.Sdl, rs, rt, signed),
            0x2d when wide => Store(Op.Sdr, rs, rt, signed),
            0x2e => Store(Op.Swr, rs, rt, signed),
            0x30 => Load(Op.LoadLinked, rs, rt, signed),
            0x34 when wide => Load(Op.LoadLinkedDouble, rs, rt, signed),
            0x37 when wide => Load(Op.Ld, rs, rt, signed),
            0x38 => Load(Op.StoreConditional, rs, rt, signed),
            0x3c when wide => Load(Op.StoreConditionalDouble, rs, rt, signed),
            0x3f when wide => Store(Op.Sd, rs, rt, signed),
            _ => new Insn { Op = Op.Invalid },
        };
    }

    private static byte Destination(byte register) => register == 0 ? (byte)CpuContext.Discard : register;

    private static Insn Immediate(Op op, byte rs, byte rt, int value) => new() { Op = op, A = rs, C = Destination(rt), Imm = value };

    private static Insn Load(Op op, byte rs, byte rt, int offset) => new() { Op = op, A = rs, B = rt, C = Destination(rt), Imm = offset };

    private static Insn Store(Op op, byte rs, byte rt, int offset) => new() { Op = op, A = rs, B = rt, Imm = offset };

    private static Insn Special(uint word, byte rs, byte rt, byte rd, bool wide)
    {
        int shift = (int)((word >> 6) & 31);
        uint function = word & 63;
        Insn Three(Op op) => new() { Op = op, A = rs, B = rt, C = Destination(rd) };
        Insn Shift(Op op, int amount) => new() { Op = op, B = rt, C = Destination(rd), Imm = amount };
        return function switch
        {
            0x00 when word == 0 => new Insn { Op = Op.Nop },
            0x00 => Shift(Op.Sll, shift),
            0x02 => Shift(Op.Srl, shift),
            0x03 => Shift(Op.Sra, shift),
            0x04 => Three(Op.Sllv),
            0x06 => Three(Op.Srlv),
            0x07 => Three(Op.Srav),
            0x08 => new Insn { Op = Op.Jr, A = rs },
            0x09 => new Insn { Op = Op.Jalr, A = rs, C = Destination(rd) },
            0x0a => Three(Op.Movz),
            0x0b => Three(Op.Movn),
            0x0c => new Insn { Op = Op.Syscall },
            0x0f => Three(Op.Move),
            0x10 => Three(Op.Mfhi),
            0x11 => Three(Op.Mthi),
            0x12 => Three(Op.Mflo),
            0x13 => Three(Op.Mtlo),
            0x18 or 0x19 or 0x1a or 0x1b => Three(Special64[function - 0x14]),
            >= 0x14 and <= 0x1f when wide => Three(Special64[function - 0x14]),
            0x20 or 0x21 => Three(Op.Addu),
            0x22 or 0x23 => Three(Op.Subu),
            0x24 => Three(Op.And),
            0x25 => Three(Op.Or),
            0x26 => Three(Op.Xor),
            0x27 => Three(Op.Nor),
            0x2a => Three(Op.Slt),
            0x2b => Three(Op.Sltu),
            0x2c or 0x2d when wide => Three(Op.Daddu),
            0x2e or 0x2f when wide => Three(Op.Dsubu),
            0x38 when wide => Shift(Op.Dsll, shift),
            0x3a when wide => Shift(Op.Dsrl, shift),
            0x3b when wide => Shift(Op.Dsra, shift),
            0x3c when wide => Shift(Op.Dsll, shift + 32),
            0x3e when wide => Shift(Op.Dsrl, shift + 32),
            0x3f when wide => Shift(Op.Dsra, shift + 32),
            _ => new Insn { Op = Op.Invalid },
        };
    }

    private static Insn Special2(uint function, byte rs, byte rt, byte rd, bool wide)
    {
        Op op = function switch
        {
            0x02 => Op.Mul,
            0x20 => Op.Clz,
            0x21 => Op.Clo,
            0x24 when wide => Op.Dclz,
            0x25 when wide => Op.Dclo,
            _ => Op.Invalid,
        };
        return new Insn { Op = op, A = rs, B = rt, C = Destination(rd) };
    }

    private static Insn RegImm(byte rs, byte code, int offset, ulong pc, VmVersion version) => code switch
    {
        0x00 => Branch(Op.BltzNear, rs, 0, offset, pc),
        0x01 => Branch(Op.BgezNear, rs, 0, offset, pc),
        0x10 when version.HasBranchAndLink => new Insn { Op = Op.BltzalFar, A = rs, Imm = offset },
        0x11 when version.HasBranchAndLink => new Insn { Op = Op.BgezalFar, A = rs, Imm = offset },
        _ => new Insn { Op = Op.BranchNever },
    };

    private static Insn Jump(uint word, ulong pc)
    {
        ulong index = (word & 0x03ff_ffff) << 2;
        ulong target = ((pc + 4) & ~0x0ffffffful) | index;
        long distance = (long)(target - pc) / 4;
        bool isNear = target / PagedMemory.PageSize == pc / PagedMemory.PageSize && (pc + 4) % PagedMemory.PageSize != 0;
        return isNear ? new Insn { Op = Op.BranchNear, Imm = (int)distance } : new Insn { Op = Op.J, Imm = (int)index };
    }

    private static Insn Branch(Op near, byte rs, byte rt, int offset, ulong pc)
    {
        int index = (int)(pc % PagedMemory.PageSize) / 4;
        int target = index + 1 + offset;
        bool isNear = target is >= 0 and < DecodedPage.InsnCount && index != DecodedPage.InsnCount - 1;
        Op op = isNear ? near : near - Op.BranchNear + Op.BranchFar;
        return new Insn { Op = op, A = rs, B = rt, Imm = isNear ? offset + 1 : offset };
    }
}
