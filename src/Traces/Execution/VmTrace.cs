using System.Collections.Concurrent;
using System.Globalization;
using Gavel.Cannon;
using Gavel.GameSolver;
using VmStatus = Gavel.GameSolver.VmStatus;

namespace Gavel.Traces;

/// <summary>
/// The execution trace of one pair of outputs. The program is run once, to its end, by a worker; states are kept on the way, so that every
/// later question is a look-up or a short run from the nearest kept state, also after a restart.
/// </summary>
internal sealed class VmTrace : IExecutionTrace, IDisposable
{
    // States are kept in distances that double whenever there are too many of them or they take too much disk.
    private const int MostStates = 64;
    private const ulong FirstDistance = 1_000_000;

    // A bond hangs on every hash: the translator comes in when it is no slower on programs of many threads and has run the programs of real chains.
    private const VmEngine Engine = VmEngine.Interpreter;

    // Whether a job of this trace waits or runs. One runs at a time; one that waits behind others is overtaken by an urgent one of its own.
    private const int Idle = 0;
    private const int WaitsBehind = 1;
    private const int Waits = 2;
    private const int Runs = 3;

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30); // of what has time

    private readonly VmRunFolder _folder;
    private readonly Func<CancellationToken, VmState> _first;
    private readonly Func<CancellationToken, (IPreimageSource Source, IDisposable Owner)> _preimages;
    private readonly RunLimits _limits;
    private readonly ulong _leaves;
    private readonly VmWorkers _workers;
    private readonly Func<string, string> _mask;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<ulong, Hash32> _hashes = new();
    private readonly ConcurrentDictionary<ulong, StepData> _steps = new();
    private readonly ConcurrentDictionary<ulong, bool> _wantedHashes = new();
    private readonly ConcurrentDictionary<ulong, bool> _wantedSteps = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped; // of a source that may be disposed of while a job is still queued
    private volatile RunEnd? _end; // one reference: half of a hash, read from another thread, would be posted as a claim
    private volatile Failure? _failure; // one reference: reason and time are read together, from other threads
    private ulong _reached;
    private int _job; // of Idle … Runs
    private int _failures; // one after another; of the job's own thread

    /// <summary>A trace.</summary>
    /// <param name="folder">Where the run is kept.</param>
    /// <param name="first">Loads the absolute prestate.</param>
    /// <param name="preimages">Makes a verified preimage source for one run.</param>
    /// <param name="limits">Memory and steps of a run.</param>
    /// <param name="leaves">Instructions that the execution game has leaves for.</param>
    /// <param name="workers">Who runs VMs.</param>
    /// <param name="mask">Takes secrets out of what others say of a failure.</param>
    /// <param name="clock">The host's clock.</param>
    public VmTrace(
        VmRunFolder folder,
        Func<CancellationToken, VmState> first,
        Func<CancellationToken, (IPreimageSource Source, IDisposable Owner)> preimages,
        RunLimits limits,
        UInt128 leaves,
        VmWorkers workers,
        Func<string, string> mask,
        TimeProvider clock)
    {
        _stopped = _stop.Token;
        _folder = folder;
        _first = first;
        _preimages = preimages;
        _limits = limits;
        _leaves = leaves > ulong.MaxValue ? ulong.MaxValue : (ulong)leaves;
        _workers = workers;
        _mask = mask;
        _clock = clock;
        foreach ((ulong step, Hash32 hash, bool isEnd) in folder.ReadHashes())
        {
            _hashes[step] = hash;
            if (isEnd)
            {
                _end = new RunEnd(step, hash);
            }
        }
    }

    /// <summary>Steps of the whole run; null while it is not known.</summary>
    public ulong? TotalSteps => _end?.Step;

    /// <inheritdoc/>
    public TraceAnswer<VmStatus> End => _end is { } end
        ? TraceAnswer.Of((VmStatus)end.Hash.ToArray()[0])
        : NotYet<VmStatus>(_leaves);

    /// <inheritdoc/>
    public TraceAnswer<Hash32> ClaimAt(UInt128 leaf)
    {
        ulong step = AfterLeaf(leaf);
        if (_end is { } end && step >= end.Step)
        {
            return TraceAnswer.Of(end.Hash);
        }

        return _hashes.TryGetValue(step, out Hash32 hash)
            ? TraceAnswer.Of(hash)
            : NotYet<Hash32>(step);
    }

    /// <inheritdoc/>
    public TraceAnswer<StepData> StepAt(UInt128 instruction)
    {
        ulong step = StepOf(instruction);
        return _steps.TryGetValue(step, out StepData? data)
            ? TraceAnswer.Of(data)
            : NotYet<StepData>(step);
    }

    /// <inheritdoc/>
    public void Want(UInt128 index, bool isStep)
    {
        ulong step = isStep ? StepOf(index) : AfterLeaf(index);
        if (isStep ? _steps.ContainsKey(step) : _hashes.ContainsKey(step) || (_end is { } end && step >= end.Step))
        {
            return;
        }

        (isStep ? _wantedSteps : _wantedHashes)[step] = true;
        if (_failure is not { } failure || _clock.GetUtcNow() >= (IsUrgent ? failure.RetryAt : failure.RetryEvidenceAt))
        {
            Enqueue();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    // Answers everything that is wanted, on a worker's thread. A job that was overtaken has nothing left to do.
    private void Work(int queuedAs, CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _job, Runs, queuedAs) != queuedAs)
        {
            return;
        }

        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(_stopped, cancellationToken);
        try
        {
            (IPreimageSource source, IDisposable owner) = _preimages(both.Token);
            using (owner)
            {
                // A run for evidence has left no states: a dispute of the same pair asks for many claims, and makes them once more.
                if (_end is null || (IsUrgent && _folder.States.Count == 0))
                {
                    RunToEnd(source, both.Token);
                }

                Answer(source, both.Token);
            }

            (_failure, _failures) = (null, 0);
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            _failure = new Failure("the run was cancelled", DateTimeOffset.MinValue, DateTimeOffset.MinValue, IsTrouble: false);
        }
        catch (Exception error)
        {
            // This is a thread of its own: what escaped here would end the process. It is told as the reason and tried again.
            TimeSpan longer = PauseAfterFailure * (1 << Math.Min(_failures++, 10));
            DateTimeOffset now = _clock.GetUtcNow();
            _failure = new Failure(_mask(error.Message), now + PauseAfterFailure, now + (longer < LongestPause ? longer : LongestPause));
        }
        finally
        {
            Interlocked.Exchange(ref _job, Idle);
        }

        // What was wanted after the last answer found this job still running: nobody else would take it up.
        if (_failure is null && !both.IsCancellationRequested && (!_wantedHashes.IsEmpty || !_wantedSteps.IsEmpty))
        {
            Enqueue();
        }
    }

    // A dispute's clock waits for claims and steps; how a program ends is asked for evidence, which has time.
    private bool IsUrgent => !_wantedSteps.IsEmpty || _wantedHashes.Keys.Any(step => step != ulong.MaxValue);

    private void Enqueue()
    {
        bool isUrgent = IsUrgent;
        int wanted = isUrgent ? Waits : WaitsBehind;
        for (int now = Volatile.Read(ref _job); now < wanted; now = Volatile.Read(ref _job))
        {
            if (Interlocked.CompareExchange(ref _job, wanted, now) == now)
            {
                _workers.Enqueue(stop => Work(wanted, stop), isUrgent);
                return;
            }
        }
    }

    private static ulong AfterLeaf(UInt128 leaf) => leaf >= ulong.MaxValue ? ulong.MaxValue : (ulong)leaf + 1;

    // An exited program stays as it is.
    private ulong StepOf(UInt128 instruction)
    {
        ulong step = instruction > ulong.MaxValue ? ulong.MaxValue : (ulong)instruction;
        return _end is { } end && step > end.Step ? end.Step : step;
    }

    private TraceAnswer<T> NotYet<T>(ulong step) => _failure is { IsTrouble: true } failure // until a run has gone well: that it is tried again mends nothing
        ? TraceAnswer.Unavailable<T>($"the VM run failed and is tried again: {failure.Reason}")
        : TraceAnswer.UnderWay<T>(string.Create(
            CultureInfo.InvariantCulture,
            $"the VM is running for step {step}; it has reached {Volatile.Read(ref _reached)}{(_end is { } end ? $" of {end.Step}" : "")}"));

    // The one run: hashes that are wanted already are taken on the way, states are kept in growing distances.
    private void RunToEnd(IPreimageSource source, CancellationToken cancellationToken)
    {
        ulong distance = FirstDistance;
        using VmState state = _folder.LoadNearest(ulong.MaxValue) ?? _first(cancellationToken);
        using Vm vm = new(state, new VmOptions { Preimages = source, Engine = Engine });
        while (!state.Exited && state.Step < _leaves)
        {
            ulong next = Math.Min(_leaves, (state.Step / distance + 1) * distance);
            Run(vm, next, cancellationToken);
            if (!state.Exited && state.Step < _leaves)
            {
                _folder.Save(state);
                distance = Thin(distance, (long)state.Memory.PageCount * PagedMemory.PageSize);
            }
        }

        Hash32 hash = state.StateHash();
        _folder.Save(state);
        _folder.NoteHash(state.Step, hash, isEnd: true);
        _hashes[state.Step] = hash;
        _end = new RunEnd(state.Step, hash);
        if (!IsUrgent)
        {
            _folder.DropStates(); // evidence needs no more than the end: many games may want some
        }
    }

    // Writing a state must cost less than running to the next: a step for every byte of it is about as much.
    private ulong Thin(ulong distance, long stateBytes)
    {
        long most = Math.Clamp(_limits.MaxDiskBytes / Math.Max(stateBytes, 1), 2, MostStates);
        while (_folder.States.Count > most || distance < (ulong)stateBytes)
        {
            distance *= 2;
            foreach (ulong step in _folder.States.Where(step => step % distance != 0).ToArray())
            {
                _folder.Drop(step);
            }
        }

        return distance;
    }

    private void Answer(IPreimageSource source, CancellationToken cancellationToken)
    {
        while (!_wantedHashes.IsEmpty || !_wantedSteps.IsEmpty)
        {
            foreach (ulong known in _wantedHashes.Keys.Where(known => known >= _end!.Step))
            {
                _wantedHashes.TryRemove(known, out _); // what comes after the end is the end
            }

            if (_wantedHashes.IsEmpty && _wantedSteps.IsEmpty)
            {
                return;
            }

            ulong step = Math.Min(Least(_wantedHashes), Least(_wantedSteps));
            ulong target = Math.Min(step, _end!.Step);
            using VmState state = _folder.LoadNearest(target) ?? _first(cancellationToken);
            using Vm vm = new(state, new VmOptions { Preimages = source, Engine = Engine });
            Run(vm, target, cancellationToken);
            Hash32 hash = state.StateHash();
            if (_hashes.TryAdd(target, hash))
            {
                _folder.NoteHash(target, hash, isEnd: false);
            }

            if (_wantedSteps.TryRemove(step, out _))
            {
                _steps[step] = Convert(vm.Prove());
            }

            _wantedHashes.TryRemove(step, out _);
        }
    }

    private void Run(Vm vm, ulong until, CancellationToken cancellationToken)
    {
        RunLimits limits = _limits with { UntilStep = until, OnProgress = progress => Volatile.Write(ref _reached, progress.Step) };
        (StopReason reason, ulong steps, _) = vm.Run(limits, cancellationToken);
        _workers.CountSteps(steps);
        Volatile.Write(ref _reached, vm.State.Step);
        cancellationToken.ThrowIfCancellationRequested();
        if (reason is not (StopReason.Exited or StopReason.StepReached))
        {
            throw new PreimageException($"the VM stopped at step {vm.State.Step}: {reason}");
        }
    }

    private static ulong Least(ConcurrentDictionary<ulong, bool> wanted) => wanted.IsEmpty ? ulong.MaxValue : wanted.Keys.Min();

    private static StepData Convert(StepProof proof) => new(
        proof.StateData,
        proof.ProofData,
        proof.Preimage is { } preimage ? new PreimagePart(preimage.Key, (uint)preimage.Offset, preimage.Value.AsMemory(8)) : null);

    private sealed record RunEnd(ulong Step, Hash32 Hash);

    private sealed record Failure(string Reason, DateTimeOffset RetryAt, DateTimeOffset RetryEvidenceAt, bool IsTrouble = true);
}
