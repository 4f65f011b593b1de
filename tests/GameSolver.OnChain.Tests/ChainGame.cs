using System.Text;
using System.Text.Json.Nodes;
using Gavel.Contracts;
using Gavel.Contracts.Messages;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.Simulator;

namespace Gavel.GameSolver.OnChain.Tests;

/// <summary>Sends calls to a real game at chosen block times and tells how the contract answered.</summary>
internal sealed class ChainGame(LocalDevnet devnet, Address game)
{
    private const ulong Gas = 3_000_000;
    private static readonly Dictionary<string, Revert> Errors = Enum.GetValues<Revert>().ToDictionary(SelectorOf);

    public Address Address { get; } = game;

    /// <summary>Mines one transaction at a block time; null when it succeeded, else the contract's error.</summary>
    public async Task<Revert?> SendAsync(DevnetAccount from, ContractCall call, ulong time)
    {
        await devnet.L1.Rpc.RequestAsync(new RpcRequest("evm_setNextBlockTimestamp", time), default);
        JsonObject transaction = new()
        {
            ["from"] = from.Address.ToString(),
            ["to"] = call.To.ToString(),
            ["data"] = Hex.Encode(call.Data.Span),
            ["value"] = call.Value.ToQuantity(),
            ["gas"] = Hex.Quantity(Gas),
        };
        RpcValue hash = await AskAsync(new RpcRequest("eth_sendTransaction", transaction));
        RpcReceipt receipt = await ReceiptAsync(hash.Text());
        if (receipt.Succeeded)
        {
            return null;
        }

        // The refused transaction changed nothing, so that the same call on its block meets the same error.
        CallRequest again = new() { From = from.Address, To = call.To, Data = call.Data, Value = call.Value, Gas = Gas };
        CallResult result = (await devnet.L1.CallManyAsync([again], BlockRef.At(receipt.BlockNumber), default))[0];
        Assert.True(result.Revert is not null, $"{call.Name} failed in its transaction and succeeded afterwards");
        string selector = Hex.Encode(result.Revert.RevertData.Span[..Math.Min(4, result.Revert.RevertData.Length)]);
        Assert.True(Errors.TryGetValue(selector, out Revert error), $"{call.Name} was refused with {selector}");
        return error;
    }

    public async Task<IReadOnlyList<Claim>> ClaimsAsync(int count)
    {
        ReadBatch batch = new(devnet.L1, BlockRef.Latest);
        Read<CountAnswer> length = batch.Add<ClaimDataLenFunction, CountAnswer>(Address, new());
        Read<Claim>[] claims = [.. Enumerable.Range(0, count).Select(index => FaultDisputeGame.ClaimData(batch, Address, (uint)index))];
        await batch.RunAsync(default);
        Assert.Equal((ulong)count, length.Value.Value);
        return [.. claims.Select(claim => claim.Value)];
    }

    public async Task<IReadOnlyList<bool>> ResolvedAsync(int count)
    {
        ReadBatch batch = new(devnet.L1, BlockRef.Latest);
        Read<bool>[] reads = [.. Enumerable.Range(0, count)
            .Select(index => GameEffects.SubgameResolved(batch, Address, (uint)index))];
        await batch.RunAsync(default);
        return [.. reads.Select(read => read.Value)];
    }

    public async Task<UInt256> CreditAsync(Address account)
    {
        ReadBatch batch = new(devnet.L1, BlockRef.Latest);
        Read<UInt256> credit = GameEffects.Credit(batch, Address, account);
        await batch.RunAsync(default);
        return credit.Value;
    }

    public async Task<GameStatus> StatusAsync()
    {
        ReadBatch batch = new(devnet.L1, BlockRef.Latest);
        Read<GameStatus> status = GameEffects.Status(batch, Address);
        await batch.RunAsync(default);
        return status.Value;
    }

    /// <summary>Automatic mining answers before the block is there.</summary>
    private async Task<RpcReceipt> ReceiptAsync(string hash)
    {
        for (int attempt = 0; attempt < 2_000; attempt++)
        {
            RpcValue receipt = await AskAsync(new RpcRequest("eth_getTransactionReceipt", hash));
            if (!receipt.IsNull)
            {
                return RpcReceipt.Read(receipt);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1));
        }

        throw new TimeoutException($"transaction {hash} was not mined");
    }

    private async Task<RpcValue> AskAsync(RpcRequest request) => new(await devnet.L1.Rpc.RequestAsync(request, default), request.Method);

    private static string SelectorOf(Revert revert)
    {
        string signature = revert switch
        {
            Revert.ArrayOutOfBounds => "Panic(uint256)",
            Revert.VmReverted => "Error(string)",
            Revert.UnexpectedRootClaim => "UnexpectedRootClaim(bytes32)",
            _ => $"{revert}()",
        };
        Hash32 hash = Keccak256.Hash(Encoding.ASCII.GetBytes(signature));
        return Hex.Encode(Hash32.BytesOf(in hash)[..4]);
    }
}
