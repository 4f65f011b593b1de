using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.GameSolver;
using Gavel.Sending;
using Gavel.TestKit;

namespace Gavel.Intents.Tests;

/// <summary>
/// A transaction in flight is taken back only where the chain shows at two heads that it is unwanted. Before, one garbled answer took a
/// good one back.
/// </summary>
public sealed class IntentGuardTests(WatchedDevnet net) : IClassFixture<WatchedDevnet>, IDisposable
{
    private const string ClaimData = "0xc6f0308c";
    private const string Status = "0x200d2ed2";
    private const string Claims = "0xeff0f592"; // claims(bytes32)
    private ulong _id;

    private FaultProxy Proxy => net.Proxy;

    public void Dispose() => Proxy.Clear();

    [Theory]
    [InlineData(ClaimData, "0x")]
    [InlineData(ClaimData, "0x00")]
    [InlineData(Status, "0x")]
    [InlineData(Status, "0x00000000000000000000000000000000000000000000000000000000000001ff")]
    [InlineData(Claims, "0x0000000000000000000000000000000000000000000000000000000000000007")]
    [InlineData(Claims, "invalid opcode: INVALID")]
    [InlineData(ClaimData, "out of gas")]
    [InlineData(ClaimData, "execution reverted")]
    public async Task AnswerThatSaysNothing_IsNoReasonToTakeAMoveBack(string selector, string answer)
    {
        (OutboxEntry entry, _) = await MoveAsync($"{selector} {answer}", parent: 0);
        IntentGuard guard = new(net.L1);
        Assert.Equal(IntentStanding.Wanted, (await CheckAsync(guard, entry)).Standing);
        Proxy.Instead(
            call => call.Selector == selector,
            call => answer.StartsWith("0x", StringComparison.Ordinal) ? call.Result(answer) : call.Error(answer.Contains("revert", StringComparison.Ordinal) ? 3 : -32000, answer));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(IntentStanding.Unknown, (await CheckAsync(guard, entry)).Standing);
            await net.Devnet.MineL1Async();
        }

