using Gavel.Devnet;
using Gavel.Ethereum;

namespace Gavel.Contracts.Tests;

/// <summary>One devnet for the tests of a class, each of which makes its own games.</summary>
public sealed class SharedDevnet : IAsyncLifetime
{
    private LocalDevnet? _devnet;

    public LocalDevnet Devnet => _devnet!;

    public ulong NextBlock { get; set; } = 7;

    public async Task InitializeAsync() => _devnet = await LocalDevnet.StartAsync(new DevnetOptions { InitialL2Blocks = 2, SplitDepth = 3 });

    public async Task DisposeAsync() => await Devnet.DisposeAsync();
}

/// <summary>Reads the games of a devnet's L1 through a <see cref="SpoilingRpc"/>.</summary>
public abstract class GameFixture : IClassFixture<SharedDevnet>
{
    private protected static readonly CancellationToken None = CancellationToken.None;
    private readonly SharedDevnet _shared;

    protected GameFixture(SharedDevnet shared)
    {
        ArgumentNullException.ThrowIfNull(shared);
        _shared = shared;
        Node = new SpoilingRpc(Devnet.L1.Rpc);
        L1 = new ChainReader(Node);
        Reader = new GameReader(L1);
    }

    private protected LocalDevnet Devnet => _shared.Devnet;

    private protected Address Factory => Devnet.Addresses.DisputeGameFactory;

    private protected SpoilingRpc Node { get; }

    private protected ChainReader L1 { get; }

    private protected GameReader Reader { get; }

    private protected async Task<BlockRef> HeadAsync() => BlockRef.At((await Devnet.L1.GetBlockAsync(BlockRef.Latest, None)).Hash);

    private protected async Task<ListedGame> CreateAsync(uint type = DevnetGameType.Alphabet)
    {
        ulong block = _shared.NextBlock++;
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
