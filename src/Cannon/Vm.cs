namespace Gavel.Cannon;

/// <summary>
/// Runs a state. Not thread-safe; two VMs share nothing that changes. Owns its state and disposes it.
/// </summary>
public sealed class Vm : IDisposable
{
    private const ulong DiskCheckInterval = 1_000_000;
    private const int MostPagesOfOneCall = 2;

    private readonly VmOptions _options;
    private readonly Kernel _kernel;
    private readonly IStepTracer _interpreter;
    private readonly IVmEngine _engine;
    private readonly string? _whyInterpreted;

    /// <summary>A VM that goes on from a state.</summary>
    /// <exception cref="ArgumentException">A 32-bit state has not exactly one thread.</exception>
    public Vm(VmState state, VmOptions? options = null)
        : this(state, options, new TranslatorTuning())
    {
    }

    /// <summary>A VM whose translator, if the options allow one, goes to work as told.</summary>
    internal Vm(VmState state, VmOptions? options, TranslatorTuning tuning)
        : this(state, options, interpreter => interpreter)
    {
        if (_options.Engine == VmEngine.Interpreter)
        {
            return;
        }

        if (_interpreter is not Interpreter<Wide> wide)
        {
            _whyInterpreted = "only the 64-bit VM is translated";
            return;
        }

        Translator = TranslatingEngine.TryMake(
            wide, state, _options.Engine == VmEngine.Translator ? tuning with { WarmUp = 0 } : tuning, out _whyInterpreted);
        _engine = Translator ?? _engine;
    }

    /// <summary>A VM whose plain instructions another engine runs, which may use the interpreter. Proofs are always the interpreter's.</summary>
    internal Vm(VmState state, VmOptions? options, Func<IVmEngine, IVmEngine> engine)
    {
        if (!state.Version.HasThreads && state is not { ThreadCount: 1, ActiveThread: not null })
        {
            throw new ArgumentException($"a {state.Version} state has one active thread, not {state.ThreadCount}", nameof(state));
        }

        State = state;
        _options = options ?? new VmOptions();
        _kernel = new Kernel(state, _options, Statistics);
        _interpreter = state.Version.Is64 ? new Interpreter<Wide>(state) : new Interpreter<Narrow>(state);
        _engine = engine(_interpreter);
        Statistics.MaxThreads = state.ThreadCount;
    }

    /// <summary>The state. Do not change it while <see cref="Run"/> is running.</summary>
    public VmState State { get; }

    /// <summary>What this VM has done so far.</summary>
    public VmStatistics Statistics { get; } = new();

    /// <summary>Why the translator is not at work although <see cref="VmOptions.Engine"/> allows it; null when it is, or is not allowed.</summary>
    public string? WhyInterpreted => _whyInterpreted ?? Translator?.Planner.Failure;

    /// <summary>The translator, if there is one.</summary>
    internal TranslatingEngine? Translator { get; }

    /// <summary>Where the VM is.</summary>
    public VmProgress Progress => new(State.Step, State.ThreadCount, State.Memory.PageCount, Statistics.PreimagesFetched);

    /// <summary>Executes one step. An exited state stays as it is.</summary>
    /// <exception cref="VmFaultException">The VM does not allow the step; the state is that of before.</exception>
    /// <exception cref="PreimageException">The preimage source failed; the state is that of before.</exception>
    public void Step() => Run(new RunLimits { MaxSteps = 1 });

    /// <summary>Executes one step and takes its proof. Computes memory roots before and after.</summary>
    /// <exception cref="VmFaultException">The VM does not allow the step; the state is that of before.</exception>
    /// <exception cref="PreimageException">The preimage source failed; the state is that of before.</exception>
    public StepProof Prove()
    {
        VmVersion version = State.Version;
        byte[] stateData = State.EncodeWitness();
        Hash32 pre = State.StateHash();
        ulong step = State.Step;
        VmThread thread = State.ActiveThread ?? throw Fault("no active thread", 0);
        int prefix = version.HasThreads ? VmThread.EncodedSize + Hash32.Size : 0;
        byte[] proofData = new byte[prefix + (version.HasThreads ? 3 : 2) * version.MemoryProofSize];
        if (version.HasThreads)
        {
            thread.Encode(proofData);
            ThreadStack.Root(State.ActiveStack.SkipLast(1)).CopyTo(proofData.AsSpan(VmThread.EncodedSize));
        }

        State.Memory.Proof(thread.Pc).CopyTo(proofData, prefix);
        AccessRecorder recorder = new(State, proofData, prefix + version.MemoryProofSize);
        PreimageRead? read;
        try
        {
            _kernel.Trace = _interpreter.Trace = recorder;
            read = Run(new RunLimits { MaxSteps = 1 }).LastRead;
        }
        finally
        {
            _kernel.Trace = _interpreter.Trace = null;
        }

        return new StepProof
        {
            Step = step,
            Pre = pre,
            Post = State.StateHash(),
            StateData = stateData,
            ProofData = proofData,
            Preimage = read is { } used ? new StepPreimage(used.Key, WithLength(used.Value.Span), used.Offset) : null,
        };
    }

