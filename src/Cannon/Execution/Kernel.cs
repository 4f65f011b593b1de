using System.Buffers.Binary;

namespace Gavel.Cannon;

/// <summary>The system calls (cannon-vm sections 8 to 11). A call changes nothing when it throws.</summary>
internal sealed class Kernel(VmState state, VmOptions options, VmStatistics statistics)
{
    private const ulong CloneFlags = 0x0005_0f00;
    private const byte CloneRefusedExitCode = 2;
    private const ulong HostOutputLimit = 16 << 20;

    private readonly VmVersion _version = state.Version;
    private readonly PagedMemory _memory = state.Memory;
    private Hash32 _fetchedKey;
    private byte[]? _fetched;

    /// <summary>When set, told of memory accesses that the step's proof must cover.</summary>
    public IAccessTrace? Trace { get; set; }

    /// <summary>The read that the last call did, if any.</summary>
    public PreimageRead? LastRead { get; private set; }

    /// <summary>Executes the call that the active thread is at. Step counters are already those of after the step.</summary>
    /// <exception cref="SyscallFaultException">The VM does not allow the call.</exception>
    /// <exception cref="PreimageException">The preimage source failed.</exception>
    public void Execute(VmThread thread)
    {
        ulong number = Value(thread.Registers[2]);
        ulong a0 = Value(thread.Registers[4]);
        ulong a1 = Value(thread.Registers[5]);
        ulong a2 = Value(thread.Registers[6]);
        LastRead = null;
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
                state.Exited = true;
                state.ExitCode = (byte)a0;
                break;
            case Syscall.Read:
                Read(thread, a0, a1, a2);
                break;
            case Syscall.Write:
                Write(thread, a0, a1, a2);
                break;
            case Syscall.Fcntl:
                FileControl(thread, a0, a1);
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

        statistics.CountSyscall(number);
    }

    /// <summary>A register as the guest's word: on the 32-bit VM it is held sign-extended.</summary>
    private ulong Value(ulong register) => _version.Is64 ? register : (uint)register;

    private ulong Register(ulong value) => _version.Is64 ? value : (ulong)(long)(int)value;

