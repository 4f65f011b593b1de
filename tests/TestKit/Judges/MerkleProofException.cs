namespace Gavel.TestKit.Judges;

/// <summary>A Merkle-Patricia proof that does not prove what it states. Names the node of the proof at which it fails.</summary>
public sealed class MerkleProofException : Exception
{
    /// <summary>Names the index of the node in the proof and what is wrong there.</summary>
    public MerkleProofException(int node, string problem)
        : base($"proof node {node}: {problem}") => Node = node;

    /// <summary>Names the value that is proven, then the node.</summary>
    public MerkleProofException(string subject, MerkleProofException inner)
        : base($"{subject}: {inner?.Message}", inner) => Node = inner?.Node ?? 0;

    /// <summary>Index of the node in the proof.</summary>
    public int Node { get; }
}
