using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;

namespace Gavel.GameSolver.OnChain.Tests;

/// <summary>The bond formula against deployed games of twelve maximum depths, every depth of each, to the wei.</summary>
public sealed class BondTableOnChainTests
{
    private static readonly uint[] MaxDepths = [4, 5, 8, 13, 18, 27, 32, 50, 61, 64, 73, 100, 125];

    [Fact]
    public async Task Computed_bonds_are_those_of_deployed_games()
    {
        DevnetOptions options = new()
        {
            FurtherGameTypes = [.. MaxDepths.Select(depth => new DevnetGameType(500 + depth, DevnetGameType.AlphabetPrestate, DevnetVm.Alphabet)
            {
                MaxDepth = depth,
                SplitDepth = 2,
            })],
        };
        await using LocalDevnet devnet = await LocalDevnet.StartAsync(options);
        Address factory = devnet.Addresses.DisputeGameFactory;
        foreach (uint depth in MaxDepths)
        {
            Hash32 root = Keccak256.Hash(BitConverter.GetBytes(depth));
            ContractCall create = DisputeGameFactory.Create(factory, 500 + depth, root, 9, devnet.Options.InitBond);
            ulong now = (await devnet.L1.GetBlockAsync(BlockRef.Latest, default)).Timestamp + 1;
            Assert.Null(await new ChainGame(devnet, factory).SendAsync(DevnetAccounts.Proposer, create, now));
            ReadBatch found = new(devnet.L1, BlockRef.Latest);
            Read<Address> game = DisputeGameFactory.Existing(found, factory, 500 + depth, root, 9);
            await found.RunAsync(default);
            ReadBatch batch = new(devnet.L1, BlockRef.Latest);
            IReadOnlyList<Read<UInt256>> bonds = FaultDisputeGame.RequiredBonds(batch, game.Value, (int)depth);
            await batch.RunAsync(default);
            BondTable computed = BondTable.Computed((int)depth);
            Assert.Equal((int)depth + 1, bonds.Count);
            Assert.Equal(bonds.Select(bond => bond.Value), Enumerable.Range(0, bonds.Count).Select(at => computed[at]));
        }
    }
}