    private ulong WordAddress(ulong address) => address & ~(ulong)(_version.WordSize - 1);

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
        ulong top = Value(state.Heap + rounded);
        if (address != 0)
        {
            Succeed(thread, address);
        }
        else if (rounded < size || top < state.Heap || top > _version.HeapEnd)
        {
            Fail(thread, Errno.Invalid);
        }
        else
        {
            Succeed(thread, state.Heap);
            state.Heap = top;
        }
    }

    private void Clone(VmThread parent, ulong flags, ulong stackPointer)
    {
        if (flags != CloneFlags)
        {
            state.Exited = true;
            state.ExitCode = CloneRefusedExitCode;
            return;
        }

        VmThread child = parent.Clone();
        child.Id = state.NextThreadId;
        child.ExitCode = 0;
        child.Exited = false;
        child.Pc = parent.NextPc;
        child.NextPc = parent.NextPc + 4;
        child.Registers[29] = stackPointer;
        child.Registers[2] = 0;
        child.Registers[7] = 0;
        Succeed(parent, child.Id);
        state.NextThreadId++;
        state.ActiveStack.Add(child);
        state.StepsSinceSwitch = 0;
        statistics.MaxThreads = Math.Max(statistics.MaxThreads, state.ThreadCount);
    }

    private void Exit(VmThread thread, byte code)
    {
        thread.Exited = true;
        thread.ExitCode = code;
        if (state.ThreadCount == 1)
        {
            state.Exited = true;
            state.ExitCode = code;
        }
    }

    private void Yield(VmThread thread)
    {
        Succeed(thread, 0);
        Scheduler.Preempt(state);
    }

    private void Futex(VmThread thread, ulong address, ulong operation, ulong expected)
    {
        const ulong WaitPrivate = 128;
        const ulong WakePrivate = 129;
        switch (operation)
        {
            case WaitPrivate:
                Trace?.OnAccess(address);
                if (_memory.ReadUInt32(address) != (uint)expected)
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

    private void FileControl(VmThread thread, ulong descriptor, ulong command)
    {
        const ulong GetFd = 1;
        const ulong GetFl = 3;
        bool known = descriptor <= Descriptor.PreimageWrite;
        if (command == GetFd && _version.HasGetFd)
        {
            Finish(known, 0);
        }
        else if (command == GetFl)
        {
            Finish(known, descriptor is Descriptor.StandardInput or Descriptor.HintRead or Descriptor.PreimageRead ? 0ul : 1);
        }
        else
        {
            Fail(thread, Errno.Invalid);
        }

        void Finish(bool good, ulong result)
        {
            if (good)
            {
                Succeed(thread, result);
            }
            else
            {
                Fail(thread, Errno.BadDescriptor);
            }
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

        ulong steps = clock == Monotonic ? state.Step : 0;
        ulong address = WordAddress(pointer);
        StoreWord(address, steps / StepsPerSecond);
        StoreWord(address + 8, steps % StepsPerSecond * (1_000_000_000 / StepsPerSecond));
        Succeed(thread, 0);
    }

    private void GetRandom(VmThread thread, ulong buffer, ulong count)
    {
        ulong first = buffer & 7;
        ulong length = Math.Min(count, 8 - first);
        Span<byte> random = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(random, SplitMix(state.Step));
        PatchWord(buffer, random.Slice((int)first, (int)length));
        Succeed(thread, length);
    }

    private static ulong SplitMix(ulong seed)
    {
        ulong z = seed + 0x9e37_79b9_7f4a_7c15;
        z = (z ^ (z >> 30)) * 0xbf58_476d_1ce4_e5b9;
        z = (z ^ (z >> 27)) * 0x94d0_49bb_1331_11eb;
        return z ^ (z >> 31);
    }

    private void Read(VmThread thread, ulong descriptor, ulong address, ulong count)
    {
        switch (descriptor)
        {
            case Descriptor.StandardInput:
                Succeed(thread, 0);
                break;
            case Descriptor.HintRead:
                Succeed(thread, count);
                break;
            case Descriptor.PreimageRead:
                Succeed(thread, ReadPreimage(address, count));
                break;
            case Descriptor.Event when _version.Is64:
                Fail(thread, Errno.TryAgain);
                break;
            default:
                Fail(thread, Errno.BadDescriptor);
                break;
        }
    }

    private ulong ReadPreimage(ulong address, ulong count)
    {
        const ulong PrefixSize = 8;
        byte[] value = Fetch(state.PreimageKey);
        ulong end = (ulong)value.Length + PrefixSize;
        ulong offset = state.PreimageOffset;
        if (offset >= end)
        {
            throw new SyscallFaultException($"read at offset {offset} of preimage {state.PreimageKey}, which ends at {end}");
        }

        ulong room = (ulong)_version.WordSize - (address & (ulong)(_version.WordSize - 1));
        int length = (int)Math.Min(Math.Min(end - offset, room), count);
        Span<byte> prefix = stackalloc byte[(int)PrefixSize];
        BinaryPrimitives.WriteUInt64BigEndian(prefix, (ulong)value.Length);
        Span<byte> bytes = stackalloc byte[length];
        for (int i = 0; i < length; i++)
        {
            ulong at = offset + (ulong)i;
            bytes[i] = at < PrefixSize ? prefix[(int)at] : value[at - PrefixSize];
        }

        PatchWord(address, bytes);
        state.PreimageOffset = offset + (ulong)length;
        LastRead = new PreimageRead(state.PreimageKey, value, offset);
        return (ulong)length;
    }

    private byte[] Fetch(Hash32 key)
    {
        if (_fetched is null || _fetchedKey != key)
        {
            _fetched = options.Preimages.GetPreimage(key);
            _fetchedKey = key;
            statistics.PreimagesFetched++;
            statistics.PreimageBytes += _fetched.Length;
        }

        return _fetched;
    }

    private void Write(VmThread thread, ulong descriptor, ulong address, ulong count)
    {
        switch (descriptor)
        {
            case Descriptor.StandardOutput:
                Output(options.StandardOutput, address, count);
                Succeed(thread, count);
                break;
            case Descriptor.StandardError:
                Output(options.StandardError, address, count);
                Succeed(thread, count);
                break;
            case Descriptor.HintWrite:
                WriteHint(address, count);
                Succeed(thread, count);
                break;
            case Descriptor.PreimageWrite:
                Succeed(thread, WriteKey(address, count));
                break;
            case Descriptor.Event when _version.Is64:
                Fail(thread, Errno.TryAgain);
                break;
            default:
                Fail(thread, Errno.BadDescriptor);
                break;
        }
    }

    private void Output(Stream stream, ulong address, ulong count)
    {
        // What the host shows is no part of the state, so a guest that claims to write its whole memory is cut short.
        byte[] bytes = new byte[Math.Min(count, HostOutputLimit)];
        _memory.Read(address, bytes);
        stream.Write(bytes);
    }

    private void WriteHint(ulong address, ulong count)
    {
        byte[] pending = state.LastHint;
        if (count > (ulong)(HintBuffer.MaxLength - pending.Length))
        {
            throw new PreimageException($"the guest wrote a hint of more than {HintBuffer.MaxLength} bytes");
        }

        byte[] joined = new byte[pending.Length + (int)count];
        pending.CopyTo(joined, 0);
        _memory.Read(address, joined.AsSpan(pending.Length));
        state.LastHint = HintBuffer.Deliver(joined, hint =>
        {
            options.Preimages.Hint(hint);
            statistics.Hints++;
        });
    }

    private ulong WriteKey(ulong address, ulong count)
    {
        ulong room = (ulong)_version.WordSize - (address & (ulong)(_version.WordSize - 1));
        int length = (int)Math.Min(count, room);
        Trace?.OnAccess(address);
        Span<byte> key = stackalloc byte[Hash32.Size];
        Hash32 old = state.PreimageKey;
        Hash32.BytesOf(in old)[length..].CopyTo(key);
        _memory.Read(address, key[(Hash32.Size - length)..]);
        state.PreimageKey = new Hash32(key);
        state.PreimageOffset = 0;
        return (ulong)length;
    }

    /// <summary>Replaces bytes within one word. The word counts as written even when there are none.</summary>
    private void PatchWord(ulong address, ReadOnlySpan<byte> bytes)
    {
        Span<byte> word = stackalloc byte[_version.WordSize];
        ulong aligned = WordAddress(address);
        _memory.Read(aligned, word);
        bytes.CopyTo(word[(int)(address - aligned)..]);
        if (_version.Is64)
        {
            StoreWord(aligned, BinaryPrimitives.ReadUInt64BigEndian(word));
        }
        else
        {
            Trace?.OnAccess(aligned);
            _memory.WriteUInt32(aligned, BinaryPrimitives.ReadUInt32BigEndian(word));
        }
    }

    private void StoreWord(ulong address, ulong value)
    {
        Trace?.OnAccess(address);
        _memory.WriteUInt64(address, value);
        if (address == (state.LlAddress & ~7ul))
        {
            state.LlStatus = 0;
            state.LlAddress = 0;
            state.LlOwner = 0;
        }
    }
}
