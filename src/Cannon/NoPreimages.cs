namespace Gavel.Cannon;

/// <summary>The source of a run without a host: hints are dropped, and any question is an error.</summary>
public sealed class NoPreimages : IPreimageSource
{
    /// <summary>The only one needed.</summary>
    public static NoPreimages Instance { get; } = new();

    /// <inheritdoc/>
    public void Hint(ReadOnlySpan<byte> hint)
    {
    }

    /// <inheritdoc/>
    public byte[] GetPreimage(Hash32 key) =>
        throw new PreimageException($"the guest asked for preimage {key}, but the run has no preimage source");
}
