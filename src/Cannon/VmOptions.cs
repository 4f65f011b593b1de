namespace Gavel.Cannon;

/// <summary>What surrounds a VM.</summary>
public sealed class VmOptions
{
    /// <summary>Answers the guest's questions.</summary>
    public IPreimageSource Preimages { get; init; } = NoPreimages.Instance;

    /// <summary>Receives what the guest writes to descriptor 1.</summary>
    public Stream StandardOutput { get; init; } = Stream.Null;

    /// <summary>Receives what the guest writes to descriptor 2.</summary>
    public Stream StandardError { get; init; } = Stream.Null;

    /// <summary>How plain instructions are run. The results are the same.</summary>
    public VmEngine Engine { get; init; } = VmEngine.Auto;

    /// <summary>Called after each step that read from the preimage channel; true ends the run there.</summary>
    public Func<PreimageRead, bool>? StopAfterPreimageRead { get; init; }
}
