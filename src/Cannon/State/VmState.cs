using System.Buffers.Binary;

namespace Gavel.Cannon;

/// <summary>
/// The whole state of a VM. Not thread-safe. Owns its memory, which is outside the garbage-collected heap: dispose it.
/// The 32-bit VM has exactly one thread, on the left stack.
/// </summary>
public sealed class VmState : IDisposable
{
    /// <summary>An empty state: no threads, no memory, everything zero.</summary>
    public VmState(VmVersion version)
        : this(version, new PagedMemory(version.AddressBits))
    {
    }

    /// <summary>An empty state around a memory, which it owns from then on.</summary>
    /// <exception cref="ArgumentException">The memory's width is not the version's.</exception>
    public VmState(VmVersion version, PagedMemory memory)
    {
        if (memory.AddressBits != version.AddressBits)
        {
            throw new ArgumentException($"{version} needs {version.AddressBits}-bit memory, not {memory.AddressBits}", nameof(memory));
        }

        (Version, Memory) = (version, memory);
    }

    /// <summary>The version whose rules hold.</summary>
    public VmVersion Version { get; }

    /// <summary>The guest's memory.</summary>
    public PagedMemory Memory { get; }

    /// <summary>Key of the preimage that is being read.</summary>
    public Hash32 PreimageKey { get; set; }

    /// <summary>Bytes of it already read, counting the 8-byte length prefix.</summary>
    public ulong PreimageOffset { get; set; }

    /// <summary>Next address that <c>mmap</c> hands out.</summary>
    public ulong Heap { get; set; }

    /// <summary>LL reservation: 0 none, 1 of 32 bits, 2 of 64 bits.</summary>
    public byte LlStatus { get; set; }

    /// <summary>Address of the reservation as the guest gave it, not aligned.</summary>
    public ulong LlAddress { get; set; }

    /// <summary>Thread that holds the reservation.</summary>
    public ulong LlOwner { get; set; }

    /// <summary>Exit code, meaningful once <see cref="Exited"/>.</summary>
    public byte ExitCode { get; set; }

    /// <summary>True once the guest has ended; further steps change nothing.</summary>
    public bool Exited { get; set; }

    /// <summary>Steps executed.</summary>
    public ulong Step { get; set; }

    /// <summary>Steps since the active thread was last changed.</summary>
    public ulong StepsSinceSwitch { get; set; }

    /// <summary>The right stack is the active one.</summary>
    public bool TraverseRight { get; set; }

    /// <summary>The left stack, bottom first.</summary>
    public List<VmThread> LeftThreads { get; } = [];

    /// <summary>The right stack, bottom first.</summary>
    public List<VmThread> RightThreads { get; } = [];

    /// <summary>Number that the next new thread gets.</summary>
    public ulong NextThreadId { get; set; }

    /// <summary>Bytes of an unfinished hint. Part of state files, not of the witness.</summary>
    public byte[] LastHint { get; set; } = [];

    /// <summary>The stack whose top runs.</summary>
    public List<VmThread> ActiveStack => TraverseRight ? RightThreads : LeftThreads;

    /// <summary>The thread that runs, or null when the active stack is empty (the next step then faults).</summary>
    public VmThread? ActiveThread => ActiveStack is { Count: > 0 } stack ? stack[^1] : null;

    /// <summary>Threads on both stacks, with those that have exited but are not yet removed.</summary>
    public int ThreadCount => LeftThreads.Count + RightThreads.Count;

    /// <summary>What the first byte of the state hash tells.</summary>
    public VmStatus Status => !Exited ? VmStatus.Unfinished : ExitCode < 2 ? (VmStatus)ExitCode : VmStatus.Panic;

    /// <summary>The bytes that the state hash commits to: 188 (64-bit) or 226 (32-bit). Computes the memory root.</summary>
    /// <exception cref="InvalidOperationException">A 32-bit state does not have exactly one thread.</exception>
    public byte[] EncodeWitness()
    {
        byte[] witness = new byte[Version.WitnessSize];
        Memory.Root().CopyTo(witness);
        PreimageKey.CopyTo(witness.AsSpan(32));
        if (Version.Is64)
        {
            EncodeWide(witness);
        }
        else
        {
            EncodeNarrow(witness);
        }

        return witness;
    }

    /// <summary>The claim about this state: the hash of the witness with the status as its first byte.</summary>
    public Hash32 StateHash() => Keccak256.Hash(EncodeWitness()).WithFirstByte((byte)Status);

    /// <summary>An independent copy of everything but memory, around the memory given.</summary>
    internal VmState CloneAround(PagedMemory memory)
    {
        VmState copy = new(Version, memory)
        {
            PreimageKey = PreimageKey,
            PreimageOffset = PreimageOffset,
            Heap = Heap,
            LlStatus = LlStatus,
            LlAddress = LlAddress,
            LlOwner = LlOwner,
            ExitCode = ExitCode,
            Exited = Exited,
            Step = Step,
            StepsSinceSwitch = StepsSinceSwitch,
            TraverseRight = TraverseRight,
            NextThreadId = NextThreadId,
            LastHint = LastHint,
        };
        copy.LeftThreads.AddRange(LeftThreads.Select(thread => thread.Clone()));
        copy.RightThreads.AddRange(RightThreads.Select(thread => thread.Clone()));
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose() => Memory.Dispose();

    private void EncodeWide(Span<byte> witness)
    {
        BinaryPrimitives.WriteUInt64BigEndian(witness[64..], PreimageOffset);
        BinaryPrimitives.WriteUInt64BigEndian(witness[72..], Heap);
        witness[80] = LlStatus;
        BinaryPrimitives.WriteUInt64BigEndian(witness[81..], LlAddress);
        BinaryPrimitives.WriteUInt64BigEndian(witness[89..], LlOwner);
        witness[97] = ExitCode;
        witness[98] = Exited ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64BigEndian(witness[99..], Step);
        BinaryPrimitives.WriteUInt64BigEndian(witness[107..], StepsSinceSwitch);
        witness[115] = TraverseRight ? (byte)1 : (byte)0;
        ThreadStack.Root(LeftThreads).CopyTo(witness[116..]);
        ThreadStack.Root(RightThreads).CopyTo(witness[148..]);
        BinaryPrimitives.WriteUInt64BigEndian(witness[180..], NextThreadId);
    }

    private void EncodeNarrow(Span<byte> witness)
    {
        if (ThreadCount != 1 || ActiveThread is not { } thread)
        {
            throw new InvalidOperationException($"a {Version} state has one active thread, not {ThreadCount}");
        }

        BinaryPrimitives.WriteUInt32BigEndian(witness[64..], (uint)PreimageOffset);
        BinaryPrimitives.WriteUInt32BigEndian(witness[68..], (uint)thread.Pc);
        BinaryPrimitives.WriteUInt32BigEndian(witness[72..], (uint)thread.NextPc);
        BinaryPrimitives.WriteUInt32BigEndian(witness[76..], (uint)thread.Lo);
        BinaryPrimitives.WriteUInt32BigEndian(witness[80..], (uint)thread.Hi);
        BinaryPrimitives.WriteUInt32BigEndian(witness[84..], (uint)Heap);
        witness[88] = ExitCode;
        witness[89] = Exited ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64BigEndian(witness[90..], Step);
        for (int i = 0; i < VmThread.RegisterCount; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(witness[(98 + 4 * i)..], (uint)thread.Registers[i]);
        }
    }
}
