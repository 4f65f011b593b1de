namespace Gavel.Ethereum;

/// <summary>
/// Data that are not what a typed message says, or a message that cannot be encoded. The message begins with the place: a function, event or
/// error, with its contract where the caller knows it.
/// </summary>
public sealed class AbiMismatchException(string place, string problem, Exception? inner = null) : Exception($"{place}: {problem}", inner)
{
    /// <summary>The function, event or error, such as <c>claimData(uint256)</c>.</summary>
    public string Place { get; } = place;

    /// <summary>What is wrong, without the place. It holds at most <see cref="MaxShown"/> bytes of the data.</summary>
    public string Problem { get; } = problem;

    /// <summary>The most bytes of foreign data that a message shows.</summary>
    public const int MaxShown = 64;
}
