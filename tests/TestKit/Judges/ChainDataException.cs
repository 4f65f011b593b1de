namespace Gavel.TestKit.Judges;

/// <summary>A node's JSON that is malformed or contradicts itself. The message begins with the place, such as <c>header.stateRoot</c>.</summary>
public sealed class ChainDataException : Exception
{
    /// <summary>Names the place and what is wrong there.</summary>
    public ChainDataException(string place, string problem)
        : base($"{place}: {problem}") => Place = place;

    /// <summary>Path of the value in the JSON.</summary>
    public string Place { get; }
}
