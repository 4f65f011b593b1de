using System.Globalization;
using Gavel.Agent.Demo;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.GameSolver;
using Gavel.Traces;

namespace Gavel.EndToEnd.Tests.Arena;

/// <summary>One whole game between Gavel and a liar, from creation to the withdrawal of the last bond.</summary>
internal sealed record Duel
{
    /// <summary>Game type.</summary>
    public required uint Type { get; init; }

    /// <summary>The claimed root; null for the true output of the safe head, which makes a valid root.</summary>
    public Hash32? Root { get; init; }

    /// <summary>First L2 block for which the liar claims false outputs.</summary>
    public ulong FirstFalseBlock { get; init; } = 6;

    /// <summary>First instruction for which the liar claims false states.</summary>
    public UInt128 FirstFalseLeaf { get; init; }

    /// <summary>Where the liar's false states begin instead, found out when the execution game opens.</summary>
    public LieAtRead? AtRead { get; init; }

    /// <summary>Status byte of the liar's states.</summary>
    public VmStatus LiarStatus { get; init; } = VmStatus.Invalid;

    /// <summary>Changes Gavel's configuration.</summary>
    public Action<ChainOptions>? Configure { get; init; }

    /// <summary>Done when the game exists and before anybody moves.</summary>
    public Func<Ring, GameMetadata, Task>? Before { get; init; }

    /// <summary>Further players.</summary>
    public Func<Ring, GameMetadata, KnownOutputs, IReadOnlyList<Player>> Others { get; init; } = (_, _, _) => [];

    /// <summary>The proposer.</summary>
    public DevnetAccount Proposer { get; init; } = DevnetAccounts.Dishonest;

    /// <summary>The account of the liar.</summary>
    public DevnetAccount Liar { get; init; } = DevnetAccounts.Dishonest;

    /// <summary>The block that every duel proposes: exactly the safe head, since contracts of 1.2.0 can defend no other.</summary>
    public const ulong Block = 10;

    /// <summary>About a false root, with false states from an instruction on.</summary>
    public static Duel OfFalseRoot(uint type, UInt128 firstFalseLeaf = default) =>
        new() { Type = type, Root = FalseTrace.FalseOutput(Block), FirstFalseLeaf = firstFalseLeaf };

    /// <summary>About a false root of the only account that may propose.</summary>
    public static Duel OfPermissioned { get; } = OfFalseRoot(DevnetGameType.PermissionedCannon) with { Proposer = DevnetAccounts.Proposer, Liar = DevnetAccounts.Proposer };

    /// <summary>A devnet that fits duels: ten safe blocks, Cannon with the repository's program, a second program under type 7.</summary>
    public static Task<Ring> RingAsync(CancellationToken cancellationToken) => Ring.OpenAsync(Terms(), cancellationToken);

    /// <summary>The same on our twins of the contracts of 2.x, with Cannon under type 8 too, which is the respected one.</summary>
    public static Task<Ring> NewerRingAsync(CancellationToken cancellationToken, ulong safeBlocks = Block, DevnetGeneration? former = null) => Ring.OpenAsync(
        Terms(new DevnetGameType(NewerGames.Type, FaultProofProgram.Rollup.Prestate, DevnetVm.Mips)) with
        {
            InitialL2Blocks = (int)safeBlocks,
            Generation = DevnetGeneration.V2,
            Former = former,
            RespectedGameType = NewerGames.Type,
            DisputeGameFinalityDelay = TimeSpan.FromSeconds(NewerGames.FinalitySeconds),
        },
        cancellationToken);

