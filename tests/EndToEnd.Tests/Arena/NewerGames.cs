using System.Text.Json;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.TestKit;
using AbiEncoder = Gavel.TestKit.Judges.AbiEncoder;
using AbiFunction = Gavel.TestKit.Judges.AbiFunction;

namespace Gavel.EndToEnd.Tests.Arena;

/// <summary>Our stand-in for games of 2.x, offered by the devnet's factory under a type of its own. It runs on the AlphabetVM.</summary>
/// <param name="ring">Where.</param>
/// <param name="registry">The stand-in for the anchor state registry.</param>
internal sealed class NewerGames(Ring ring, Address registry)
{
    public const uint Type = 8;
    public const int FinalitySeconds = 40;
    private const ulong MaxClock = 300;
    private static readonly UInt256 InitBond = 80_000_000_000_000_000;

    /// <summary>Deploys registry and implementation, and registers the type.</summary>
    public static async Task<NewerGames> DeployAsync(Ring ring, CancellationToken cancellationToken)
    {
        LocalDevnet devnet = ring.Devnet;
        Hash32 anchor = await ring.OutputAsync(1, cancellationToken);
        Address registry = await CreateAsync(devnet, "RegistryStandIn", a => a.UInt64(FinalitySeconds), cancellationToken);
        Address game = await CreateAsync(
            devnet,
            "DisputeGameStandIn",
            a => a.UInt32(Type).Bytes32(DevnetGameType.AlphabetPrestate)
                .UInt64(devnet.Options.SplitDepth + 4).UInt64(devnet.Options.SplitDepth).UInt64(30).UInt64(MaxClock)
                .UInt64((ulong)devnet.Options.ChallengePeriod.TotalSeconds)
                .Address(devnet.Addresses.AlphabetVms[DevnetGameType.AlphabetPrestate]).Address(devnet.Addresses.DelayedWeth).Address(registry)
                .UInt64(devnet.Options.L2ChainId).Bytes32(anchor).UInt64(1),
            cancellationToken);
        Address factory = devnet.Addresses.DisputeGameFactory;
        await CallAsync(devnet, DevnetAccounts.Owner, factory, "setInitBond(uint32,uint256)", a => a.UInt32(Type).UInt(InitBond), cancellationToken);
        await CallAsync(devnet, DevnetAccounts.Owner, factory, "setImplementation(uint32,address)", a => a.UInt32(Type).Address(game), cancellationToken);
        return new NewerGames(ring, registry);
    }

    /// <summary>Tells Gavel which VM the type runs on.</summary>
    public static void Configure(ChainOptions chain) => chain.Cannon.AlphabetGameTypes.Add(Type);

    public Task PauseAsync(bool paused, CancellationToken cancellationToken) =>
        CallAsync(ring.Devnet, DevnetAccounts.Guardian, registry, "setPaused(bool)", a => a.Bool(paused), cancellationToken);

    public Task BlacklistAsync(GameMetadata game, CancellationToken cancellationToken) =>
        CallAsync(ring.Devnet, DevnetAccounts.Guardian, registry, "blacklistDisputeGame(address)", a => a.Address(game.Game), cancellationToken);

    /// <summary>Attacks a claim as an account.</summary>
    public async Task AttackAsync(DevnetAccount from, GameMetadata game, uint claim, Hash32 value, CancellationToken cancellationToken)
    {
        GameState state = await ring.StateAsync(game, cancellationToken);
        UInt256 bond = game.Rules!.Bonds[state.Claims[(int)claim].Position.Depth + 1];
        ContractCall call = FaultDisputeGame.MoveOn(game.Game, claim, state.Claims[(int)claim].Value, value, isAttack: true, bond);
        await ring.Devnet.SendAsync(from, call.To, call.Data, call.Value, cancellationToken: cancellationToken);
    }

    /// <summary>How often an account has called a function of the game since a block, successfully.</summary>
    public async Task<int> CallsAsync(GameMetadata game, Address from, AbiFunction function, ulong since, CancellationToken cancellationToken)
    {
        int calls = 0;
        ulong head = await ring.Devnet.L1.GetBlockNumberAsync(cancellationToken);
        for (ulong number = since + 1; number <= head; number++)
        {
            using JsonDocument block = JsonDocument.Parse(
                (await ring.Devnet.L1.Rpc.RequestAsync(new RpcRequest("eth_getBlockByNumber", Hex.Quantity(number), true), cancellationToken)).GetRawText());
            foreach (JsonElement transaction in block.RootElement.GetProperty("transactions").EnumerateArray())
            {
                if (transaction.GetProperty("to").GetString() is { } to && Address.Parse(to) == game.Game
                    && Address.Parse(transaction.GetProperty("from").GetString()!) == from
                    && function.IsCalledBy(Hex.Decode(transaction.GetProperty("input").GetString()!))
                    && (await ring.Devnet.L1.FindReceiptAsync(Hash32.Parse(transaction.GetProperty("hash").GetString()!), cancellationToken))!.Succeeded)
                {
                    calls++;
                }
            }
        }

        return calls;
    }

    private static async Task<Address> CreateAsync(LocalDevnet devnet, string name, Action<AbiEncoder> arguments, CancellationToken cancellationToken)
    {
        using JsonDocument artifact = JsonDocument.Parse(await File.ReadAllBytesAsync(Checkout.PathOf("devnet", "artifacts", $"{name}.json"), cancellationToken));
        byte[] code = Hex.Decode(artifact.RootElement.GetProperty("bytecode").GetProperty("object").GetString()!);
        RpcReceipt receipt = await devnet.SendAsync(
            DevnetAccounts.Guardian, null, (byte[])[.. code, .. AbiEncoder.Encode(arguments)], cancellationToken: cancellationToken);
        return receipt.ContractAddress ?? throw new InvalidOperationException($"{name} was not created");
    }

    private static Task<RpcReceipt> CallAsync(
        LocalDevnet devnet, DevnetAccount from, Address to, string function, Action<AbiEncoder> arguments, CancellationToken cancellationToken) =>
        devnet.SendAsync(from, to, new AbiFunction(function).Encode(arguments), cancellationToken: cancellationToken);
}
