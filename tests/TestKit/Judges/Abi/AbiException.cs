namespace Gavel.TestKit.Judges;

/// <summary>Data or a signature that the contract ABI does not allow. The message begins with the place, such as <c>arg[2].header</c>.</summary>
public sealed class AbiException : Exception
{
    /// <summary>Names the place and what is wrong there.</summary>
    public AbiException(string place, string problem)
        : base($"{place}: {problem}")
    {
        Place = place;
        Problem = problem;
    }

    /// <summary>Path of the value, such as <c>arg[2].header</c>; for a signature, the signature and the offset in it.</summary>
    public string Place { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }
}
