using Gavel.Contracts;
using Gavel.Contracts.Messages;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.Simulator;
using Gavel.TestKit;
using Gavel.TestKit.Judges;
using Xunit.Abstractions;

namespace Gavel.GameSolver.OnChain.Tests;

/// <summary>The simulated contract against the real FaultDisputeGame: the same acts, the same answers, the same end to the wei.</summary>
public sealed class SimulatorOnChainTests(WhatGamesMet met, ITestOutputHelper output) : IClassFixture<WhatGamesMet>
{
    private const ulong MaxClock = 1_000;
    private const ulong Extension = 60;

    // Small depths, so that random play reaches the leaves; the last is the shape of the devnet's alphabet game.
    private static readonly (uint Type, uint Max, uint Split)[] Types = [(400, 4, 2), (401, 6, 3), (402, 7, 4), (403, 18, 14)];

    // A fresh chain for each portion: a node gets slower with the games that it has seen.
    private static readonly int GamesOfAPortion = Scale.Of(15, 25);

    public static TheoryData<int> Portions { get; } = [.. Enumerable.Range(0, Scale.Of(2, 8))];

    [Theory]
    [MemberData(nameof(Portions))]
    [Trait("Scale", "full")]
    public async Task Random_games_go_as_simulated(int portion)
    {
        DevnetOptions options = new()
        {
            BalanceEther = 100_000_000,
            FurtherGameTypes = [.. Types.Select(type => new DevnetGameType(type.Type, DevnetGameType.AlphabetPrestate, DevnetVm.Alphabet)
            {
                MaxDepth = type.Max,
                SplitDepth = type.Split,
                MaxClockDuration = TimeSpan.FromSeconds(MaxClock),
                ClockExtension = TimeSpan.FromSeconds(Extension),
            })],
        };
        await using LocalDevnet devnet = await LocalDevnet.StartAsync(options);
        for (int seed = portion * GamesOfAPortion; seed < (portion + 1) * GamesOfAPortion; seed++)
        {
            (uint Type, uint Max, uint Split) type = Types[seed % Types.Length];
            try
            {
                RandomGame game = await CreateAsync(devnet, type, seed);
                await game.PlayAsync(80);
                await game.PlayLateAsync(25);
                await game.FinishAsync();
                foreach ((string act, int count) in game.Counts)
                {
                    met.Add(act, count);
                }
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"random game with seed {seed}, max depth {type.Max}, split depth {type.Split}", e);
            }
        }

        if (met.Ended() == Portions.Count)
        {
            met.AssertAll(output);
        }
    }

    private static async Task<RandomGame> CreateAsync(LocalDevnet devnet, (uint Type, uint Max, uint Split) type, int seed)
    {
        Random random = new(seed);
        GameShape shape = new((int)type.Max, (int)type.Split);
        ulong block = (ulong)(2 + (1_000 * seed) + random.Next(1_000)); // above the anchor, which earlier games move
        RootBlockProof? proof = seed % 3 == 1 ? ProofOfAnotherBlock(block + 5, seed) : null;
        Hash32 root = proof is null ? Keccak256.Hash(BitConverter.GetBytes(seed)) : OutputRootOf(proof);
        ulong now = (await devnet.L1.GetBlockAsync(BlockRef.Latest, default)).Timestamp + 10;
        ContractCall create = DisputeGameFactory.Create(devnet.Addresses.DisputeGameFactory, type.Type, root, block, devnet.Options.InitBond);
        Revert? refused = await new ChainGame(devnet, create.To).SendAsync(DevnetAccounts.Proposer, create, now);
        Assert.Null(refused);

        ReadBatch found = new(devnet.L1, BlockRef.Latest);
        Read<Address> game = DisputeGameFactory.Existing(found, create.To, type.Type, root, block);
        await found.RunAsync(default);
        ReadBatch batch = new(devnet.L1, BlockRef.Latest);
        Read<StartingOutputRootAnswer> starting = batch.Add<StartingOutputRootFunction, StartingOutputRootAnswer>(game.Value, new());
        IReadOnlyList<Read<UInt256>> bonds = FaultDisputeGame.RequiredBonds(batch, game.Value, shape.MaxDepth);
        await batch.RunAsync(default);
        AlphabetWorld world = new(shape, starting.Value.L2BlockNumber);
        SimulatedRules rules = new()
        {
            MaxDepth = shape.MaxDepth,
            SplitDepth = shape.SplitDepth,
            MaxClockDuration = MaxClock,
            ClockExtension = Extension,
            AbsolutePrestate = AlphabetWorld.AbsolutePrestate,
            StartingRoot = new Hash32(starting.Value.Root),
            Bonds = [.. bonds.Select(bond => bond.Value)],
            Vm = world,
        };
        SimulatedGame contract = new(rules, DevnetAccounts.Proposer.Address, root, devnet.Options.InitBond, now);
        ClockRules clocks = new(MaxClock, Extension, shape.SplitDepth, shape.MaxDepth);
        return new RandomGame(new ChainGame(devnet, game.Value), contract, world, clocks, proof, random, now);
    }

    /// <summary>A header with another number than the proposed block's, and the parts of the output root that names it.</summary>
    private static RootBlockProof ProofOfAnotherBlock(ulong number, int seed)
    {
        byte[] header = RlpWriter.EncodeList(list =>
        {
            for (int field = 0; field < 15; field++)
            {
                list.UInt64(field == 8 ? number : (ulong)(seed + field));
            }
        });
        return new RootBlockProof(Hash32.Zero, Keccak256.Hash("state"u8), Keccak256.Hash("storage"u8), Keccak256.Hash(header), header);
    }

    private static Hash32 OutputRootOf(RootBlockProof proof) =>
        Keccak256.Hash([.. proof.Version.ToArray(), .. proof.StateRoot.ToArray(), .. proof.MessagePasserStorageRoot.ToArray(), .. proof.LatestBlockHash.ToArray()]);
}
