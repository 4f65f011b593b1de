namespace Gavel.Cannon.Preimages;

/// <summary>
/// Stands before a source that may be wrong and lets a value through only if it belongs to its key: keccak and sha256 by their hash; local values by the
/// expected ones or, without such, by their length; precompile results by their status byte; blob elements by their length. Keys of any other type
/// are refused. A wrong blob element or precompile result of the right form cannot be told from the key: its source must be trusted.
/// </summary>
/// <param name="inner">The source to check.</param>
/// <param name="locals">
/// The values of all local keys that may be read, by key. They are served from here without asking <paramref name="inner"/>, which may be set up for another
/// dispute; every other local key is refused. Null (tools that do not know the dispute) takes them from <paramref name="inner"/>.
/// </param>
public sealed class VerifyingPreimageSource(IPreimageSource inner, IReadOnlyDictionary<Hash32, byte[]>? locals = null) : IPreimageSource
{
    /// <inheritdoc/>
    public void Hint(ReadOnlySpan<byte> hint) => inner.Hint(hint);

    /// <inheritdoc/>
    /// <exception cref="PreimageServerException">The key is refused or the value is wrong, or <c>inner</c> failed.</exception>
    public byte[] GetPreimage(Hash32 key)
    {
        if (!Enum.IsDefined((PreimageKeyType)key.FirstByte) || (PreimageKeyType)key.FirstByte == PreimageKeyType.Generic)
        {
            throw new PreimageServerException(PreimageServerFault.Refused, $"preimage {key} is refused: keys of type {key.FirstByte} are not served");
        }

        byte[] value;
        if (locals is not null && key.FirstByte == (byte)PreimageKeyType.Local)
        {
            value = locals.TryGetValue(key, out byte[]? expected)
                ? expected
                : throw new PreimageServerException(PreimageServerFault.Refused, $"preimage {key} is refused: it is not among the {locals.Count} local values of this dispute");
        }
        else
        {
            value = inner.GetPreimage(key);
        }

        return PreimageKey.Mismatch(key, value) is { } wrong
            ? throw new PreimageServerException(PreimageServerFault.WrongValue, $"the value of preimage {key} ({value.Length} bytes) does not belong to it: {wrong}")
            : value;
    }
}