        Proxy.Clear();
        Assert.Equal(IntentStanding.Wanted, (await CheckAsync(guard, entry)).Standing);
    }

    // What reads well may still be of another moment.
    [Fact]
    public async Task GameThatSeemsOverAtOneHead_IsAskedOnceMore()
    {
        (OutboxEntry entry, _) = await MoveAsync("seems over", parent: 0);
        IntentGuard guard = new(net.L1);
        Proxy.Instead(call => call.Selector == Status, call => call.Result($"0x{"1".PadLeft(64, '0')}"));
        Assert.Equal(IntentStanding.Doubtful, (await CheckAsync(guard, entry)).Standing);
        Assert.Equal(IntentStanding.Doubtful, (await CheckAsync(guard, entry)).Standing); // the same head
        Proxy.Clear();
        await net.Devnet.MineL1Async();
        Assert.Equal(IntentStanding.Wanted, (await CheckAsync(guard, entry)).Standing);
        Proxy.Instead(call => call.Selector == Status, call => call.Result($"0x{"1".PadLeft(64, '0')}"));
        await net.Devnet.MineL1Async();
        Assert.Equal(IntentStanding.Doubtful, (await CheckAsync(guard, entry)).Standing); // counted anew
    }

    [Fact]
    public async Task ClaimThatIsNotThere_MakesAMoveUnwanted_AtTheSecondHead()
    {
        (OutboxEntry entry, Address game) = await MoveAsync("claim that is gone", parent: 5);
        IntentGuard guard = new(net.L1);
        Assert.Equal(IntentStanding.Doubtful, (await CheckAsync(guard, entry)).Standing);
        await net.Devnet.MineL1Async();
        IntentVerdict verdict = await CheckAsync(guard, entry);
        Assert.Equal(IntentStanding.Unwanted, verdict.Standing);
        Assert.Contains($"game {game} has 1 claims", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TargetWithoutCode_MakesEveryKindUnwanted_AtTheSecondHead()
    {
        Address nowhere = Address.Parse("0x00000000000000000000000000000000000a11ce");
        IntentGuard guard = new(net.L1);
        OutboxEntry[] entries = [.. Enum.GetValues<IntentKind>().Where(kind => kind != IntentKind.CreateGame).Select(kind => Entry(new IntentKey(1, kind, nowhere), nowhere))];
        foreach (OutboxEntry entry in entries)
        {
            Assert.Equal(IntentStanding.Doubtful, (await CheckAsync(guard, entry)).Standing);
        }

        await net.Devnet.MineL1Async();
        foreach (OutboxEntry entry in entries)
        {
            Assert.Equal(IntentStanding.Unwanted, (await CheckAsync(guard, entry)).Standing);
        }
    }

    // The same address, another game: what was decided of the one is not sent into the other. Its journal keys of before know no head.
    [Fact]
    public async Task OtherGameAtTheAddress_MakesEveryKindUnwanted_AtTheSecondHead()
    {
        Address game = await net.CreateAsync("L1 head");
        Hash32 head = (await new GameReader(net.L1).MetadataAsync(game, BlockRef.Latest, default)).L1Head;
        ClaimId posted = new(new Position(2), Samples.Hash("claim on L1 head"), 0);
        IntentKey[] keys =
        [
            IntentKey.OfMove(1, game, posted, Samples.Hash("L1 head"), head),
            new(1, IntentKind.ResolveClaim, game, L1Head: head),
            new(1, IntentKind.ResolveGame, game, L1Head: head),
            new(1, IntentKind.LocalData, (await new GameReader(net.L1).MetadataAsync(game, BlockRef.Latest, default)).Rules!.Oracle, L1Head: head),
            new(1, IntentKind.ChallengeBlock, game, L1Head: head),
        ];
        IntentGuard guard = new(net.L1);
        OutboxEntry[] right = [.. keys.Select(key => Entry(key, game))];
        OutboxEntry[] wrong = [.. keys.Select(key => Entry(key with { L1Head = Samples.Hash("lost fork") }, game))];
        OutboxEntry[] former = [.. keys.Select(key => Entry(key with { L1Head = default }, game))];
        foreach (OutboxEntry entry in right.Concat(former))
        {
            Assert.Equal(IntentStanding.Wanted, (await CheckAsync(guard, entry)).Standing);
        }

        foreach (OutboxEntry entry in wrong)
        {
            Assert.Equal(IntentStanding.Doubtful, (await CheckAsync(guard, entry)).Standing);
        }

        await net.Devnet.MineL1Async();
        foreach (OutboxEntry entry in wrong)
        {
            IntentVerdict verdict = await CheckAsync(guard, entry);
            Assert.Equal(IntentStanding.Unwanted, verdict.Standing);
            Assert.Contains("another game has taken the address", verdict.Reason, StringComparison.Ordinal);
        }
    }

    private async Task<(OutboxEntry Entry, Address Game)> MoveAsync(string root, uint parent)
    {
        Address game = await net.CreateAsync(root);
        ClaimId posted = new(new Position(2), Samples.Hash($"claim on {root}"), parent);
        return (Entry(IntentKey.OfMove(1, game, posted, Samples.Hash(root), default), game), game);
    }

    private OutboxEntry Entry(IntentKey key, Address target) => new()
    {
        Id = ++_id,
        Intent = new Intent { Key = key.Encode(), Target = target, Calldata = FaultDisputeGame.MoveOn(target, 0, default, default, isAttack: true, UInt256.One).Data, Value = UInt256.One },
        EnqueuedAt = DateTimeOffset.UnixEpoch,
        ChangedAt = DateTimeOffset.UnixEpoch,
    };

    private async Task<IntentVerdict> CheckAsync(IntentGuard guard, OutboxEntry entry) =>
        await guard.CheckAsync(entry, await net.Devnet.L1.GetBlockAsync(BlockRef.Latest, default), default);
}
