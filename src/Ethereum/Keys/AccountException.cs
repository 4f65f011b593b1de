namespace Gavel.Ethereum;

/// <summary>A key, keystore, mnemonic or signer that cannot be used. No message holds any part of a secret.</summary>
public sealed class AccountException(string message, Exception? inner = null) : Exception(message, inner);
