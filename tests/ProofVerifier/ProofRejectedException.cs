namespace Gavel.ProofVerifier;

/// <summary>A step proof does not hold.</summary>
public sealed class ProofRejectedException(string message) : Exception(message);
