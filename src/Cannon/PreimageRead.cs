namespace Gavel.Cannon;

/// <summary>A step read preimage bytes.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value without its length prefix.</param>
/// <param name="Offset">Offset before the read, counting the 8-byte prefix.</param>
public readonly record struct PreimageRead(Hash32 Key, ReadOnlyMemory<byte> Value, ulong Offset);
