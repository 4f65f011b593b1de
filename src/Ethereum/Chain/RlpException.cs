namespace Gavel.Ethereum;

/// <summary>Bytes that are not canonical RLP, or not of the form that is read.</summary>
public sealed class RlpException : Exception
{
    /// <summary>Names the byte offset of the faulty item and what is wrong there.</summary>
    public RlpException(int offset, string problem)
        : this($"at byte {offset}: {problem}")
    {
    }

    /// <summary>Names the faulty field and what is wrong there.</summary>
    public RlpException(string problem)
        : base($"RLP: {problem}")
    {
    }
}
