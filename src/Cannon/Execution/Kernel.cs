using System.Buffers.Binary;

namespace Gavel.Cannon;

/// <summary>The system calls (cannon-vm sections 8 to 11); those on descriptors are <see cref="GuestFiles"/>. A call changes nothing when it throws.</summary>
internal sealed class Kernel
{
    private const ulong CloneFlags = 0x0005_0f00;
    private const byte CloneRefusedExitCode = 2;

    private readonly VmState _state;
    private readonly VmStatistics _statistics;
    private readonly VmVersion _version;
    private readonly GuestWords _words;
    private readonly GuestFiles _files;

    /// <summary>The calls on a machine's _state.</summary>
    /// <param name="state">The _state.</param>
    /// <param name="options">Preimages and output.</param>
    /// <param name="statistics">Counts what is called.</param>
    public Kernel(VmState state, VmOptions options, VmStatistics statistics)
    {
        _state = state;
        _statistics = statistics;
        _version = state.Version;
        _words = new GuestWords(state);
        _files = new GuestFiles(state, _words, options, statistics);
    }

    /// <summary>When set, told of memory accesses that the step's proof must cover.</summary>
    public IAccessTrace? Trace
    {
        get => _words.Trace;
        set => _words.Trace = value;
    }

    /// <summary>The read that the last call did, if any.</summary>
    public PreimageRead? LastRead => _files.LastRead;

    /// <summary>Executes the call that the active thread is at. Step counters are already those of after the step.</summary>
    /// <exception cref="SyscallFaultException">The VM does not allow the call.</exception>
    /// <exception cref="PreimageException">The preimage source failed.</exception>
    public void Execute(VmThread thread)
    {
        ulong number = Value(thread.Registers[2]);
        ulong a0 = Value(thread.Registers[4]);
        ulong a1 = Value(thread.Registers[5]);
        ulong a2 = Value(thread.Registers[6]);
        _files.Begin();
        switch (SyscallNumbers.Of(number, _version))
        {
            case Syscall.Nothing:
                Succeed(thread, 0);
                break;
            case Syscall.Mmap:
                Map(thread, a0, a1);
                break;
            case Syscall.Brk:
                Succeed(thread, _version.ProgramBreak);
                break;
            case Syscall.Clone:
                Clone(thread, a0, a1);
                break;
            case Syscall.CloneNothing:
                Succeed(thread, 1);
                break;
            case Syscall.ExitGroup:
                _state.Exited = true;
                _state.ExitCode = (byte)a0;
                break;
            case Syscall.Read:
                Answer(thread, _files.Read(a0, a1, a2));
                break;
            case Syscall.Write:
                Answer(thread, _files.Write(a0, a1, a2));
                break;
            case Syscall.Fcntl:
                Answer(thread, _files.Control(a0, a1));
                break;
            case Syscall.GetThreadId:
                Succeed(thread, thread.Id);
                break;
            case Syscall.Exit:
                Exit(thread, (byte)a0);
                break;
            case Syscall.Futex:
                Futex(thread, a0, a1, a2);
                break;
            case Syscall.Yield:
                Yield(thread);
                break;
            case Syscall.Open:
                Fail(thread, Errno.BadDescriptor);
                break;
            case Syscall.ClockGetTime:
                ClockGetTime(thread, a0, a1);
                break;
            case Syscall.GetRandom:
                GetRandom(thread, a0, a1);
                break;
            case Syscall.EventFd when (a1 & 0x80) != 0:
                Succeed(thread, Descriptor.Event);
                break;
            case Syscall.EventFd:
                Fail(thread, Errno.Invalid);
                break;
            default:
                throw new SyscallFaultException($"unknown system call {number}");
        }

        _statistics.CountSyscall(number);
    }

    /// <summary>A register as the guest's word: on the 32-bit VM it is held sign-extended.</summary>
    private ulong Value(ulong register) => _version.Is64 ? register : (uint)register;

    private ulong Register(ulong value) => _version.Is64 ? value : (ulong)(long)(int)value;

    private void Answer(VmThread thread, FileResult result)
    {
        if (result.Error is ulong error)
        {
            Fail(thread, error);
        }
        else
        {
            Succeed(thread, result.Value);
        }
    }

