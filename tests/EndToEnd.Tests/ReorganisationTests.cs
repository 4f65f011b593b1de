using System.Text.Json;
using Gavel.Agent.Demo;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.Intents;
using Gavel.Rollup;
using Gavel.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gavel.EndToEnd.Tests;

/// <summary>What an L1 reorganisation takes away is forgotten, what it brings is seen.</summary>
public sealed class ReorganisationTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task OtherGameAtTheSameAddress_IsJudgedByItsOwnBlockAndHead()
    {
        await using Ring ring = await Duel.RingAsync(None);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None);
        GameMetadata before = await ring.CreateGameAsync(
            DevnetAccounts.Proposer, DevnetGameType.Alphabet, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);
        await ring.UntilAsync("the first game is judged", () => Task.FromResult(Judged(ring, before.L1Head)), None);
        await RollBackAsync(ring.Devnet);
        GameMetadata after = await ring.CreateGameAsync(
            DevnetAccounts.Proposer, DevnetGameType.Alphabet, await ring.OutputAsync(Duel.Block - 2, None), Duel.Block - 2, None);
        Assert.Equal(before.Game, after.Game);
        await ring.UntilAsync(
            "the second game is judged", () => Task.FromResult(ring.Lines.Has($"block {Duel.Block - 2}): Valid") || ring.Lines.Has("Invalid")), None);
        await Task.Delay(2000, None);
        Assert.Single((await ring.StateAsync(after, None)).Claims);
        Assert.False(ring.Lines.Has("Invalid"), ring.Lines.ToString());
    }

    // The same type, root and block come back with another L1 head: by CREATE (1.2.0) to the same address, by CREATE2 (2.x) to another, since the head is
    // part of the clone's code. The block was not derivable by the first head and is by the second, so that what was decided of the first is wrong of the
    // second; and at an address without code a bond would be lost.
    [Theory]
    [InlineData(DevnetGeneration.V1)]
    [InlineData(DevnetGeneration.V2)]
    public async Task SameGameWithAnotherL1Head_GetsNoMoveThatWasDecidedUnderTheOldOne(DevnetGeneration generation)
    {
        bool isNewer = generation == DevnetGeneration.V2;
        uint type = isNewer ? DevnetGameType.CannonKona : DevnetGameType.Cannon;
        await using Ring ring = isNewer ? await Duel.NewerRingAsync(None) : await Duel.RingAsync(None);
        await using FaultProxy sending = await FaultProxy.StartAsync(ring.Devnet.L1Url);
        sending.Fail("eth_sendRawTransaction", -32000, "the pool is full");
        ring.Devnet.Batcher.Pause();
        ulong block = await ring.Devnet.MineL2Async();
        Hash32 root = await OutputAsync(ring.Devnet, block);
        ulong start = await ring.Devnet.L1.GetBlockNumberAsync(None);
        GameMetadata before = await ring.CreateGameAsync(DevnetAccounts.Proposer, type, root, block, None);
        await ring.Devnet.MineL1Async(2);
        await ring.StartGavelAsync(DevnetAccounts.Challenger, None, chain =>
        {
            chain.Sending.Endpoints.Add(sending.Url);
            chain.Sending.ResubmitSeconds = 1;
        });
        await ring.UntilAsync("the attack on the first game is offered", () => Task.FromResult(sending.Count("eth_sendRawTransaction") > 0), None);

        ulong head = await ring.Devnet.L1.GetBlockNumberAsync(None);
        await ring.Devnet.L1.Rpc.RequestAsync(new("anvil_rollback", head - start), None);
        await ring.Devnet.Batcher.ResumeAsync(None);
        GameMetadata after = await ring.CreateGameAsync(DevnetAccounts.Proposer, type, root, block, None);
        Assert.NotEqual(before.L1Head, after.L1Head);
        Assert.Equal(isNewer, before.Game != after.Game);
        sending.Clear();

        // Another false root shows that moves are sent again, those that were decided first before it. What is in flight is taken back by two heads.
        GameMetadata other = await ring.CreateGameAsync(DevnetAccounts.Dishonest, type, FalseTrace.FalseOutput(block), block, None);
        await ring.UntilAsync(
            "the other game is attacked",
            async () => await ring.Devnet.MineL1Async() > 0 && (await ring.StateAsync(other, None)).Claims.Count == 2,
            None);
        await ring.UntilAsync("the second game is judged", () => Task.FromResult(ring.Lines.Has($"{after.Game} (type {after.GameType}, block {block}): Valid")), None);
        await ring.UntilAsync("nothing is wanted", () => Task.FromResult(ring.Reports.Values.All(report => report.Planned == 0)), None);
        Assert.Single((await ring.StateAsync(after, None)).Claims);
        Assert.Equal(UInt256.Zero, await ring.Devnet.L1.GetBalanceAsync(before.Game, BlockRef.Latest, None)); // bonds lie in DelayedWETH
        Assert.True(ring.Lines.Has($"{before.Game} (type {before.GameType}, block {block}): Invalid"), ring.Lines.ToString());
    }

    [Fact]
    public async Task GameOfAForkOnWhichAnUpdateFailed_GivesWayToTheOneThatTookItsIndex()
    {
        await using Ring ring = await Duel.RingAsync(None);
        FaultyRpc rpc = new(ring.Devnet.L1.Rpc);
        ChainReader l1 = new(rpc);
        GameBook book = new(l1, ring.Devnet.Addresses.DisputeGameFactory, [DevnetAccounts.Challenger.Address], 300, NullLogger.Instance);
        await book.UpdateAsync(await L1View.OfHeadAsync(l1, None), None);
        GameMetadata lost = await ring.CreateGameAsync(DevnetAccounts.Proposer, DevnetGameType.Alphabet, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);
        rpc.FailsBatchesWith = "0x8980e0cc"; // claimDataLen: the game is listed, its state cannot be read
        await Assert.ThrowsAsync<RpcException>(async () => await book.UpdateAsync(await L1View.OfHeadAsync(l1, None), None));
        rpc.FailsBatchesWith = null;
        await RollBackAsync(ring.Devnet);
        GameMetadata found = await ring.CreateGameAsync(DevnetAccounts.Proposer, DevnetGameType.Cannon, await ring.OutputAsync(Duel.Block, None), Duel.Block, None);
        BookUpdate update = await book.UpdateAsync(await L1View.OfHeadAsync(l1, None), None);
        Assert.True(update.WasReorg);
        WatchedGame watched = Assert.Single(book.Games);
        Assert.Equal((found.GameType, found.L1Head), (watched.Metadata.GameType, watched.Metadata.L1Head));
        Assert.NotEqual(lost.GameType, watched.Metadata.GameType);
        Assert.Equal(1, book.Listed);
    }

    [Fact]
    public void MovesAgainstDifferentClaimsAtOneIndex_AreDifferentIntents()
    {
        ClaimId move = new(new Position(2), Keccak256.Hash([1]), 0);
        IntentKey one = IntentKey.OfMove(1, default, move, Keccak256.Hash([2]), default);
        IntentKey other = IntentKey.OfMove(1, default, move, Keccak256.Hash([3]), default);
        Assert.NotEqual(Hex.Encode(one.Encode()), Hex.Encode(other.Encode()));
        Assert.Equal(one, IntentKey.Decode(one.Encode()));
    }

    private static bool Judged(Ring ring, Hash32 l1Head) =>
        ring.Reports.Values.Any(report => report.Judgements.Values.Any(judgement => judgement.Verdict.Because.Contains(l1Head.ToString(), StringComparison.Ordinal)));

    // Of a block that no batch has told L1 of yet.
    private static async Task<Hash32> OutputAsync(LocalDevnet devnet, ulong number)
    {
        BlockHeader header = (await devnet.L2.GetBlockAsync(BlockRef.At(number), None)).ReadHeader();
        AccountProof proof = await devnet.L2.GetProofAsync(OutputRoot.MessagePasser, [], BlockRef.At(header.Hash), None);
        return OutputRoot.Compute(header.StateRoot, proof.State.StorageRoot, header.Hash);
    }

    private static async Task RollBackAsync(LocalDevnet devnet) => await devnet.L1.Rpc.RequestAsync(new("anvil_rollback", 1), None);

    /// <summary>A node that breaks off batches in which a selector occurs.</summary>
    private sealed class FaultyRpc(IJsonRpc inner) : IJsonRpc
    {
        public string? FailsBatchesWith { get; set; }

        public Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) => inner.RequestAsync(request, cancellationToken);

        public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken) =>
            FailsBatchesWith is { } selector && requests.Any(request => request.Parameters.Any(parameter => parameter!.ToJsonString().Contains(selector, StringComparison.Ordinal)))
                ? throw new RpcException(RpcErrorKind.Network, "connection reset")
                : inner.BatchAsync(requests, cancellationToken);
    }
}
