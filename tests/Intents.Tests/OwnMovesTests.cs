using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.GameSolver;
using Gavel.Rollup;
using Gavel.Sending;

namespace Gavel.Intents.Tests;

/// <summary>Whatever nodes say later, we counter no claim of our own and post no second value for a position, also after a restart.</summary>
public sealed class OwnMovesTests : IDisposable
{
    private static readonly Address Us = Address.Parse("0x1111111111111111111111111111111111111111");
    private static readonly Address Liar = Address.Parse("0x2222222222222222222222222222222222222222");
    private static readonly GameMetadata Metadata = Samples.Game(GameGeneration.V1, 13);
    private static readonly L1View View = new(new BlockId(Samples.Hash("block"), 100), 1_000_000, Samples.Hash("parent"));
    private static readonly MoveAction Attack = new(0, true, Position.Root.Attack(), Samples.Hash("ours"));
    private static readonly MoveAction Other = Attack with { Value = Samples.Hash("another") };
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-own-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task MoveOnAnothersClaim_IsAllowed_AlsoInEveryLaterCycle()
    {
        await using JournalOutbox outbox = Open();
        await EnqueueAsync(outbox, Attack);
        for (int cycle = 0; cycle < 3; cycle++)
        {
            Assert.Equal([Attack], (await PartAsync(outbox, Claims(Liar), Attack)).Allowed);
        }
    }

