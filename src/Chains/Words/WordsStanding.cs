using Gavel.Contracts;
using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>How far the words of a game that decide its truth (root, L1 head, block) are to be believed.</summary>
public enum WordsState
{
    /// <summary>An account proof against an L1 block that a rollup node knows shows the code that holds them.</summary>
    Proven,

    /// <summary>No proof is to be had, and all L1 endpoints that answer tell the same, at least two where two are configured.</summary>
    Agreed,

    /// <summary>Neither, so far: the game is not moved on.</summary>
    Unsettled,

    /// <summary>They are false as they were read: the game is not moved on, and must be read again.</summary>
    Contradicted,
}

/// <summary>What is known of the words of a game as they were read.</summary>
/// <param name="State">Whether they may be acted on.</param>
/// <param name="Text">By what, or why not, in words.</param>
public sealed record WordsStanding(WordsState State, string Text)
{
    /// <summary>True where a verdict on these words may be acted on.</summary>
    public bool IsSettled => State is WordsState.Proven or WordsState.Agreed;

    /// <summary>True where nobody has said anything against what was found before: it stands then.</summary>
    public bool IsSilence { get; init; }

    /// <summary>Why a placeholder prestate that the game names is not to be believed; null where it is, and where the game names none.</summary>
    public string? PlaceholderDoubt { get; init; }
}

/// <summary>What was proven of a game.</summary>
/// <param name="CodeHash">Hash of its code; that of no bytes where there is no contract.</param>
/// <param name="Words">What its code holds; null where there is no contract, or nobody gives the code.</param>
internal sealed record ProvenWords(Hash32 CodeHash, GameWords? Words)
{
    /// <summary>No contract at all.</summary>
    public static ProvenWords Nothing { get; } = new(Keccak256.Empty, null);

    /// <summary>What a node says otherwise; null where it says nothing else.</summary>
    public string? ContradictionOf(ToldWords told) => Words is { } words ? told.DifferenceFrom(words, CodeHash)
        : told.CodeHash == CodeHash ? null
        : told.IsAbsent ? "no contract at its address"
        : CodeHash == Keccak256.Empty ? "a contract at its address, where there is none"
        : $"code with hash {told.CodeHash}, not {CodeHash}";
}

/// <summary>An endpoint's answer that was proven false.</summary>
/// <param name="Endpoint">Who told it.</param>
/// <param name="Game">Of which game.</param>
/// <param name="Truth">What it must tell instead.</param>
/// <param name="Text">What it told, and what was proven, in words.</param>
internal sealed record Falsehood(EndpointUrl Endpoint, Address Game, ProvenWords Truth, string Text);
