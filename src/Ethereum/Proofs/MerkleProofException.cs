namespace Gavel.Ethereum;

/// <summary>A Merkle-Patricia proof that does not prove what it states, or that cannot be judged. Names the node of the proof at which it fails.</summary>
public sealed class MerkleProofException : Exception
{
    /// <summary>Names the index of the node in the proof and what is wrong there.</summary>
    public MerkleProofException(int node, string problem)
        : base($"proof node {node}: {problem}") => Node = node;

    /// <summary>Names the value that is proven, then the node.</summary>
    public MerkleProofException(string subject, MerkleProofException inner)
        : base($"{subject}: {inner?.Message}", inner)
    {
        Node = inner?.Node ?? 0;
        IsUnavailable = inner?.IsUnavailable ?? false;
    }

    /// <summary>Index of the node in the proof.</summary>
    public int Node { get; }

    /// <summary>True where the proof may be right and cannot be read here: it says nothing against the node that gave it.</summary>
    public bool IsUnavailable { get; init; }
}
