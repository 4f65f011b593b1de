namespace Gavel.Cannon.Tests.Preimages;

/// <summary>A source in memory that remembers what it was asked.</summary>
internal sealed class MapSource : IPreimageSource
{
    public Dictionary<Hash32, byte[]> Values { get; } = [];

    public List<Hash32> Asked { get; } = [];

    public List<byte[]> Hints { get; } = [];

    public void Hint(ReadOnlySpan<byte> hint) => Hints.Add(hint.ToArray());

    public byte[] GetPreimage(Hash32 key)
    {
        Asked.Add(key);
        return Values.TryGetValue(key, out byte[]? value) ? value : throw new PreimageException($"no preimage {key}");
    }
}
