using System.Collections.Frozen;

namespace Gavel.Cannon;

/// <summary>What a system call does, whatever its number in a version.</summary>
internal enum Syscall
{
    /// <summary>Faults: the version does not know the number.</summary>
    Unknown,

    /// <summary>Succeeds and does nothing.</summary>
    Nothing,
    Mmap,
    Brk,
    Clone,
    CloneNothing,
    ExitGroup,
    Read,
    Write,
    Fcntl,
    GetThreadId,
    Exit,
    Futex,
    Yield,
    Open,
    ClockGetTime,
    GetRandom,
    EventFd,
}

/// <summary>The numbers of system calls by version (cannon-vm section 10).</summary>
internal static class SyscallNumbers
{
    private static readonly FrozenDictionary<ulong, Syscall> Wide = new Dictionary<ulong, Syscall>
    {
        [5009] = Syscall.Mmap,
        [5012] = Syscall.Brk,
        [5055] = Syscall.Clone,
        [5205] = Syscall.ExitGroup,
        [5000] = Syscall.Read,
        [5001] = Syscall.Write,
        [5070] = Syscall.Fcntl,
        [5178] = Syscall.GetThreadId,
        [5058] = Syscall.Exit,
        [5194] = Syscall.Futex,
        [5023] = Syscall.Yield,
        [5034] = Syscall.Yield,
        [5002] = Syscall.Open,
        [5222] = Syscall.ClockGetTime,
        [5038] = Syscall.Nothing,
        [5313] = Syscall.GetRandom,
        [5284] = Syscall.EventFd,
    }
    .Concat(new ulong[]
    {
        5011, 5010, 5196, 5027, 5014, 5129, 5013, 5297, 5003, 5016, 5004, 5005, 5247, 5087, 5257, 5015, 5285, 5287, 5208, 5272, 5061, 5100,
        5102, 5026, 5225, 5036, 5216, 5217, 5220, 5095, 5008,
    }.Select(number => KeyValuePair.Create(number, Syscall.Nothing)))
    .ToFrozenDictionary();

    private static readonly FrozenDictionary<ulong, Syscall> Narrow = new Dictionary<ulong, Syscall>
    {
        [4090] = Syscall.Mmap,
        [4045] = Syscall.Brk,
        [4120] = Syscall.CloneNothing,
        [4246] = Syscall.ExitGroup,
        [4003] = Syscall.Read,
        [4004] = Syscall.Write,
        [4055] = Syscall.Fcntl,
    }.ToFrozenDictionary();

    /// <summary>The meaning of a number, which is compared in full.</summary>
    public static Syscall Of(ulong number, VmVersion version)
    {
        Syscall call = version.Is64
            ? Wide.GetValueOrDefault(number, Syscall.Unknown)
            : Narrow.GetValueOrDefault((uint)number, Syscall.Nothing);
        return call == Syscall.GetRandom && !version.HasGetRandom ? Syscall.Nothing : call;
    }
}
