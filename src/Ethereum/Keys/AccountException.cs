namespace Gavel.Ethereum;

/// <summary>A key, keystore, mnemonic or signer that cannot be used. No message holds any part of a secret.</summary>
public sealed class AccountException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>
    /// True where a signer said nothing of what it was to sign: it could not be reached, gave no usable answer in time, or is out of order or
    /// overloaded. It cannot be had for anything else either, and the same may pass later. False where it refused, or gave what is wrong.
    /// </summary>
    public bool IsTransient { get; init; }
}
