using Gavel.Ethereum;

namespace Gavel.Contracts.Simulation;

/// <summary>A function of a game that transactions call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Words">Words of its arguments' head.</param>
/// <param name="IsPayable">Whether it takes ether.</param>
internal sealed record GameFunction(string Name, int Words, bool IsPayable)
{
    private static readonly Dictionary<Selector, GameFunction> s_all = new()
    {
        [Selector.Of("initialize()")] = new("initialize", 0, true),
        [Selector.Of("attack(bytes32,uint256,bytes32)")] = new("attack", 3, true),
        [Selector.Of("defend(bytes32,uint256,bytes32)")] = new("defend", 3, true),
        [Selector.Of("move(bytes32,uint256,bytes32,bool)")] = new("move", 4, true),
        [Selector.Of("step(uint256,bool,bytes,bytes)")] = new("step", 4, false),
        [Selector.Of("addLocalData(uint256,uint256,uint256)")] = new("addLocalData", 3, false),
        [Selector.Of("challengeRootL2Block((bytes32,bytes32,bytes32,bytes32),bytes)")] = new("challengeRootL2Block", 5, false),
        [Selector.Of("resolveClaim(uint256,uint256)")] = new("resolveClaim", 2, false),
        [Selector.Of("resolve()")] = new("resolve", 0, false),
        [Selector.Of("closeGame()")] = new("closeGame", 0, false),
        [Selector.Of("claimCredit(address)")] = new("claimCredit", 1, false),
    };

    /// <summary>The function of a selector; null if games have none such.</summary>
    public static GameFunction? Find(Selector? selector) => selector is { } known ? s_all.GetValueOrDefault(known) : null;
}
