using System.Text.Json;
using Gavel.Devnet;
using Gavel.Ethereum;
using Xunit.Abstractions;

namespace Gavel.Contracts.Tests;

/// <summary>
/// A whole game of the real contracts, every call rehearsed on the block before it is mined: the receipt's gas and logs are those of the
/// rehearsal, and what the node's <c>eth_call</c> reverts with is what the rehearsal reverts with.
/// </summary>
public sealed class RehearsalTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Split = 3;
    private const int MaxDepth = Split + 4;
    private const byte DisputedBlockNumber = 4;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly SortedDictionary<string, (ulong Gas, double Milliseconds, int Requests, int RoundTrips)> _seen = [];
    private LocalDevnet? _devnet;
    private Rehearser? _rehearser;

    private LocalDevnet Devnet => _devnet!;

    public async Task InitializeAsync()
    {
        _devnet = await LocalDevnet.StartAsync(new DevnetOptions { InitialL2Blocks = 2, SplitDepth = Split });
        _rehearser = new Rehearser(Devnet.L1.Rpc, Patient, TimeProvider.System);
    }

    public async Task DisposeAsync() => await Devnet.DisposeAsync();

    // A busy machine must not make a call "not rehearsed": here the result counts, not the time.
    private static RehearsalLimits Patient { get; } = new() { Time = TimeSpan.FromSeconds(60) };

    [Fact]
    public async Task AGame_IsRehearsedAsItIsMined()
    {
        Address factory = Devnet.Addresses.DisputeGameFactory;
        ReadBatch batch = new(Devnet.L1, BlockRef.Latest);
        Read<UInt256> bond = DisputeGameFactory.InitBond(batch, factory, DevnetGameType.Alphabet);
        await batch.RunAsync(None);
        Hash32 root = Keccak256.Hash("a root"u8);
        ContractCall create = DisputeGameFactory.Create(factory, DevnetGameType.Alphabet, root, 7, bond.Value);
        await RevertsAsync(create with { Value = bond.Value + 1UL }, "0x8620aa19"); // IncorrectBondAmount()
        await MinedAsync(create);
        await RevertsAsync(create, "0x014f6fe5"); // GameAlreadyExists(bytes32)
        ListedGame listed = (await new GameReader(Devnet.L1).ListAsync(factory, 0, BlockRef.Latest, None))[^1];
        GameMetadata game = await new GameReader(Devnet.L1).MetadataAsync(listed, BlockRef.Latest, None);

        // The left edge: claim i is at depth i, and the last one at the first leaf of an execution game.
        List<Hash32> values = [root];
        for (int depth = 1; depth <= MaxDepth; depth++)
        {
            values.Add(Keccak256.Hash([(byte)depth]).WithFirstByte(1));
            ContractCall attack = Move(game, (uint)depth - 1, values[depth - 1], values[depth], isAttack: true, depth);
            if (depth == 2)
            {
                await RevertsAsync(attack with { Value = attack.Value - 1UL }, "0x8620aa19"); // IncorrectBondAmount()
                await RevertsAsync(Move(game, 1, root, values[2], isAttack: true, depth), "0x30140332"); // InvalidDisputedClaimIndex()
                await RevertsAsync(Move(game, 9, root, values[2], isAttack: true, depth), "0x4e487b71"); // Panic(0x32)
                await RevertsAsync(Move(game, 0, root, values[2], isAttack: false, 1), "0xa42637bc"); // CannotDefendRootClaim()
            }

            await MinedAsync(attack);
            if (depth == 2)
            {
                await RevertsAsync(attack, "0x80497e3b"); // ClaimAlreadyExists()
            }
        }

        await MinedAsync(Move(game, 1, values[1], Keccak256.Hash("a defence"u8), isAttack: false, 2));
        await RevertsAsync(Move(game, MaxDepth, values[^1], root, isAttack: true, MaxDepth), "0x56f57b2b"); // GameDepthExceeded()
        await RevertsAsync(FaultDisputeGame.ResolveClaim(game.Game, 0, 0), "0xf2440b53"); // ClockNotExpired()

        byte[] preimage = Enumerable.Range(0, 4096).Select(i => (byte)(i * 7)).ToArray();
        await MinedAsync(PreimageOracle.LoadKeccak(game.Rules!.Oracle, 40, preimage));
        await RevertsAsync(PreimageOracle.LoadKeccak(game.Rules.Oracle, 5000, preimage), "0xfe254987"); // PartOffsetOOB()
        byte[] prestate = new byte[32];
        prestate[31] = 0x60;
        ContractCall step = FaultDisputeGame.Step(game.Game, MaxDepth, isAttack: true, prestate, default);
        await RevertsAsync(step, "0x08c379a0"); // Error("pre-image must exist")
        await MinedAsync(FaultDisputeGame.AddLocalData(game.Game, DisputedBlockNumber, MaxDepth, 0));
        await RevertsAsync(FaultDisputeGame.Step(game.Game, MaxDepth, isAttack: true, new byte[32], default), "0x696550ff"); // InvalidPrestate()
        await MinedAsync(step);
        await RevertsAsync(step, "0x9071e6af"); // DuplicateStep()

        await Devnet.WarpAsync(TimeSpan.FromSeconds(301));
        await RevertsAsync(Move(game, 2, values[2], Keccak256.Hash("late"u8), isAttack: true, 3), "0x3381d114"); // ClockTimeExceeded()
        await RevertsAsync(FaultDisputeGame.ResolveClaim(game.Game, 0, 0), "0x9a076646"); // OutOfOrderResolution()
        await RevertsAsync(FaultDisputeGame.Resolve(game.Game), "0x9a076646");
        await MinedAsync(FaultDisputeGame.ResolveClaim(game.Game, MaxDepth + 1, 0));
        for (int claim = MaxDepth; claim >= 0; claim--)
        {
            await MinedAsync(FaultDisputeGame.ResolveClaim(game.Game, (uint)claim, 0));
        }

        await RevertsAsync(FaultDisputeGame.ResolveClaim(game.Game, 1, 0), "0xf1a94581"); // ClaimAlreadyResolved()
        await MinedAsync(FaultDisputeGame.Resolve(game.Game));
        await RevertsAsync(Move(game, 2, values[2], root, isAttack: true, 3), "0x67fe1950"); // GameNotInProgress()
        ContractCall credit = FaultDisputeGame.ClaimCredit(game.Game, DevnetAccounts.Challenger.Address);
        await RevertsAsync(credit, "0x08c379a0"); // Error("DelayedWETH: withdrawal delay not met")
        await Devnet.WarpAsync(TimeSpan.FromSeconds(31));
        await MinedAsync(credit); // clears storage: the receipt's gas is after refunds
        await RevertsAsync(credit, null);
        Assert.Empty(_rehearser!.Dangers);
        foreach ((string name, (ulong gas, double milliseconds, int requests, int roundTrips)) in _seen)
        {
            output.WriteLine($"{name}: {gas} gas, {milliseconds:0.0} ms, {requests} requests in {roundTrips} round trips");
        }
    }

    [Fact]
    public async Task State_IsPrefetched_WhateverTheNodeKnows()
    {
        Address factory = Devnet.Addresses.DisputeGameFactory;
        ReadBatch batch = new(Devnet.L1, BlockRef.Latest);
        Read<UInt256> bond = DisputeGameFactory.InitBond(batch, factory, DevnetGameType.Alphabet);
        await batch.RunAsync(None);
        ContractCall create = DisputeGameFactory.Create(factory, DevnetGameType.Alphabet, Keccak256.Hash("another root"u8), 7, bond.Value);

        Rehearsal withList = await RehearseAsync(_rehearser!, create);
        Rehearser noLists = new(new Without("eth_createAccessList", Devnet.L1.Rpc), Patient, TimeProvider.System);
        Rehearsal first = await RehearseAsync(noLists, create);
        await Devnet.MineL1Async();
        Rehearsal second = await RehearseAsync(noLists, create);
        Rehearsal sameBlock = await RehearseAsync(noLists, create);
        foreach (Rehearsal rehearsal in (Rehearsal[])[withList, first, second, sameBlock])
        {
            Assert.IsType<Succeeded>(rehearsal);
            Assert.False(rehearsal.ContradictsNode);
            output.WriteLine($"{rehearsal.Requests} requests in {rehearsal.RoundTrips} round trips, {rehearsal.Elapsed.TotalMilliseconds:0.0} ms");
        }

        // With a list: what can be asked blindly, what the list tells, and the little that it does not (balances and nonces of called accounts).
        Assert.InRange(withList.RoundTrips, 2, 8);
        Assert.InRange(second.RoundTrips, 2, first.RoundTrips / 2);
        Assert.Equal(1, sameBlock.RoundTrips); // the node's own word alone; all state is there
    }

    private static ContractCall Move(GameMetadata game, uint parent, Hash32 parentValue, Hash32 value, bool isAttack, int depth) =>
        FaultDisputeGame.MoveOn(game.Game, parent, parentValue, value, isAttack, game.Rules!.Bonds[depth]);

    private async Task<Rehearsal> RehearseAsync(Rehearser rehearser, ContractCall call)
    {
        Hash32 head = (await Devnet.L1.GetBlockAsync(BlockRef.Latest, None)).Hash;
        return await rehearser.RehearseAsync(
            new RehearsalCall { From = DevnetAccounts.Challenger.Address, To = call.To, Data = call.Data, Value = call.Value, Block = head }, None);
    }

    private async Task MinedAsync(ContractCall call)
    {
        // A rehearsal has the time of its block. In the block of the call before, DelayedWETH's time of unlocking would be that very time,
        // and writing it again cheaper than it will be. Blocks of one second share their time.
        await Devnet.L1.Rpc.RequestAsync(new RpcRequest("evm_increaseTime", "0x2"), None);
        await Devnet.MineL1Async();
        Rehearsal rehearsal = await RehearseAsync(_rehearser!, call);
        Succeeded rehearsed = Assert.IsType<Succeeded>(rehearsal);
        Assert.Equal(NodeOutcomeKind.Output, rehearsal.Node!.Kind);
        Assert.False(rehearsal.ContradictsNode);
        RpcReceipt receipt = await Devnet.SendAsync(DevnetAccounts.Challenger, call.To, call.Data, call.Value);
        Assert.True(receipt.Succeeded);
        Assert.True(receipt.GasUsed == rehearsed.GasUsed, $"{call.Name}: {receipt.GasUsed} gas mined, {rehearsed.GasUsed} rehearsed");
        Assert.Equal(receipt.Logs.Select(Shown), rehearsed.Logs.Select(log => Rehearsed(log.Address, log.Topics, log.Data)));
        _seen[call.Name] = (rehearsed.GasUsed, rehearsal.Elapsed.TotalMilliseconds, rehearsal.Requests, rehearsal.RoundTrips);

        static string Rehearsed(Address address, IEnumerable<Hash32> topics, ReadOnlyMemory<byte> data) => $"{address} {string.Join(' ', topics)} {Hex.Encode(data.Span)}";
    }

    private static string Shown(RpcLog log) => $"{log.Address} {string.Join(' ', log.Topics)} {Hex.Encode(log.Data.Span)}";

    private async Task RevertsAsync(ContractCall call, string? selector)
    {
        Rehearsal rehearsal = await RehearseAsync(_rehearser!, call);
        Reverted reverted = Assert.IsType<Reverted>(rehearsal);
        Assert.Equal(NodeOutcomeKind.Revert, rehearsal.Node!.Kind);
        Assert.Equal(Hex.Encode(rehearsal.Node.Data.Span), Hex.Encode(reverted.Data.Span));
        if (selector is not null)
        {
            Assert.StartsWith(selector, Hex.Encode(reverted.Data.Span), StringComparison.Ordinal);
        }
    }

    // A node that lacks a method.
    private sealed class Without(string method, IJsonRpc inner) : IJsonRpc
    {
        public Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) =>
            request.Method == method ? throw Missing() : inner.RequestAsync(request, cancellationToken);

        public async Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
        {
            RpcRequest[] known = [.. requests.Where(request => request.Method != method)];
            Queue<RpcReply> replies = new(await inner.BatchAsync(known, cancellationToken));
            return [.. requests.Select(request => request.Method == method ? new RpcReply(Missing()) : replies.Dequeue())];
        }

        private static RpcException Missing() => new(RpcErrorKind.NodeError, "the method does not exist") { Code = -32601 };
    }
}
