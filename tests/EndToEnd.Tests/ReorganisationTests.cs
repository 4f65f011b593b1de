using System.Text.Json;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.EndToEnd.Tests.Arena;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.Intents;
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