    [Fact]
    public async Task ClaimOfOurs_IsNotCountered_ByMoveStepOrProof()
    {
        GameAction[] actions = [Attack, new StepAction(0, true, 0, null, new StepData(default, default)), new RootBlockAction(new RootBlockProof(default, default, default, default, default))];
        await using JournalOutbox outbox = Open();
        (IReadOnlyList<GameAction> allowed, IReadOnlyList<UnplannedAction> contradicting) = await PartAsync(outbox, Claims(Us), actions);
        Assert.Empty(allowed);
        Assert.Equal(3, contradicting.Count);
        Assert.All(contradicting, action => Assert.Contains("our own", action.Problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SecondValueForAPosition_IsNotPosted_WhereTheFirstIsOnTheChain()
    {
        await using JournalOutbox outbox = Open();
        Game posted = Claims(Liar, new Claim(0, Position.Root.Attack(), Samples.Hash("ours"), Us, UInt256.One, new ChessClock(0, 1), default));
        Assert.Equal("ours", NameIn(Assert.Single((await PartAsync(outbox, posted, Other)).Contradicting).Problem));

        // Another's claim at the position is no second value.
        Game others = Claims(Liar, new Claim(0, Position.Root.Attack(), Samples.Hash("theirs"), Liar, UInt256.One, new ChessClock(0, 1), default));
        Assert.Equal([Other], (await PartAsync(outbox, others, Other)).Allowed);
    }

    [Theory]
    [InlineData("queued", true)]
    [InlineData("queued before the restart", false)] // it is sent only if it is wanted once more
    [InlineData("signed", true)]
    [InlineData("sent", true)]
    [InlineData("confirmed", true)] // mined after what the book has read
    [InlineData("confirmed long ago", false)] // a book that knows that block would show the claim; it was taken back
    [InlineData("failed", false)]
    [InlineData("refused", false)]
    public async Task SecondValueForAPosition_IsNotPosted_WhereTheFirstIsOnItsWay_AlsoAfterARestart(string state, bool isOnItsWay)
    {
        await using (JournalOutbox before = Open())
        {
            OutboxEntry entry = await EnqueueAsync(before, Attack);
            foreach (OutboxChange change in Changes(state))
            {
                entry = await before.RecordAsync(entry.Id, entry.Version, change, default);
            }
        }

        await using JournalOutbox outbox = Open();
        OwnMoves own = new(new TestDesk(outbox, Us) { Permits = !state.Contains("restart", StringComparison.Ordinal) });
        (IReadOnlyList<GameAction> allowed, IReadOnlyList<UnplannedAction> contradicting) = await own.PartAsync(Metadata, Claims(Liar), [Other], View, false, default);
        Assert.Equal(isOnItsWay ? [] : [Other], allowed);
        Assert.Equal(isOnItsWay ? ["ours"] : [], contradicting.Select(action => NameIn(action.Problem)));
        Assert.Equal([Attack], (await own.PartAsync(Metadata, Claims(Liar), [Attack], View, false, default)).Allowed);
    }

    [Fact]
    public async Task WhatIsOnItsWayElsewhere_IsNoSecondValue()
    {
        await using JournalOutbox outbox = Open();
        await EnqueueAsync(outbox, Attack);
        OwnMoves own = new(new TestDesk(outbox, Us));
        GameMetadata another = Metadata with { Game = Liar };
        GameMetadata reorganised = Metadata with { L1Head = Samples.Hash("another head") };
        MoveAction defence = Other with { IsAttack = false, Position = Position.Root.Attack() };
        Assert.Equal([Other], (await own.PartAsync(another, Claims(Liar), [Other], View, false, default)).Allowed);
        Assert.Equal([Other], (await own.PartAsync(reorganised, Claims(Liar), [Other], View, false, default)).Allowed);
        Assert.Equal([Other], (await own.PartAsync(Metadata, Claims(Liar, root: "of another fork"), [Other], View, false, default)).Allowed);
        Assert.Equal([defence], (await own.PartAsync(Metadata, Claims(Liar), [defence], View, false, default)).Allowed);
        Assert.Empty((await own.PartAsync(Metadata, Claims(Liar), [Other], View, false, default)).Allowed);
    }

    [Fact]
    public async Task MoveOfAnEarlierVersion_WhoseKeyHasNoHead_Counts()
    {
        await using JournalOutbox outbox = Open();
        await EnqueueAsync(outbox, Attack, isFormer: true);
        Assert.Empty((await PartAsync(outbox, Claims(Liar), Other)).Allowed);
    }

    [Fact]
    public async Task WhatAPersonDecided_IsPlayedAgainstOurselves()
    {
        await using JournalOutbox outbox = Open();
        await EnqueueAsync(outbox, Attack);
        OwnMoves own = new(new TestDesk(outbox, Us));
        Assert.Equal([Attack], (await own.PartAsync(Metadata, Claims(Us), [Attack], View, true, default)).Allowed);
        Assert.Equal([Other], (await own.PartAsync(Metadata, Claims(Liar), [Other], View, true, default)).Allowed);
        Assert.Empty((await own.PartAsync(Metadata, Claims(Us), [Attack], View, false, default)).Allowed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OutboxThatCannotBeRead_IsNoObstacleToADryRun_AndNoLicenceToSend(bool sends)
    {
        string journal = Path.Combine(_folder.FullName, "no journal");
        await File.WriteAllTextAsync(journal, "something else, and longer than the start of a journal is");
        OwnMoves own = new(new TestDesk(new ReadOnlyJournal(journal), Us) { Sends = sends });
        Task<(IReadOnlyList<GameAction> Allowed, IReadOnlyList<UnplannedAction>)> parting = own.PartAsync(Metadata, Claims(Liar), [Attack], View, false, default);
        if (sends)
        {
            await Assert.ThrowsAsync<OutboxException>(() => parting);
        }
        else
        {
            Assert.Equal([Attack], (await parting).Allowed);
        }
    }

    private static Task<(IReadOnlyList<GameAction> Allowed, IReadOnlyList<UnplannedAction> Contradicting)> PartAsync(IOutbox outbox, Game claims, params GameAction[] actions) =>
        new OwnMoves(new TestDesk(outbox, Us)).PartAsync(Metadata, claims, actions, View, false, default);

    private static IEnumerable<OutboxChange> Changes(string state) => state switch
    {
        "signed" => [new OutboxChange.Signed(Attempt())],
        "sent" => [new OutboxChange.Signed(Attempt()), new OutboxChange.Sent(Samples.Hash("attempt"), DateTimeOffset.UnixEpoch)],
        "confirmed" => [new OutboxChange.Signed(Attempt()), new OutboxChange.Confirmed(Mined(100), DateTimeOffset.UnixEpoch)],
        "confirmed long ago" => [new OutboxChange.Signed(Attempt()), new OutboxChange.Confirmed(Mined(99), DateTimeOffset.UnixEpoch)],
        "failed" => [new OutboxChange.Signed(Attempt()), new OutboxChange.Failed(Mined(100), "it reverted", default, DateTimeOffset.UnixEpoch)],
        "refused" => [new OutboxChange.Refused("it reverts", default, DateTimeOffset.UnixEpoch)],
        _ => [],
    };

    private static MinedAttempt Mined(ulong block) => new(Samples.Hash("attempt"), block, Samples.Hash($"block {block}"), 21_000, UInt256.One, UInt256.One);

    private static SignedAttempt Attempt() => new()
    {
        Account = Us,
        Nonce = 3,
        Hash = Samples.Hash("attempt"),
        Raw = Samples.Hash("raw").ToArray(),
        GasLimit = 21_000,
        MaxFeePerGas = 2,
        MaxPriorityFeePerGas = 1,
        SignedAt = DateTimeOffset.UnixEpoch,
    };

    private static async Task<OutboxEntry> EnqueueAsync(JournalOutbox outbox, MoveAction move, bool isFormer = false)
    {
        ClaimId posted = new(move.Position, move.Value, (uint)move.ParentIndex);
        IntentKey key = IntentKey.OfMove(900, Metadata.Game, posted, Samples.Hash("root"), Metadata.L1Head);
        ContractCall call = FaultDisputeGame.MoveOn(Metadata.Game, (uint)move.ParentIndex, Samples.Hash("root"), move.Value, move.IsAttack, 5);
        Intent intent = new() { Key = isFormer ? key.EncodeFormer() : key.Encode(), Target = call.To, Calldata = call.Data, Value = 5 };
        return (await outbox.EnqueueAsync(intent, isPermitted: true, default)).Entry;
    }

    private JournalOutbox Open() => JournalOutbox.Open(Path.Combine(_folder.FullName, "journal"));

    private static string NameIn(string problem) => problem.Contains(Samples.Hash("ours").ToString(), StringComparison.Ordinal) ? "ours" : problem;

    private static Game Claims(Address proposer, Claim? child = null, string root = "root")
    {
        Claim first = new(Claim.NoParent, Position.Root, Samples.Hash(root), proposer, UInt256.One, new ChessClock(0, 1), default);
        return Game.Create(new GameShape(8, 3), child is { } second ? [first, second] : [first]);
    }
}
