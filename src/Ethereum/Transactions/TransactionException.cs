namespace Gavel.Ethereum;

/// <summary>A signature that fits no transaction.</summary>
public sealed class TransactionException(string message) : Exception(message);
