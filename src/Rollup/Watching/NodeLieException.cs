namespace Gavel.Rollup;

/// <summary>A node's answer contradicts itself or what its own hashes say: whatever the truth is, this is not it.</summary>
public sealed class NodeLieException(string message, Exception? inner = null) : Exception(message, inner);
