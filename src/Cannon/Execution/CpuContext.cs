using System.Runtime.InteropServices;

namespace Gavel.Cannon;

/// <summary>The registers of the running thread and what the loop needs at hand, in one block of native memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CpuContext
{
    public const int Hi = 32;
    public const int Lo = 33;

    /// <summary>Where writes to register 0 go.</summary>
    public const int Discard = 34;

    /// <summary>General registers, HI, LO and <see cref="Discard"/>.</summary>
    public fixed ulong Registers[36];

    /// <summary>Program counter at entry and exit of the loop.</summary>
    public ulong Pc;

    /// <summary>Address of the instruction after that one.</summary>
    public ulong NextPc;

    /// <summary>Doubleword address of the LL reservation: a store there clears it.</summary>
    public ulong ReservedWord;

    public ulong ReservedAddress;

    public ulong ReservedStatus;

    public ulong ReservedOwner;

    /// <summary>Conditional stores that stored, since the context was made.</summary>
    public long ConditionalStores;

    /// <summary>Conditional stores that did not.</summary>
    public long FailedConditionalStores;

    /// <summary>Reservations that an ordinary store ended.</summary>
    public long ReservationsBroken;

    /// <summary>The running thread's number.</summary>
    public ulong ThreadId;

    /// <summary>A taken branch's delay slot is copied here and run, followed by the jump to the target.</summary>
    public Insn Slot;

    /// <summary>The pseudo operation that follows the slot.</summary>
    public Insn AfterSlot;

    /// <summary>Address of the instruction in the slot.</summary>
    public ulong SlotPc;

    /// <summary>Where to go after the slot.</summary>
    public ulong TargetPc;

    /// <summary>The same, decoded, when the target is in the page of the branch.</summary>
    public Insn* TargetNear;

    /// <summary>Windows of guest memory, by number.</summary>
    public GuestWindow* Windows;

    /// <summary>Where the host keeps the main area of guest memory; see <see cref="MainArea"/>.</summary>
    public GuestWindow Main;

    /// <summary>Where translated code was left: the number of an <see cref="ExitPlace"/>.</summary>
    public long RegionExit;
}
