using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.TestKit;

namespace Gavel.GameKit;

/// <summary>A devnet with a proxy of faults before its L1, and a book that reads through the proxy.</summary>
public sealed class WatchedDevnet : IAsyncLifetime
{
    private LocalDevnet? _devnet;
    private FaultProxy? _proxy;
    private RpcEndpoint? _endpoint;
    private ulong _block = 7;

    /// <summary>What it is made of.</summary>
    public DevnetOptions Options { get; init; } = new() { InitialL2Blocks = 2 };

    public LocalDevnet Devnet => _devnet!;

    public FaultProxy Proxy => _proxy!;

    /// <summary>L1 as it is seen through the proxy.</summary>
    public ChainReader L1 { get; private set; } = null!;

    public Address Factory => Devnet.Addresses.DisputeGameFactory;

    public async Task InitializeAsync()
    {
        _devnet = await LocalDevnet.StartAsync(Options);
        _proxy = await FaultProxy.StartAsync(Devnet.L1Url);
        _endpoint = new RpcEndpoint(EndpointUrl.Parse(Proxy.Url));
        L1 = new ChainReader(_endpoint);
    }

    public async Task DisposeAsync()
    {
        await _endpoint!.DisposeAsync();
        await Proxy.DisposeAsync();
        await Devnet.DisposeAsync();
    }

    /// <summary>A book of a challenger, the games listed before being none of its business.</summary>
    public GameBook Book(Lines lines, ulong auditInterval = 1000) => new(L1, Factory, [DevnetAccounts.Challenger.Address], auditInterval, lines);

    public async Task<BookUpdate> UpdateAsync(GameBook book) => await book.UpdateAsync(await L1View.OfHeadAsync(L1, default), default);

    public async Task<BookUpdate> UpdateAtNewBlockAsync(GameBook book)
    {
        await Devnet.MineL1Async();
        return await UpdateAsync(book);
    }

    public Task<RpcReceipt> SendAsync(ContractCall call) => Devnet.SendAsync(DevnetAccounts.Users[0], call.To, call.Data, call.Value);

    /// <summary>Attacks a game's root.</summary>
    public async Task AttackAsync(WatchedGame game, string claim)
    {
        GameState state = (await new GameReader(Devnet.L1).StatesAsync([game.Metadata], [], BlockRef.Latest, default))[0];
        await SendAsync(FaultDisputeGame.MoveOn(
            game.Metadata.Game, 0, state.Claims[0].Value, Samples.Hash(claim), isAttack: true, game.Metadata.Rules!.Bonds[1]));
    }

    /// <summary>Creates a game and says where it is.</summary>
    public async Task<Address> CreateAsync(string root)
    {
        ReadBatch batch = new(Devnet.L1, BlockRef.Latest);
        Read<UInt256> bond = DisputeGameFactory.InitBond(batch, Factory, DevnetGameType.Alphabet);
        await batch.RunAsync(default);
        ContractCall call = DisputeGameFactory.Create(Factory, DevnetGameType.Alphabet, Samples.Hash(root), _block++, bond.Value);
        await Devnet.SendAsync(DevnetAccounts.Proposer, call.To, call.Data, call.Value);
        return (await new GameReader(Devnet.L1).ListAsync(Factory, 0, BlockRef.Latest, default))[^1].Game;
    }

    public Task RpcAsync(string method, params System.Text.Json.Nodes.JsonNode[] parameters) =>
        Devnet.L1.Rpc.RequestAsync(new RpcRequest(method, parameters), default);
}
