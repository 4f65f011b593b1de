using System.Text.Json;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.TestKit.Judges;

namespace Gavel.EndToEnd.Tests.Arena;

/// <summary>What a guardian and other players do to games of 2.x, on a ring of that generation (<see cref="Duel.NewerRingAsync"/>).</summary>
/// <param name="ring">Where.</param>
internal sealed class NewerGames(Ring ring)
{
    public const uint Type = DevnetGameType.CannonKona;
    public const int FinalitySeconds = 40;

    private DevnetAddresses Addresses => ring.Devnet.Addresses;

    /// <summary>Pauses or resumes all chains.</summary>
    public Task PauseAsync(bool paused, CancellationToken cancellationToken) =>
        GuardAsync(Addresses.SuperchainConfig, paused ? "pause(address)" : "unpause(address)", a => a.Address(Address.Zero), cancellationToken);

    public Task BlacklistAsync(GameMetadata game, CancellationToken cancellationToken) =>
        GuardAsync(Addresses.AnchorStateRegistry, "blacklistDisputeGame(address)", a => a.Address(game.Game), cancellationToken);

    /// <summary>Retires every game that exists now.</summary>
    public Task RetireAsync(CancellationToken cancellationToken) =>
        GuardAsync(Addresses.AnchorStateRegistry, "updateRetirementTimestamp()", _ => { }, cancellationToken);

    /// <summary>Changes the respected type.</summary>
    public Task RespectAsync(uint type, CancellationToken cancellationToken) =>
        GuardAsync(Addresses.AnchorStateRegistry, "setRespectedGameType(uint32)", a => a.UInt32(type), cancellationToken);

    /// <summary>The anchor's root and block.</summary>
    public async Task<(Hash32 Root, ulong Block)> AnchorAsync(CancellationToken cancellationToken)
    {
        CallRequest call = new() { To = Addresses.AnchorStateRegistry, Data = new AbiFunction("getAnchorRoot()").Encode() };
        AbiDecoder answer = new(await ring.Devnet.L1.CallAsync(call, BlockRef.Latest, cancellationToken));
        return (answer.Bytes32(), answer.UInt64());
    }

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

    private Task<RpcReceipt> GuardAsync(Address contract, string function, Action<AbiEncoder> arguments, CancellationToken cancellationToken) =>
        ring.Devnet.SendAsync(DevnetAccounts.Guardian, contract, new AbiFunction(function).Encode(arguments), cancellationToken: cancellationToken);
}
