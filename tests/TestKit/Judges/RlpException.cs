namespace Gavel.TestKit.Judges;

/// <summary>Bytes that are not canonical RLP, or not of the form that is read. Names the offset of the faulty item in the outermost input.</summary>
public sealed class RlpException : Exception
{
    /// <summary>Names the byte offset and what is wrong there.</summary>
    public RlpException(int offset, string problem)
        : base($"RLP at byte {offset}: {problem}")
    {
        Offset = offset;
        Problem = problem;
    }

    /// <summary>Offset of the item's first byte.</summary>
    public int Offset { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }
}