    /// <summary>Runs until a limit, the guest's exit, or cancellation, which takes effect within a few milliseconds of guest work.</summary>
    /// <exception cref="VmFaultException">The VM does not allow the next step; the state is that of before it.</exception>
    /// <exception cref="PreimageException">The preimage source failed; the state is that of before the step that asked.</exception>
    public RunResult Run(RunLimits limits, CancellationToken cancellation = default)
    {
        // Counted from the first step, because the step number may wrap.
        ulong first = State.Step;
        ulong toStep = limits.UntilStep == ulong.MaxValue ? ulong.MaxValue : limits.UntilStep > first ? limits.UntilStep - first : 0;
        ulong length = Math.Min(toStep, limits.MaxSteps);
        ulong nextProgress = limits.ProgressInterval;
        ulong nextDiskCheck = 0;
        PreimageRead? lastRead = null;
        State.Memory.PageLimit = limits.MaxMemoryBytes / PagedMemory.PageSize;
        while (true)
        {
            ulong done = State.Step - first;
            StopReason? stop = State.Exited ? StopReason.Exited
                : done >= length ? (toStep <= length ? StopReason.StepReached : StopReason.StepLimit)
                : cancellation.IsCancellationRequested ? StopReason.Cancelled
                : null;
            if (stop is null && limits.DiskBytes is { } diskBytes && done >= nextDiskCheck)
            {
                nextDiskCheck = done + DiskCheckInterval;
                stop = diskBytes() > limits.MaxDiskBytes ? StopReason.DiskLimit : null;
            }

            stop ??= Advance(length - done, ref lastRead);
            if (stop is { } reason)
            {
                _interpreter.Report(Statistics);
                return new RunResult(reason, State.Step - first, lastRead);
            }

            if (State.Step - first >= nextProgress)
            {
                nextProgress = State.Step - first + limits.ProgressInterval;
                limits.OnProgress?.Invoke(Progress);
            }
        }
    }

    /// <summary>Frees the engine and the state.</summary>
    public void Dispose()
    {
        _engine.Dispose();
        _interpreter.Dispose();
        State.Dispose();
    }

    private static byte[] WithLength(ReadOnlySpan<byte> value)
    {
        byte[] prefixed = new byte[8 + value.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(prefixed, (ulong)value.Length);
        value.CopyTo(prefixed.AsSpan(8));
        return prefixed;
    }

    /// <summary>At least one step, at most up to the next turn of the scheduler. Null: go on.</summary>
    private StopReason? Advance(ulong room, ref PreimageRead? lastRead)
    {
        VmThread thread = State.ActiveThread ?? throw Fault("no active thread", 0);
        ulong budget = Math.Min(room, Scheduler.Quantum);
        if (State.Version.HasThreads)
        {
            if (thread.Exited)
            {
                return Pop(thread);
            }

            if (State.StepsSinceSwitch >= Scheduler.Quantum)
            {
                Scheduler.Preempt(State);
                State.Step++;
                Statistics.Preemptions++;
                return null;
            }

            budget = Math.Min(room, Scheduler.Quantum - State.StepsSinceSwitch);
        }

        IVmEngine engine = _interpreter.Trace is null ? _engine : _interpreter;
        EngineResult result = engine.Run(thread, (long)budget);
        Count((ulong)result.Executed);
        switch (result.Exit)
        {
            case EngineExit.Fault:
                throw Fault(result.Fault!, thread.Pc);
            case EngineExit.MemoryLimit:
                return StopReason.MemoryLimit;
            case EngineExit.Syscall when result.Executed < (long)budget:
                return CallKernel(thread, ref lastRead);
            default:
                return null;
        }
    }

    private StopReason? Pop(VmThread thread)
    {
        if (State.ThreadCount == 1)
        {
            throw Fault("the last thread has exited", thread.Pc);
        }

        Scheduler.Pop(State);
        State.Step++;
        return null;
    }

    private StopReason? CallKernel(VmThread thread, ref PreimageRead? lastRead)
    {
        if (State.Memory.PageCount > State.Memory.PageLimit - MostPagesOfOneCall)
        {
            return StopReason.MemoryLimit;
        }

        ulong sinceSwitch = State.StepsSinceSwitch;
        bool succeeded = false;
        Count(1);
        try
        {
            _kernel.Execute(thread);
            succeeded = true;
        }
        catch (SyscallFaultException fault)
        {
            throw new VmFaultException(fault.Message, thread.Pc, State.Step - 1);
        }
        finally
        {
            if (!succeeded)
            {
                State.Step--;
                State.StepsSinceSwitch = sinceSwitch;
            }
        }

        lastRead = _kernel.LastRead;
        return lastRead is { } read && _options.StopAfterPreimageRead?.Invoke(read) == true ? StopReason.PreimageRead : null;
    }

    private void Count(ulong steps)
    {
        State.Step += steps;
        if (State.Version.HasThreads)
        {
            State.StepsSinceSwitch += steps;
            Statistics.StepsOfOtherThreads += State.ActiveThread is { Id: 0 } ? 0 : steps;
        }
    }

    private VmFaultException Fault(string reason, ulong pc) => new(reason, pc, State.Step);
}