    /// <summary>Plays it.</summary>
    public async Task<Outcome> PlayAsync(Ring ring, CancellationToken cancellationToken)
    {
        Address us = DevnetAccounts.Challenger.Address;
        ulong start = await ring.Devnet.L1.GetBlockNumberAsync(cancellationToken);
        Hash32 root = Root ?? await ring.OutputAsync(Block, cancellationToken);
        GameMetadata game = await ring.CreateGameAsync(Proposer, Type, root, Block, cancellationToken);
        KnownOutputs truth = await ring.TruthAsync(game, cancellationToken);
        using VmWorkers workers = new(1);
        ExecutionTraces traces = Programs.Traces(ring, workers);
        Dictionary<ExecutionBranch, IExecutionTrace> branches = [];
        TraceAnswer<Hash32> Lie(ExecutionBranch branch, UInt128 leaf)
        {
            UInt128 firstFalse = AtRead?.InstructionIn(ring, game, branch) ?? FirstFalseLeaf;
            if (leaf >= firstFalse)
            {
                return FalseTrace.FalseState(leaf, LiarStatus);
            }

            if (!branches.TryGetValue(branch, out IExecutionTrace? trace))
            {
                branches[branch] = trace = traces.Of(game, LocalInputs.Of(game, branch, Block));
            }

            trace.Want(leaf, isStep: false);
            return trace.ClaimAt(leaf);
        }

        if (Before is not null)
        {
            await Before(ring, game);
        }

        await ring.StartGavelAsync(DevnetAccounts.Challenger, cancellationToken, Configure);
        Player liar = new(ring.Devnet, Liar, game, new FalseTrace(game, truth, FirstFalseBlock, Lie));
        await ring.FightAsync(game, [liar, .. Others(ring, game, truth)], cancellationToken, state => AtRead?.LoadAsync(ring, game, state) ?? Task.CompletedTask);
        GameState fought = await ring.StateAsync(game, cancellationToken);
        GameState resolved = await ring.SettleAsync(game, us, cancellationToken);
        Ledger ledger = await Ledger.OfAsync(ring.Devnet, us, start, resolved, cancellationToken);
        return new Outcome(ring, game, fought, resolved, ledger);
    }

    private static DevnetOptions Terms(params DevnetGameType[] further) => new()
    {
        InitialL2Blocks = (int)Block,
        CannonPrestate = FaultProofProgram.Rollup.Prestate,
        FurtherGameTypes = [new DevnetGameType(Programs.Sha256GameType, FaultProofProgram.Sha256.Prestate, DevnetVm.Mips), .. further],
    };
}

/// <summary>How a duel ended.</summary>
/// <param name="Ring">Where it was fought.</param>
/// <param name="Game">The game.</param>
/// <param name="Fought">The game when nobody had anything left to do.</param>
/// <param name="Resolved">The game when it was resolved, with our credit.</param>
/// <param name="Ledger">What it cost and brought us.</param>
internal sealed record Outcome(Ring Ring, GameMetadata Game, GameState Fought, GameState Resolved, Ledger Ledger)
{
    private static Address Us => DevnetAccounts.Challenger.Address;

    /// <summary>Claims at the last depth that we stepped on.</summary>
    public IEnumerable<Claim> Stepped => Fought.Claims.Where(claim => claim.Position.Depth == Game.Rules!.MaxDepth && claim.CounteredBy == Us);

    /// <summary>Asserts the winner and that we have back every bond, together with the bonds of the claims that we countered, to the wei.</summary>
    public void AssertWon(GameStatus winner)
    {
        Assert.True(winner == Resolved.Status, $"{Resolved.Status} instead of {winner}\n{Ring.Lines}");
        Assert.DoesNotContain(Resolved.Claims, claim => claim.Claimant == Us && !claim.CounteredBy.IsZero);
        UInt256 won = Resolved.Claims.Where(claim => claim.CounteredBy == Us).Aggregate(UInt256.Zero, (sum, claim) => sum + claim.Bond);
        Ledger.AssertHonest(won);
        Assert.True(
            Fought.Claims.Where(claim => claim.Claimant == Us).Select(claim => claim.Id).Distinct().Count() == Fought.Claims.Count(claim => claim.Claimant == Us),
            string.Create(CultureInfo.InvariantCulture, $"a claim was posted twice in game {Game.Game}"));
    }

    /// <summary>Asserts that the last claim was countered by a step of the kind and instruction that are meant.</summary>
    public void AssertStep(string words) => Assert.True(Stepped.Any() && Ring.Lines.Has(words), $"no step \"{words}\"\n{Ring.Lines}");
}
