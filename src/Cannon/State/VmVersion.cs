namespace Gavel.Cannon;

/// <summary>
/// A version of the fault-proof VM. Everything in which versions differ is a property here (or follows from <see cref="Is64"/>
/// through <c>IVmWidth</c>), so that the rest of the VM is one code base.
/// </summary>
public sealed class VmVersion
{
    private VmVersion(byte number, string name) => (Number, Name) = (number, name);

    /// <summary>32-bit, one thread; the VM of the contracts in npm. Files may be JSON.</summary>
    public static VmVersion SingleThreaded { get; } = new(0, "singlethreaded")
    {
        AllowsJson = true,
    };

    /// <summary>32-bit, one thread, with <c>fcntl(F_GETFD)</c>, <c>bgezal</c> and <c>bltzal</c>.</summary>
    public static VmVersion SingleThreaded2 { get; } = new(2, "singlethreaded-2")
    {
        HasGetFd = true,
        HasBranchAndLink = true,
    };

    /// <summary>64-bit with threads; <c>getrandom</c> does nothing.</summary>
    public static VmVersion MultiThreaded64V4 { get; } = new(7, "multithreaded64-4")
    {
        Is64 = true,
        HasGetFd = true,
        HasBranchAndLink = true,
    };

    /// <summary>64-bit with threads: the VM of live chains.</summary>
    public static VmVersion MultiThreaded64V5 { get; } = new(8, "multithreaded64-5")
    {
        Is64 = true,
        HasGetFd = true,
        HasBranchAndLink = true,
        HasGetRandom = true,
    };

    /// <summary>Every version that this VM runs.</summary>
    public static IReadOnlyList<VmVersion> All { get; } = [SingleThreaded, SingleThreaded2, MultiThreaded64V4, MultiThreaded64V5];

    /// <summary>The first byte of a state file.</summary>
    public byte Number { get; }

    /// <summary>The name used on the command line of the reference program.</summary>
    public string Name { get; }

    /// <summary>64-bit words, threads, LL/SC reservations and the system calls of n64; otherwise 32-bit words, one thread and o32.</summary>
    public bool Is64 { get; private init; }

    /// <summary>States have thread stacks, a quantum and reservations. The same versions as <see cref="Is64"/>.</summary>
    public bool HasThreads => Is64;

    /// <summary>Bytes in a machine word: the unit of memory access and of fields in files.</summary>
    public int WordSize => Is64 ? 8 : 4;

    /// <summary>Bits in an address.</summary>
    public int AddressBits => Is64 ? 64 : 32;

    /// <summary><c>fcntl(fd, F_GETFD)</c> is known.</summary>
    public bool HasGetFd { get; private init; }

    /// <summary><c>bgezal</c> and <c>bltzal</c> exist; without them they are branches that are never taken.</summary>
    public bool HasBranchAndLink { get; private init; }

    /// <summary><c>getrandom</c> fills memory; without it the call does nothing.</summary>
    public bool HasGetRandom { get; private init; }

    /// <summary>The loader stubs out the garbage collector and other parts of the Go runtime that need threads.</summary>
    public bool PatchesGoRuntime => !Is64;

    /// <summary>State files may be JSON, without a version byte.</summary>
    public bool AllowsJson { get; private init; }

    /// <summary>First address handed out by <c>mmap</c>; programs are loaded below it.</summary>
    public ulong HeapStart => Is64 ? 0x0000_1000_0000_0000ul : 0x0500_0000ul;

    /// <summary>Highest value of the heap pointer.</summary>
    public ulong HeapEnd => Is64 ? 0x0000_6000_0000_0000ul : 0x6000_0000ul;

    /// <summary>What <c>brk</c> answers.</summary>
    public ulong ProgramBreak => Is64 ? 0x0000_4000_0000_0000ul : 0x4000_0000ul;

    /// <summary>The initial stack pointer.</summary>
    public ulong StackTop => Is64 ? 0x0000_7fff_ffff_f000ul : 0x7fff_d000ul;

    /// <summary>Highest address that a program may be loaded to.</summary>
    public ulong LoadLimit => Is64 ? (1ul << 48) - 1 : uint.MaxValue;

    /// <summary>Bytes of the state witness.</summary>
    public int WitnessSize => Is64 ? 188 : 226;

    /// <summary>Siblings in a memory proof: the depth of the Merkle tree over 32-byte leaves.</summary>
    public int TreeDepth => AddressBits - 5;

    /// <summary>Bytes of a memory proof: the leaf and its siblings.</summary>
    public int MemoryProofSize => 32 * (TreeDepth + 1);

    /// <summary>The version with a number, or null.</summary>
    public static VmVersion? FromNumber(byte number) => All.FirstOrDefault(version => version.Number == number);

    /// <summary>The version with a name, or null.</summary>
    public static VmVersion? FromName(string name) => All.FirstOrDefault(version => version.Name == name);

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
