using Gavel.Contracts;
using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>The games of one inquiry and what is found of them.</summary>
internal sealed class WordsCase(IReadOnlyList<GameMetadata> games)
{
    private readonly Dictionary<Address, WordsStanding> _standings = [];
    private readonly HashSet<Address> _young = [];
    private readonly List<Falsehood> _falsehoods = [];

    public IReadOnlyList<GameMetadata> Open => [.. games.Where(game => !_standings.ContainsKey(game.Game))];

    public IReadOnlyList<GameMetadata> Settled => [.. games.Where(game => _standings.GetValueOrDefault(game.Game) is { IsSettled: true })];

    public WordsFindings Findings => new(_standings, _falsehoods);

    /// <summary>Why there is no proof; the last cause.</summary>
    public string Obstacle { get; set; } = "no L1 block that a rollup node knows was of use";

    public void Prove(GameMetadata game, BlockHeader header) =>
        Conclude(game, WordsState.Proven, $"proven by its account in L1 block {header.Number} ({header.Hash}), which a rollup node knows");

    public void Conclude(GameMetadata game, WordsState state, string text) => _standings[game.Game] = new WordsStanding(state, text);

    /// <summary>Nobody could tell, and nobody contradicts.</summary>
    public void LeaveOpen(GameMetadata game, string text) => _standings[game.Game] = new WordsStanding(WordsState.Unsettled, text) { IsSilence = true };

    public void Doubt(GameMetadata game, string text) => _standings[game.Game] = _standings[game.Game] with { PlaceholderDoubt = text };

    public void IsYoungAt(GameMetadata game) => _young.Add(game.Game);

    public bool IsTooYoung(GameMetadata game) => _young.Contains(game.Game);

    public void Accuse(IEnumerable<Falsehood> falsehoods) => _falsehoods.AddRange(falsehoods);
}
