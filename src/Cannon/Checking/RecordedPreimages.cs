namespace Gavel.Cannon.Checking;

/// <summary>Serves recorded preimages, and remembers what was asked and hinted.</summary>
internal sealed class RecordedPreimages(IReadOnlyDictionary<Hash32, byte[]> values) : IPreimageSource
{
    public List<Hash32> Asked { get; } = [];

    public List<byte[]> Hints { get; } = [];

    public void Hint(ReadOnlySpan<byte> hint) => Hints.Add(hint.ToArray());

    public byte[] GetPreimage(Hash32 key)
    {
        Asked.Add(key);
        return values.TryGetValue(key, out byte[]? value) ? value : throw new PreimageException($"the recorded values have no preimage {key}");
    }
}
