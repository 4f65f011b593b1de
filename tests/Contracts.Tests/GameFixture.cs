using Gavel.Devnet;
using Gavel.Ethereum;

namespace Gavel.Contracts.Tests;

/// <summary>A devnet whose L1 is read through a <see cref="SpoilingRpc"/>, and games on it.</summary>
public abstract class GameFixture : IAsyncLifetime
{
    private protected const int Split = 3;
    private protected static readonly CancellationToken None = CancellationToken.None;
    private LocalDevnet? _devnet;
    private ulong _block = 7;

    private protected LocalDevnet Devnet => _devnet!;

    private protected Address Factory => Devnet.Addresses.DisputeGameFactory;

    private protected SpoilingRpc Node { get; private set; } = null!;

    private protected ChainReader L1 { get; private set; } = null!;

    private protected GameReader Reader { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _devnet = await LocalDevnet.StartAsync(new DevnetOptions { InitialL2Blocks = 2, SplitDepth = Split });
        Node = new SpoilingRpc(Devnet.L1.Rpc);
        L1 = new ChainReader(Node);
        Reader = new GameReader(L1);
    }

    public async Task DisposeAsync() => await Devnet.DisposeAsync();

    private protected async Task<BlockRef> HeadAsync() => BlockRef.At((await Devnet.L1.GetBlockAsync(BlockRef.Latest, None)).Hash);

    private protected async Task<ListedGame> CreateAsync(uint type = DevnetGameType.Alphabet)
    {
        ulong block = _block++;
        ReadBatch batch = new(Devnet.L1, BlockRef.Latest);
        Read<UInt256> bond = DisputeGameFactory.InitBond(batch, Factory, type);
        await batch.RunAsync(None);
        ContractCall call = DisputeGameFactory.Create(Factory, type, Keccak256.Hash(BitConverter.GetBytes(block)), block, bond.Value);
        await Devnet.SendAsync(DevnetAccounts.Proposer, call.To, call.Data, call.Value);
        return (await new GameReader(Devnet.L1).ListAsync(Factory, 0, BlockRef.Latest, None))[^1];
    }

    /// <summary>Attacks the newest claim, so many times.</summary>
    private protected async Task AttackAsync(Address game, int moves)
    {
        GameReader reader = new(Devnet.L1);
        GameMetadata metadata = await reader.MetadataAsync(game, BlockRef.Latest, None);
        for (int i = 0; i < moves; i++)
        {
            GameState state = (await reader.StatesAsync([metadata], [], BlockRef.Latest, None))[0];
            Hash32 value = Keccak256.Hash([(byte)i]).WithFirstByte(1);
            ContractCall move = FaultDisputeGame.MoveOn(
                game, (uint)state.Claims.Count - 1, state.Claims[^1].Value, value, isAttack: true, metadata.Rules!.Bonds[state.Claims[^1].Position.Depth + 1]);
            await Devnet.SendAsync(DevnetAccounts.Challenger, move.To, move.Data, move.Value);
        }
    }
}