    private void Succeed(VmThread thread, ulong result) => Answer(thread, result, 0);

    private void Fail(VmThread thread, ulong error) =>
        Answer(thread, _version.Is64 ? error : ulong.MaxValue, _version.Is64 ? ulong.MaxValue : error);

    private void Answer(VmThread thread, ulong v0, ulong v1)
    {
        thread.Registers[2] = Register(v0);
        thread.Registers[7] = Register(v1);
        thread.Pc = thread.NextPc;
        thread.NextPc = Value(thread.NextPc + 4);
    }

    private void Map(VmThread thread, ulong address, ulong size)
    {
        ulong rounded = Value((size + PagedMemory.PageSize - 1) & ~(ulong)(PagedMemory.PageSize - 1));
        ulong top = Value(_state.Heap + rounded);
        if (address != 0)
        {
            Succeed(thread, address);
        }
        else if (rounded < size || top < _state.Heap || top > _version.HeapEnd)
        {
            Fail(thread, Errno.Invalid);
        }
        else
        {
            Succeed(thread, _state.Heap);
            _state.Heap = top;
        }
    }

    private void Clone(VmThread parent, ulong flags, ulong stackPointer)
    {
        if (flags != CloneFlags)
        {
            _state.Exited = true;
            _state.ExitCode = CloneRefusedExitCode;
            return;
        }

        VmThread child = parent.Clone();
        child.Id = _state.NextThreadId;
        child.ExitCode = 0;
        child.Exited = false;
        child.Pc = parent.NextPc;
        child.NextPc = parent.NextPc + 4;
        child.Registers[29] = stackPointer;
        child.Registers[2] = 0;
        child.Registers[7] = 0;
        Succeed(parent, child.Id);
        _state.NextThreadId++;
        _state.ActiveStack.Add(child);
        _state.StepsSinceSwitch = 0;
        _statistics.MaxThreads = Math.Max(_statistics.MaxThreads, _state.ThreadCount);
    }

    private void Exit(VmThread thread, byte code)
    {
        thread.Exited = true;
        thread.ExitCode = code;
        if (_state.ThreadCount == 1)
        {
            _state.Exited = true;
            _state.ExitCode = code;
        }
    }

    private void Yield(VmThread thread)
    {
        Succeed(thread, 0);
        Scheduler.Preempt(_state);
    }

    private void Futex(VmThread thread, ulong address, ulong operation, ulong expected)
    {
        const ulong WaitPrivate = 128;
        const ulong WakePrivate = 129;
        switch (operation)
        {
            case WaitPrivate:
                Trace?.OnAccess(address);
                if (_state.Memory.ReadUInt32(address) != (uint)expected)
                {
                    Fail(thread, Errno.TryAgain);
                }
                else
                {
                    Yield(thread);
                }

                break;
            case WakePrivate:
                Yield(thread);
                break;
            default:
                Fail(thread, Errno.Invalid);
                break;
        }
    }

    private void ClockGetTime(VmThread thread, ulong clock, ulong pointer)
    {
        const ulong Realtime = 0;
        const ulong Monotonic = 1;
        const ulong StepsPerSecond = 10_000_000;
        if (clock is not (Realtime or Monotonic))
        {
            Fail(thread, Errno.Invalid);
            return;
        }

        ulong steps = clock == Monotonic ? _state.Step : 0;
        ulong address = _words.AddressOf(pointer);
        _words.Store(address, steps / StepsPerSecond);
        _words.Store(address + 8, steps % StepsPerSecond * (1_000_000_000 / StepsPerSecond));
        Succeed(thread, 0);
    }

    private void GetRandom(VmThread thread, ulong buffer, ulong count)
    {
        ulong first = buffer & 7;
        ulong length = Math.Min(count, 8 - first);
        Span<byte> random = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(random, SplitMix(_state.Step));
        _words.Patch(buffer, random.Slice((int)first, (int)length));
        Succeed(thread, length);
    }

    private static ulong SplitMix(ulong seed)
    {
        ulong z = seed + 0x9e37_79b9_7f4a_7c15;
        z = (z ^ (z >> 30)) * 0xbf58_476d_1ce4_e5b9;
        z = (z ^ (z >> 27)) * 0x94d0_49bb_1331_11eb;
        return z ^ (z >> 31);
    }
}
