namespace Gavel.Ethereum;

/// <summary>Bytes that are no signed transaction, or a signature that fits none.</summary>
public sealed class TransactionException(string message, Exception? inner = null) : Exception(message, inner);
