using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.GameSolver;
using Gavel.Rollup;
using Gavel.Sending;
using Gavel.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gavel.Intents.Tests;

/// <summary>
/// A journal that an earlier version left, whose keys have no L1 head: what is under way in it is tended to its end and not begun a second time;
/// what has ended there does not stand for anything.
/// </summary>
public sealed class FormerJournalTests : IDisposable
{
    private static readonly L1View View = new(new BlockId(Samples.Hash("block"), 100), 1_000_000, Samples.Hash("parent"));
    private static readonly ClaimId Posted = new(new Position(2), Samples.Hash("claim"), 0);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-former-");
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(OutboxState.Queued)]
    [InlineData(OutboxState.Signed)]
    [InlineData(OutboxState.Refused)]
    public async Task CallOfAnEarlierVersion_IsMadeOnce(OutboxState state)
    {
        GameMetadata game = Samples.Game(GameGeneration.V1, 13);
        PlannedCall call = new(
            IntentKey.OfMove(900, game.Game, Posted, game.RootClaim, game.L1Head),
            FaultDisputeGame.MoveOn(game.Game, 0, game.RootClaim, Posted.Value, isAttack: true, 5),
            1,
            View.Timestamp + 100,
            "a reason",
            0);
        string journal = Path.Combine(_folder.FullName, "journal");
        await using (JournalOutbox earlier = JournalOutbox.Open(journal))
        {
            // What stood in a file: without the 32 bytes of the head.
            byte[] key = call.Key.Encode()[..^Hash32.Size];
            OutboxEntry entry = (await earlier.EnqueueAsync(new Intent { Key = key, Target = call.Call.To, Calldata = call.Call.Data, Value = 5 }, isPermitted: true, default)).Entry;
            if (state != OutboxState.Queued)
            {
                await earlier.RecordAsync(entry.Id, entry.Version, state == OutboxState.Signed ? new OutboxChange.Signed(Attempt()) : new OutboxChange.Refused("it reverts", default, DateTimeOffset.UnixEpoch), default);
            }
        }

        await using JournalOutbox outbox = JournalOutbox.Open(journal);
        Submitter submitter = new(
            "chain", new TestDesk(outbox), new AuditLog(Path.Combine(_folder.FullName, "audit")), new ChainOptions(), _time, NullLogger.Instance);
        await submitter.SubmitAsync([(game, Samples.Verdict(Gavel.Rollup.Truth.Invalid), call)], View, default);
        await submitter.SubmitAsync([(game, Samples.Verdict(Gavel.Rollup.Truth.Invalid), call)], View, default);

        IReadOnlyList<OutboxEntry> all = await outbox.ListAsync(default, default);
        OutboxEntry former = all[0];
        Assert.Equal(state, former.State);
        if (state == OutboxState.Refused)
        {
            Assert.Equal(2, all.Count);
            Assert.Equal(call.Key, IntentKey.Decode(all[1].Intent.Key.Span));
        }
        else
        {
            Assert.Single(all);
            Assert.Equal(state == OutboxState.Queued ? DateTimeOffset.FromUnixTimeSeconds((long)View.Timestamp + 100) : null, former.Deadline);
        }

        // The guard asks about it as before; nothing says that it is of another game.
        Assert.Equal(call.Key with { L1Head = default }, IntentKey.Decode(former.Intent.Key.Span));
    }

    private static SignedAttempt Attempt() => new()
    {
        Account = Address.Zero,
        Nonce = 3,
        Hash = Samples.Hash("attempt"),
        Raw = Samples.Hash("raw").ToArray(),
        GasLimit = 21_000,
        MaxFeePerGas = 2,
        MaxPriorityFeePerGas = 1,
        SignedAt = DateTimeOffset.UnixEpoch,
    };
}
