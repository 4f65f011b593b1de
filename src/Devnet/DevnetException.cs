namespace Gavel.Devnet;

/// <summary>The devnet could not be set up or did not do what it was told; the message names the part and the mend.</summary>
public sealed class DevnetException(string message, Exception? inner = null) : Exception(message, inner);
