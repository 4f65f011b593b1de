namespace Gavel.Cannon;

/// <summary>
/// What a recorded run left behind: state hashes and checkpoints at the steps asked for. A step after the guest's exit has the hash of the
/// final state.
/// </summary>
public sealed class VmRecording : IDisposable
{
    private readonly SortedDictionary<ulong, Hash32> _hashes = [];
    private readonly SortedList<ulong, VmCheckpoint> _checkpoints = [];

    private VmRecording()
    {
    }

    /// <summary>State hashes by step.</summary>
    public IReadOnlyDictionary<ulong, Hash32> Hashes => _hashes;

    /// <summary>Checkpoints, ascending by step.</summary>
    public IReadOnlyList<VmCheckpoint> Checkpoints => _checkpoints.Values.AsReadOnly();

    /// <summary>How the run ended.</summary>
    public RunResult Result { get; private set; }

    /// <summary>
    /// Runs on to the limits, hashing and checkpointing at the given steps; those before the VM's present step are left out. Steps beyond
    /// where a limit or cancellation ended the run are missing from the result.
    /// </summary>
    /// <param name="vm">The VM; it goes on from where it is.</param>
    /// <param name="hashAt">Steps to hash the state at.</param>
    /// <param name="checkpointAt">Steps to keep a checkpoint of; those at or after the exit are not kept.</param>
    /// <param name="limits">How far the whole run may go.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="VmFaultException">The VM does not allow a step.</exception>
    /// <exception cref="PreimageException">The preimage source failed.</exception>
    public static VmRecording Run(
        Vm vm, IEnumerable<ulong> hashAt, IEnumerable<ulong> checkpointAt, RunLimits limits, CancellationToken cancellation = default)
    {
        ulong first = vm.State.Step;
        SortedSet<ulong> hashes = [.. hashAt.Where(step => step >= first && step <= limits.UntilStep)];
        HashSet<ulong> checkpoints = [.. checkpointAt.Where(step => step >= first && step <= limits.UntilStep)];
        VmRecording recording = new();
        try
        {
            recording.Run(vm, hashes, checkpoints, limits, cancellation);
            return recording;
        }
        catch
        {
            recording.Dispose();
            throw;
        }
    }

    /// <summary>The last checkpoint not after a step, or null.</summary>
    public VmCheckpoint? Before(ulong step) => _checkpoints.Values.LastOrDefault(checkpoint => checkpoint.Step <= step);

    /// <summary>Frees the checkpoints.</summary>
    public void Dispose()
    {
        foreach (VmCheckpoint checkpoint in _checkpoints.Values)
        {
            checkpoint.Dispose();
        }
    }

    private void Run(Vm vm, SortedSet<ulong> hashes, HashSet<ulong> checkpoints, RunLimits limits, CancellationToken cancellation)
    {
        ulong first = vm.State.Step;
        RunResult result = default;
        bool goesOn = true;
        foreach (ulong stop in hashes.Union(checkpoints).Order())
        {
            ulong left = limits.MaxSteps - Math.Min(limits.MaxSteps, vm.State.Step - first);
            result = vm.Run(limits with { UntilStep = stop, MaxSteps = left }, cancellation);
            goesOn = result.Reason == StopReason.StepReached || vm.State.Step == stop;
            if (!goesOn)
            {
                break;
            }

            if (hashes.Contains(stop))
            {
                _hashes[stop] = vm.State.StateHash();
            }

            if (checkpoints.Contains(stop))
            {
                _checkpoints[stop] = VmCheckpoint.Take(vm.State);
            }
        }

        if (goesOn)
        {
            ulong left = limits.MaxSteps - Math.Min(limits.MaxSteps, vm.State.Step - first);
            result = vm.Run(limits with { MaxSteps = left }, cancellation);
        }

        if (vm.State.Exited)
        {
            Hash32 final = vm.State.StateHash();
            foreach (ulong step in hashes.Where(step => step > vm.State.Step))
            {
                _hashes[step] = final;
            }
        }

        Result = result with { Steps = vm.State.Step - first };
    }
}
