namespace Gavel.Ethereum;

/// <summary>What has been read of the state after one block: shared by all rehearsals on it, so that a cycle asks for each thing once.</summary>
internal sealed class BlockState(Hash32 hash)
{
    // A cycle touches a few hundred values; a hostile game must not fill memory with more than this.
    private const int MostValues = 16_384;
    private readonly Dictionary<StateKey, byte[]> _values = [];

    public Hash32 Hash => hash;

    public BlockRef At { get; } = BlockRef.At(hash);

    /// <summary>The block; null until it was read.</summary>
    public ExecutionBlock? Block { get; set; }

    public byte[]? Find(StateKey key) => _values.GetValueOrDefault(key);

    public void Set(StateKey key, byte[] value)
    {
        if (_values.Count < MostValues)
        {
            _values[key] = value;
        }
    }
}
