using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using static Gavel.Cannon.GuestWord;

namespace Gavel.Cannon;

/// <summary>
/// The loop over decoded instructions (cannon-vm sections 7 and 8). Control flow is sequential through a page's instructions; a taken
/// branch runs a copy of its delay slot followed by a jump, so no instruction has to know whether it stands in a slot.
/// </summary>
internal unsafe ref struct InterpreterLoop<TWidth>(PagedMemory memory, CodeCache code, VmVersion version, IAccessTrace? trace)
    where TWidth : struct, IVmWidth
{
    /// <summary>
    /// Steps that may pass between two turns of control flow, where alone <see cref="Running"/> counts: a page, a branch and its slot.
    /// </summary>
    public const long RoomNeeded = DecodedPage.InsnCount + 2;

    /// <summary>Why the last run exited with a fault.</summary>
    public string? Fault { get; private set; }

    /// <summary>
    /// Runs from the context's pc; leaves it at the first instruction not completed. <paramref name="left"/> is what remains of the budget.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public EngineExit Run<TPace>(CpuContext* c, long budget, out long left)
        where TPace : struct, IPace
    {
        ulong* r = c->Registers;
        DecodedPage* page;
        Insn* ip;
        Insn* start;
        Insn* i;
        ulong target;
        byte* place;
        Insn* first;
        Op op;
        EngineExit exit;

        if ((c->Pc & 3) != 0)
        {
            Fault = "misaligned program counter";
            left = budget;
            return EngineExit.Fault;
        }

        page = code.Page(c->Pc);
        ip = DecodedPage.Insns(page) + (c->Pc % PagedMemory.PageSize / 4);
        if (c->NextPc != Address(c->Pc + 4))
        {
            if (ip->Op == Op.Undecoded)
            {
                Decode(page, ip);
            }

            c->Slot = ip->Op == Op.Enter ? Decoded(c->Pc) : *ip;
            if (c->Slot.Op >= Op.BranchNear)
            {
                Fault = "branch or jump in a delay slot";
                left = budget;
                return EngineExit.Fault;
            }

            c->AfterSlot.Op = Op.AfterSlotFar;
            c->SlotPc = c->Pc;
            c->TargetPc = c->NextPc;
            ip = &c->Slot;
        }

        start = ip;
        first = ip;
        while (true)
        {
            i = ip;
            ip = i + 1;
            if (TPace.IsExact && --budget < 0)
            {
                exit = EngineExit.Paused;
                goto Leave;
            }

            op = i->Op;
        Execute:
            switch (op)
            {
                case Op.Undecoded:
                    Decode(page, i);
                    ip = i;
                    budget += TPace.IsExact ? 1 : 0;
                    continue;
                case Op.PageEnd:
                    budget += TPace.IsExact ? 1 : start - i;
                    target = Address(page->Address + PagedMemory.PageSize);
                    goto Arrive;
                case Op.AfterSlotNear:
                    budget += TPace.IsExact ? 1 : start - i;
                    ip = c->TargetNear;
                    start = ip;
                    if (!TPace.IsExact && budget < RoomNeeded)
                    {
                        goto PauseNear;
                    }

                    continue;
                case Op.AfterSlotFar:
                    budget += TPace.IsExact ? 1 : start - i;
                    target = c->TargetPc;
                    goto Arrive;
                case Op.Invalid:
                    Fault = "invalid instruction";
                    exit = EngineExit.Fault;
                    goto Leave;
                case Op.Syscall:
                    exit = EngineExit.Syscall;
                    goto Leave;
                case Op.Nop:
                    continue;
                case Op.Move:
                    r[i->C] = r[i->A];
                    continue;
                case Op.LoadUpper:
                    r[i->C] = (ulong)(long)i->Imm;
                    continue;
                case Op.Sll:
                    r[i->C] = Extend((uint)r[i->B] << i->Imm);
                    continue;
                case Op.Srl:
                    r[i->C] = Extend((uint)r[i->B] >> i->Imm);
                    continue;
                case Op.Sra:
                    r[i->C] = Extend((uint)((int)r[i->B] >> i->Imm));
                    continue;
                case Op.Sllv:
                    r[i->C] = Extend((uint)r[i->B] << (int)r[i->A]);
                    continue;
                case Op.Srlv:
                    r[i->C] = Extend((uint)r[i->B] >> (int)r[i->A]);
                    continue;
                case Op.Srav:
                    r[i->C] = Extend((uint)((int)r[i->B] >> (int)r[i->A]));
                    continue;
                case Op.Dsll:
                    r[i->C] = r[i->B] << i->Imm;
                    continue;
                case Op.Dsrl:
                    r[i->C] = r[i->B] >> i->Imm;
                    continue;
                case Op.Dsra:
                    r[i->C] = (ulong)((long)r[i->B] >> i->Imm);
                    continue;
                case Op.Dsllv:
                    r[i->C] = r[i->B] << (int)r[i->A];
                    continue;
                case Op.Dsrlv:
                    r[i->C] = r[i->B] >> (int)r[i->A];
                    continue;
                case Op.Dsrav:
                    r[i->C] = (ulong)((long)r[i->B] >> (int)r[i->A]);
                    continue;
                case Op.Movz:
                    if (r[i->B] == 0)
                    {
                        r[i->C] = r[i->A];
                    }

                    continue;
                case Op.Movn:
                    if (r[i->B] != 0)
                    {
                        r[i->C] = r[i->A];
                    }

                    continue;
                case Op.Mfhi:
                    r[i->C] = r[CpuContext.Hi];
                    continue;
                case Op.Mthi:
                    r[CpuContext.Hi] = r[i->A];
                    r[i->C] = 0;
                    continue;
                case Op.Mflo:
                    r[i->C] = r[CpuContext.Lo];
                    continue;
                case Op.Mtlo:
                    r[CpuContext.Lo] = r[i->A];
                    r[i->C] = 0;
                    continue;
                case Op.Mult:
                    HiLoArithmetic.Multiply(r, i);
                    continue;
                case Op.Multu:
                    HiLoArithmetic.MultiplyUnsigned(r, i);
                    continue;
                case Op.Dmult:
                    HiLoArithmetic.MultiplyWide(r, i);
                    continue;
                case Op.Dmultu:
                    HiLoArithmetic.MultiplyWideUnsigned(r, i);
                    continue;
                case Op.Addu:
                    r[i->C] = Extend((uint)r[i->A] + (uint)r[i->B]);
                    continue;
                case Op.Subu:
                    r[i->C] = Extend((uint)r[i->A] - (uint)r[i->B]);
                    continue;
                case Op.And:
                    r[i->C] = r[i->A] & r[i->B];
                    continue;
                case Op.Or:
                    r[i->C] = r[i->A] | r[i->B];
                    continue;
                case Op.Xor:
                    r[i->C] = r[i->A] ^ r[i->B];
                    continue;
                case Op.Nor:
                    r[i->C] = ~(r[i->A] | r[i->B]);
                    continue;
                case Op.Slt:
                    r[i->C] = (long)r[i->A] < (long)r[i->B] ? 1ul : 0;
                    continue;
                case Op.Sltu:
                    r[i->C] = r[i->A] < r[i->B] ? 1ul : 0;
                    continue;
                case Op.Daddu:
                    r[i->C] = r[i->A] + r[i->B];
                    continue;
                case Op.Dsubu:
                    r[i->C] = r[i->A] - r[i->B];
                    continue;
                case Op.Addiu:
                    r[i->C] = Extend((uint)r[i->A] + (uint)i->Imm);
                    continue;
                case Op.Daddiu:
                    r[i->C] = r[i->A] + (ulong)(long)i->Imm;
                    continue;
                case Op.Slti:
                    r[i->C] = (long)r[i->A] < i->Imm ? 1ul : 0;
                    continue;
                case Op.Sltiu:
                    r[i->C] = r[i->A] < (ulong)(long)i->Imm ? 1ul : 0;
                    continue;
                case Op.Andi:
                    r[i->C] = r[i->A] & (uint)i->Imm;
                    continue;
                case Op.Ori:
                    r[i->C] = r[i->A] | (uint)i->Imm;
                    continue;
                case Op.Xori:
                    r[i->C] = r[i->A] ^ (uint)i->Imm;
                    continue;
                case Op.Mul:
                    r[i->C] = Extend((uint)r[i->A] * (uint)r[i->B]);
                    continue;
                case Op.Clz:
                    r[i->C] = (ulong)BitOperations.LeadingZeroCount((uint)r[i->A]);
                    continue;
                case Op.Clo:
                    r[i->C] = (ulong)BitOperations.LeadingZeroCount(~(uint)r[i->A]);
                    continue;
                case Op.Dclz:
                    r[i->C] = (ulong)BitOperations.LeadingZeroCount(r[i->A]);
                    continue;
                case Op.Dclo:
                    r[i->C] = (ulong)BitOperations.LeadingZeroCount(~r[i->A]);
                    continue;
                case Op.Lb:
                    r[i->C] = (ulong)(long)*(sbyte*)Load<TPace>(c, Effective(r, i));
                    continue;
                case Op.Lbu:
                    r[i->C] = *Load<TPace>(c, Effective(r, i));
                    continue;
                case Op.Lh:
                    r[i->C] = (ulong)(long)BinaryPrimitives.ReverseEndianness(*(short*)Load<TPace>(c, Effective(r, i) & ~1ul));
                    continue;
                case Op.Lhu:
                    r[i->C] = BinaryPrimitives.ReverseEndianness(*(ushort*)Load<TPace>(c, Effective(r, i) & ~1ul));
                    continue;
                case Op.Lw:
                    r[i->C] = (ulong)(long)BinaryPrimitives.ReverseEndianness(*(int*)Load<TPace>(c, Effective(r, i) & ~3ul));
                    continue;
                case Op.Lwu:
                    r[i->C] = BinaryPrimitives.ReverseEndianness(*(uint*)Load<TPace>(c, Effective(r, i) & ~3ul));
                    continue;
                case Op.Ld:
                    r[i->C] = BinaryPrimitives.ReverseEndianness(*(ulong*)Load<TPace>(c, Effective(r, i) & ~7ul));
                    continue;
                case Op.Lwl:
                    r[i->C] = UnalignedAccess.LoadWordLeft(Load<TPace>(c, Effective(r, i) & ~3ul), Effective(r, i), r[i->B]);
                    continue;
                case Op.Lwr:
                    r[i->C] = UnalignedAccess.LoadWordRight(Load<TPace>(c, Effective(r, i) & ~3ul), Effective(r, i), r[i->B]);
                    continue;
                case Op.Ldl:
                    r[i->C] = UnalignedAccess.LoadDoubleLeft(Load<TPace>(c, Effective(r, i) & ~7ul), Effective(r, i), r[i->B]);
                    continue;
                case Op.Ldr:
                    r[i->C] = UnalignedAccess.LoadDoubleRight(Load<TPace>(c, Effective(r, i) & ~7ul), Effective(r, i), r[i->B]);
                    continue;
                case Op.LoadLinked:
                    LinkLoad<TPace>(c, i, wide: false);
                    continue;
                case Op.LoadLinkedDouble:
                    LinkLoad<TPace>(c, i, wide: true);
                    continue;
                case Op.Div:
                    if (!HiLoArithmetic.Divide(r, i))
                    {
                        goto DivisionByZero;
                    }

                    continue;
                case Op.Divu:
                    if (!HiLoArithmetic.DivideUnsigned(r, i))
                    {
                        goto DivisionByZero;
                    }

                    continue;
                case Op.Ddiv:
                    if (!HiLoArithmetic.DivideWide(r, i))
                    {
                        goto DivisionByZero;
                    }

                    continue;
                case Op.Ddivu:
                    if (!HiLoArithmetic.DivideWideUnsigned(r, i))
                    {
                        goto DivisionByZero;
                    }

                    continue;
                case Op.Sb:
                    place = Store<TPace>(c, Effective(r, i));
                    if (place == null)
                    {
                        goto MemoryLimit;
                    }

                    *place = (byte)r[i->B];
                    continue;
                case Op.Sh:
                    place = Store<TPace>(c, Effective(r, i) & ~1ul);
                    if (place == null)
                    {
                        goto MemoryLimit;
                    }

                    *(ushort*)place = BinaryPrimitives.ReverseEndianness((ushort)r[i->B]);
                    continue;
                case Op.Sw:
                    place = Store<TPace>(c, Effective(r, i) & ~3ul);
                    if (place == null)
                    {
                        goto MemoryLimit;
                    }

                    *(uint*)place = BinaryPrimitives.ReverseEndianness((uint)r[i->B]);
                    continue;
                case Op.Sd:
                    place = Store<TPace>(c, Effective(r, i) & ~7ul);
                    if (place == null)
                    {
                        goto MemoryLimit;
                    }

                    *(ulong*)place = BinaryPrimitives.ReverseEndianness(r[i->B]);
                    continue;
                case Op.Swl:
                    place = Store<TPace>(c, Effective(r, i) & ~3ul);
                    if (place == null)
                    {
                        goto MemoryLimit;
                    }

                    UnalignedAccess.StoreWordLeft(place, Effective(r, i), (uint)r[i->B]);
                    continue;
                case Op.Swr:
                    place = Store<TPace>(c, Effective(r, i) & ~3ul);
                    if (place == null)
                    {
                        goto MemoryLimit;
                    }

                    UnalignedAccess.StoreWordRight(place, Effective(r, i), (uint)r[i->B]);
                    continue;
                case Op.Sdl:
                    place = Store<TPace>(c, Effective(r, i) & ~7ul);
                    if (place == null)
                    {
                        goto MemoryLimit;
                    }

                    UnalignedAccess.StoreDoubleLeft(place, Effective(r, i), r[i->B]);
                    continue;
                case Op.Sdr:
                    place = Store<TPace>(c, Effective(r, i) & ~7ul);
                    if (place == null)
                    {
                        goto MemoryLimit;
                    }

                    UnalignedAccess.StoreDoubleRight(place, Effective(r, i), r[i->B]);
                    continue;
                case Op.StoreConditional:
                    if (!TryStoreConditional<TPace>(c, i, wide: false))
                    {
                        goto MemoryLimit;
                    }

                    continue;
                case Op.StoreConditionalDouble:
                    if (!TryStoreConditional<TPace>(c, i, wide: true))
                    {
                        goto MemoryLimit;
                    }

                    continue;
                case Op.BranchNear:
                    goto TakenNear;
                case Op.BeqNear:
                    if (r[i->A] == r[i->B])
                    {
                        goto TakenNear;
                    }

                    continue;
                case Op.BneNear:
                    if (r[i->A] != r[i->B])
                    {
                        goto TakenNear;
                    }

                    continue;
                case Op.BlezNear:
                    if ((long)r[i->A] <= 0)
                    {
                        goto TakenNear;
                    }

                    continue;
                case Op.BgtzNear:
                    if ((long)r[i->A] > 0)
                    {
                        goto TakenNear;
                    }

                    continue;
                case Op.BltzNear:
                    if ((long)r[i->A] < 0)
                    {
                        goto TakenNear;
                    }

                    continue;
                case Op.BgezNear:
                    if ((long)r[i->A] >= 0)
                    {
                        goto TakenNear;
                    }

                    continue;
                case Op.BranchFar:
                    goto TakenFar;
                case Op.BeqFar:
                    if (r[i->A] == r[i->B])
                    {
                        goto TakenFar;
                    }

                    continue;
                case Op.BneFar:
                    if (r[i->A] != r[i->B])
                    {
                        goto TakenFar;
                    }

                    continue;
                case Op.BlezFar:
                    if ((long)r[i->A] <= 0)
                    {
                        goto TakenFar;
                    }

                    continue;
                case Op.BgtzFar:
                    if ((long)r[i->A] > 0)
                    {
                        goto TakenFar;
                    }

                    continue;
                case Op.BltzFar:
                    if ((long)r[i->A] < 0)
                    {
                        goto TakenFar;
                    }

                    continue;
                case Op.BgezFar:
                    if ((long)r[i->A] >= 0)
                    {
                        goto TakenFar;
                    }

                    continue;
                case Op.BltzalFar:
                    target = r[i->A];
                    r[31] = Link(page, i);
                    if ((long)target < 0)
                    {
                        goto TakenFar;
                    }

                    continue;
                case Op.BgezalFar:
                    target = r[i->A];
                    r[31] = Link(page, i);
                    if ((long)target >= 0)
                    {
                        goto TakenFar;
                    }

                    continue;
                case Op.BranchNever:
                    continue;
                case Op.J:
                    target = JumpTarget(page, i);
                    goto Taken;
                case Op.Jal:
                    target = JumpTarget(page, i);
                    r[31] = Link(page, i);
                    goto Taken;
                case Op.Jr:
                    target = Address(r[i->A]);
                    goto Taken;
                case Op.Jalr:
                    target = Address(r[i->A]);
                    r[i->C] = Link(page, i);
                    goto Taken;
                case Op.Enter:
                    // The other pace is never started at one.
                    if (TPace.IsExact && i == first)
                    {
                        op = Decoded(DecodedPage.PcOf(page, i)).Op;
                        goto Execute;
                    }

                    exit = EngineExit.Entry;
                    goto Leave;
                default:
                    Fault = "invalid instruction";
                    exit = EngineExit.Fault;
                    goto Leave;
            }

        TakenNear:
            if (ip->Op == Op.Nop)
            {
                if (TPace.IsExact)
                {
                    if (budget == 0)
                    {
                        target = DecodedPage.PcOf(page, i + i->Imm);
                        goto PauseInSlot;
                    }

                    budget--;
                    ip = i + i->Imm;
                    continue;
                }

                budget += start - ip - 1;
                ip = i + i->Imm;
                start = ip;
                if (budget < RoomNeeded)
                {
                    goto PauseNear;
                }

                continue;
            }

            if (ip->Op is Op.Undecoded or >= Op.BranchNear)
            {
                target = DecodedPage.PcOf(page, i + i->Imm);
                goto Taken;
            }

            budget += TPace.IsExact ? 0 : start - ip;
            c->Slot = *ip;
            c->AfterSlot.Op = Op.AfterSlotNear;
            c->SlotPc = DecodedPage.PcOf(page, ip);
            c->TargetNear = i + i->Imm;
            ip = &c->Slot;
            start = ip;
            continue;

        TakenFar:
            target = Address(DecodedPage.PcOf(page, i) + 4 + (ulong)((long)i->Imm << 2));

            // The branch at i is taken; ip is its slot, or the page's end when the slot is in the next page.
        Taken:
            if (ip->Op == Op.Undecoded)
            {
                Decode(page, ip);
            }

            if (ip->Op == Op.PageEnd || ip->Op >= Op.BranchNear)
            {
                // Rare: entering anew sorts out where the slot is and whether it may run.
                budget += TPace.IsExact ? 0 : start - ip;
                goto PauseInSlot;
            }

            if (ip->Op == Op.Nop)
            {
                if (TPace.IsExact)
                {
                    if (budget == 0)
                    {
                        goto PauseInSlot;
                    }

                    budget--;
                }
                else
                {
                    budget += start - ip - 1;
                }

                goto Arrive;
            }

            budget += TPace.IsExact ? 0 : start - ip;
            c->Slot = *ip;
            c->AfterSlot.Op = Op.AfterSlotFar;
            c->SlotPc = DecodedPage.PcOf(page, ip);
            c->TargetPc = target;
            ip = &c->Slot;
            start = ip;
            continue;

            // All steps up to here are counted; go on at the target.
        Arrive:
            if ((target & 3) != 0 || (!TPace.IsExact && budget < RoomNeeded))
            {
                c->Pc = target;
                c->NextPc = Address(target + 4);
                left = budget;
                return EngineExit.Paused;
            }

            page = code.Page(target);
            ip = DecodedPage.Insns(page) + (target % PagedMemory.PageSize / 4);
            start = ip;
        }

    PauseNear:
        c->Pc = DecodedPage.PcOf(page, ip);
        c->NextPc = Address(c->Pc + 4);
        left = budget;
        return EngineExit.Paused;

    PauseInSlot:
        c->Pc = Address(DecodedPage.PcOf(page, i) + 4);
        c->NextPc = target;
        left = budget;
        return EngineExit.Paused;

    DivisionByZero:
        Fault = "division by zero";
        exit = EngineExit.Fault;
        goto Leave;

    MemoryLimit:
        exit = EngineExit.MemoryLimit;

        // Leave before the instruction at i.
    Leave:
        budget += TPace.IsExact ? 1 : start - i;
        if (i == &c->Slot)
        {
            c->Pc = c->SlotPc;
            c->NextPc = c->AfterSlot.Op == Op.AfterSlotNear ? DecodedPage.PcOf(page, c->TargetNear) : c->TargetPc;
        }
        else
        {
            c->Pc = i != &c->AfterSlot ? Address(DecodedPage.PcOf(page, i))
                : i->Op == Op.AfterSlotNear ? DecodedPage.PcOf(page, c->TargetNear) : c->TargetPc;
            c->NextPc = Address(c->Pc + 4);
        }

        left = budget;
        return exit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Address(ulong value) => TWidth.Is64 ? value : (uint)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Effective(ulong* r, Insn* i) => Address(r[i->A] + (ulong)(long)i->Imm);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Link(DecodedPage* page, Insn* i)
    {
        ulong link = DecodedPage.PcOf(page, i) + 8;
        return TWidth.Is64 ? link : Extend((uint)link);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong JumpTarget(DecodedPage* page, Insn* i) =>
        (Address(DecodedPage.PcOf(page, i) + 4) & ~0x0ffffffful) | (uint)i->Imm;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void Decode(DecodedPage* page, Insn* insn)
    {
        *insn = Decoded(DecodedPage.PcOf(page, insn));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly Insn Decoded(ulong pc) => Decoder.Decode(memory.ReadUInt32(pc), pc, version);

    /// <summary>Where a naturally aligned group is read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* Load<TPace>(CpuContext* c, ulong address)
        where TPace : struct, IPace
    {
        if (TPace.IsExact)
        {
            trace?.OnAccess(address);
        }

        ulong window = TWidth.Is64 ? address >> GuestWindow.Bits : 0;
        if (window < GuestWindow.Count)
        {
            nint delta = c->Windows[window].Delta;
            if (delta != 0)
            {
                return (byte*)((nint)address + delta);
            }
        }

        return memory.ReadPointer(address);
    }

    /// <summary>Where a naturally aligned group is written, after clearing a reservation there; null at the memory limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* Store<TPace>(CpuContext* c, ulong address)
        where TPace : struct, IPace
    {
        if (TPace.IsExact)
        {
            trace?.OnAccess(address);
        }

        ulong window = TWidth.Is64 ? address >> GuestWindow.Bits : 0;
        byte* place;
        if (window < GuestWindow.Count && c->Windows[window].Delta is not 0 and nint delta
            && *(byte*)((nint)(address >> PagedMemory.PageBits) + c->Windows[window].StatusDelta) == PageStatus.Writable)
        {
            place = (byte*)((nint)address + delta);
        }
        else
        {
            place = memory.PrepareWrite(address);
            if (place == null)
            {
                return place;
            }
        }

        if (TWidth.Is64 && (address & ~7ul) == c->ReservedWord)
        {
            ClearReservation(c);
        }

        return place;
    }

    private static void ClearReservation(CpuContext* c)
    {
        c->ReservationsBroken += c->ReservedStatus != 0 ? 1 : 0;
        c->ReservedStatus = 0;
        c->ReservedAddress = 0;
        c->ReservedWord = 0;
        c->ReservedOwner = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void LinkLoad<TPace>(CpuContext* c, Insn* i, bool wide)
        where TPace : struct, IPace
    {
        ulong address = Effective(c->Registers, i);
        c->Registers[i->C] = wide
            ? BinaryPrimitives.ReverseEndianness(*(ulong*)Load<TPace>(c, address & ~7ul))
            : (ulong)(long)BinaryPrimitives.ReverseEndianness(*(int*)Load<TPace>(c, address & ~3ul));
        if (TWidth.Is64)
        {
            c->ReservedStatus = wide ? 2ul : 1;
            c->ReservedAddress = address;
            c->ReservedWord = address & ~7ul;
            c->ReservedOwner = c->ThreadId;
        }
    }

    /// <summary>False at the memory limit, with nothing changed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool TryStoreConditional<TPace>(CpuContext* c, Insn* i, bool wide)
        where TPace : struct, IPace
    {
        ulong address = Effective(c->Registers, i);
        bool holds = !TWidth.Is64
            || (c->ReservedStatus == (wide ? 2ul : 1) && c->ReservedOwner == c->ThreadId && c->ReservedAddress == address);
        if (holds)
        {
            byte* place = Store<TPace>(c, address & (wide ? ~7ul : ~3ul));
            if (place == null)
            {
                return false;
            }

            if (wide)
            {
                *(ulong*)place = BinaryPrimitives.ReverseEndianness(c->Registers[i->B]);
            }
            else
            {
                *(uint*)place = BinaryPrimitives.ReverseEndianness((uint)c->Registers[i->B]);
            }
        }

        c->Registers[i->C] = holds ? 1ul : 0;
        c->ConditionalStores += holds ? 1 : 0;
        c->FailedConditionalStores += holds ? 0 : 1;

        // A conditional store ends its own reservation, which is no breaking of it.
        c->ReservationsBroken -= holds && TWidth.Is64 ? 1 : 0;
        return true;
    }
}
