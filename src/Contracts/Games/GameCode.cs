namespace Gavel.Contracts;

/// <summary>A game's code, and what it holds of the game where it is a clone with arguments of a known layout.</summary>
public sealed class GameCode
{
    private readonly CloneArguments? _arguments;

    private GameCode(Hash32 hash, CloneArguments? arguments)
    {
        Hash = hash;
        _arguments = arguments;
        Words = arguments is null ? null : new GameWords(arguments.Creator, arguments.RootClaim, arguments.L1Head, arguments.L2BlockNumber);
    }

    /// <summary>Keccak-256 of the code: what an account's proof shows.</summary>
    public Hash32 Hash { get; }

    /// <summary>The words that it holds; null for code of any other kind.</summary>
    public GameWords? Words { get; }

    /// <summary>Reads a contract's code.</summary>
    public static GameCode Of(ReadOnlyMemory<byte> code) => new(
        Keccak256.Hash(code.Span), CloneCode.Parse(code) is { } clone ? CloneArguments.Parse(clone.Arguments.Span) : null);

    /// <summary>
    /// What metadata say otherwise than this code: a word, the type or a constant of the chain, or that they were read from other code (such as that
    /// of a clone of another implementation). Null where nothing of it contradicts, or where this code holds no words.
    /// </summary>
    public string? ContradictionOf(GameMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (_arguments is null || metadata.CodeHash == Hash)
        {
            return null;
        }

        if (GameWords.Of(metadata).DifferenceFrom(Words!) is { } word)
        {
            return word;
        }

        return _arguments.GameType is { } type && type != metadata.GameType ? $"game type {metadata.GameType}, not {type}"
            : _arguments.Constants is { } constants && metadata.Rules is { } rules && !Fits(constants, rules) ? "other constants of the chain (prestate, VM, bond store, registry, chain id, roles)"
            : metadata.CodeHash is { } other ? $"code with hash {other}, not {Hash}"
            : null;
    }

    private static bool Fits(ChainConstants constants, GameRules rules) =>
        constants == new ChainConstants(rules.AbsolutePrestate, rules.Vm, rules.Weth, rules.AnchorStateRegistry, rules.L2ChainId, rules.Permitted);
}
