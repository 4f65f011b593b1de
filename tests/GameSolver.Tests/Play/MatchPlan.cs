using FsCheck;
using FsCheck.Fluent;
using Gavel.Simulator;

namespace Gavel.GameSolver.Tests.Play;

/// <summary>A whole match as data: the game's constants, and what the opposition does.</summary>
internal sealed record MatchPlan(int MaxDepth, int SplitDepth, int Seed, int HonestJoinsAfter, Gambit[] Gambits)
{
    public const ulong MaxClock = 302_400;

    public bool IsRootTrue => Seed % 2 == 0;

    /// <summary>The game names a placeholder as the VM's first state.</summary>
    public bool IsPlaceholder { get; init; }

    /// <summary>Whether claims at the maximum depth are of the side that the truth is on.</summary>
    public bool HasTruthTheLastWord => MaxDepth % 2 == (IsRootTrue ? 0 : 1);

    /// <summary>Seconds of the longest waits: together they come near to the maximum clock.</summary>
    public ulong LongWait => MaxClock / (ulong)(1 + (Gambits.Length / 16));

    public World World() => new(MaxDepth, SplitDepth, 1 + (((UInt128)(uint)Seed * 0x9e3779b97f4a7c15UL) % (UInt128.One << SplitDepth)))
    {
        HasFirstState = !IsPlaceholder,
    };

    public Hash32 RootOf(World world)
    {
        UInt128 stale = (UInt128)(uint)(Seed / 2 % 2);
        return IsRootTrue ? world.Output(world.Blocks)
            : stale == 1 ? world.Output(world.Blocks - 1)
            : Keccak256.Hash(BitConverter.GetBytes(Seed));
    }

    public SimulatedRules RulesFor(World world) => new()
    {
        MaxDepth = MaxDepth,
        SplitDepth = SplitDepth,
        MaxClockDuration = MaxClock,
        ClockExtension = 10_800,
        OracleChallengePeriod = 86_400,
        ExtendsByDepth = Seed / 4 % 2 == 0,
        AbsolutePrestate = world.AbsolutePrestate,
        StartingRoot = world.Output(0),
        Bonds = [.. Enumerable.Range(0, MaxDepth + 1).Select(depth => (UInt256)(ulong)(1_000 + depth * depth))],
        Vm = world,
    };

    /// <summary>Plans of at most so many gambits and so deep; a failing plan is shortened gambit by gambit.</summary>
    public static Arbitrary<MatchPlan> Arbitrary(int deepest, int gambits)
    {
        Gen<Gambit> gambit = Gen.Choose(0, int.MaxValue).Two().Select(pair => new Gambit(((ulong)pair.Item1 << 31) | (uint)pair.Item2));
        Gen<MatchPlan> plans =
            from maxDepth in Gen.Choose(4, deepest)
            from splitDepth in Gen.Choose(2, maxDepth - 2)
            from seed in Gen.Choose(0, int.MaxValue)
            from joins in Gen.Choose(0, 8)
            from count in Gen.Choose(gambits / 3, gambits)
            from acts in gambit.ArrayOf(count)
            select new MatchPlan(maxDepth, splitDepth, seed, joins, acts);
        return Arb.From(plans, Shorter);
    }

    public override string ToString() =>
        $"max depth {MaxDepth}, split {SplitDepth}{(IsPlaceholder ? ", placeholder" : "")}, seed {Seed}, honest joins after {HonestJoinsAfter}, [{string.Join(", ", Gambits)}]";

    private static IEnumerable<MatchPlan> Shorter(MatchPlan plan)
    {
        for (int cut = plan.Gambits.Length / 2; cut > 0; cut /= 2)
        {
            for (int at = 0; at + cut <= plan.Gambits.Length; at += cut)
            {
                yield return plan with { Gambits = [.. plan.Gambits[..at], .. plan.Gambits[(at + cut)..]] };
            }
        }
    }
}
