using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.Rollup;
using Gavel.Traces;

namespace Gavel.GameKit;

/// <summary>Made-up games for what needs no chain.</summary>
public static class Samples
{
    public static Hash32 Hash(string name) => Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(name));

    /// <summary>A game with split depth 3 that starts from block 10.</summary>
    public static GameMetadata Game(GameGeneration generation, ulong proposed) => new()
    {
        Game = Address.Parse("0x00112233445566778899aabbccddeeff00112233"),
        GameType = 0,
        Version = generation == GameGeneration.V1 ? "1.2.0" : "2.4.2",
        Generation = generation,
        CreatedAt = 1_000,
        RootClaim = Hash("root"),
        L1Head = Hash("l1 head"),
        L2BlockNumber = proposed,
        Creator = Address.Zero,
        Rules = new GameRules
        {
            RuleSet = RuleSet.Of(generation),
            StartingOutputRoot = Hash("anchor"),
            StartingBlockNumber = 10,
            AbsolutePrestate = Hash("prestate"),
            MaxDepth = 8,
            SplitDepth = 3,
            Clock = new ClockRules(300, 30, 3, 8, RuleSet.Of(generation).Extension, 60),
            Vm = Address.Zero,
            Oracle = Address.Zero,
            Weth = Address.Zero,
            AnchorStateRegistry = Address.Zero,
            L2ChainId = 901,
            Bonds = BondTable.Computed(8),
            WethDelay = 30,
        },
    };

    public static Verdict Verdict(Truth truth) => new(
        truth, VerdictRule.OtherOutput, new Evidence(null, Derivable.Unknown, null, null, null, [], [], [], [], 1), "the nodes said so");

    public static LocalInputs Inputs { get; } = new(Hash("l1"), Hash("agreed"), Hash("disputed"), 12, 901, 11);
}
