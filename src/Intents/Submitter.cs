using System.Globalization;
using System.Text.Json;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Rollup;
using Gavel.Sending;
using Microsoft.Extensions.Logging;

namespace Gavel.Intents;

/// <summary>
/// Makes planned calls into durable intents: once for each meaning, with the audit record written before anything can be sent. An intent
/// that has ended without its effect showing on the chain goes back to the queue after a pause. An audit trail that cannot be written is told
/// as a danger and delays nothing: an explanation never vetoes a defence.
/// </summary>
/// <param name="chain">The chain's name.</param>
/// <param name="desk">The account and where its intents live; what is planned in this run is permitted there.</param>
/// <param name="audit">The audit trail.</param>
/// <param name="options">Whether anything is sent at all, and how often.</param>
/// <param name="clock">The host's clock.</param>
/// <param name="logger">One line for each decision.</param>
/// <param name="rehearsals">Executes calls before they are handed over; null for none.</param>
public sealed partial class Submitter(
    string chain, IAccountDesk desk, AuditLog audit, ChainOptions options, TimeProvider clock, ILogger logger, CallRehearsals? rehearsals = null) : IDangerSource
{
    private const int MostShown = 10_000;
    private const int LeastRetrySeconds = 5;
    private readonly HashSet<string> _shown = [];

    private volatile Danger? _auditTrouble;

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => _auditTrouble is { } trouble ? [trouble] : [];

    /// <summary>Takes the calls of a cycle, the most urgent first.</summary>
    /// <param name="planned">Calls with the game they belong to and what was decided about it.</param>
    /// <param name="view">The L1 block at which they were decided.</param>
    /// <param name="cancellationToken">Cancels waiting for the outbox.</param>
    public async Task SubmitAsync(
        IEnumerable<(GameMetadata Game, Verdict? Verdict, PlannedCall Call)> planned, L1View view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(planned);
        ArgumentNullException.ThrowIfNull(view);
        bool any = false;
        foreach ((GameMetadata game, Verdict? verdict, PlannedCall call) in planned
            .OrderByDescending(item => item.Call.Priority).ThenBy(item => item.Call.Deadline ?? ulong.MaxValue))
        {
            any |= await SubmitAsync(game, verdict, call, view, cancellationToken);
        }

        if (any)
        {
            desk.Wake();
        }
    }

    private async Task<bool> SubmitAsync(GameMetadata game, Verdict? verdict, PlannedCall call, L1View view, CancellationToken cancellationToken)
    {
        byte[] key = call.Key.Encode();
        long? left = call.Deadline is ulong deadline ? (long)deadline - (long)view.Timestamp : null;
        AuditRecord record = new()
        {
            At = clock.GetUtcNow(),
            Chain = chain,
            Game = game.Game.ToString(),
            Intent = Hex.Encode(key),
            Call = call.Call.Name,
            Claim = call.ClaimIndex,
            BondWei = call.Call.Value.ToString(),
            Reason = call.Reason,
            Verdict = verdict?.ToString() ?? "the game is over",
            Evidence = verdict is null ? null : AuditEvidence.Of(verdict),
            L1Block = view.Block.ToString(),
            SecondsLeft = left,
            DryRun = options.DryRun,
        };
        DateTimeOffset? until = call.Deadline is ulong seconds ? DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(seconds, int.MaxValue * 64UL)) : null;
        if (options.DryRun)
        {
            await ShowAsync(game, call, record, view, cancellationToken);
            return false;
        }

        if (await FindAsync(call.Key, key, cancellationToken) is { } entry)
        {
            return await AgainAsync(entry, call.Key, game, until, view, cancellationToken);
        }

        (AuditRehearsal? rehearsal, ulong gasHint) = await RehearseAsync(game, call, view, left, cancellationToken);
        record = record with { Rehearsal = rehearsal };
        Explain(game.Game, record);
        await desk.Outbox.EnqueueAsync(
            new Intent
            {
                Key = key,
                Target = call.Call.To,
                Calldata = call.Call.Data,
                Value = call.Call.Value,
                GasHint = gasHint,
                Priority = call.Priority,
                Deadline = until,
                Explanation = JsonSerializer.SerializeToUtf8Bytes(record, AuditJson.Default.AuditRecord),
            },
            isPermitted: true,
            cancellationToken);
        LogDecided(logger, chain, game.Game, Place(call), call.Call.Name, Terms(call, left), call.Reason);
        return true;
    }

    // What an earlier version has under way is tended to its end; once it has ended, the call is an intent with the game's L1 head like any other.
    private async ValueTask<OutboxEntry?> FindAsync(IntentKey key, byte[] bytes, CancellationToken cancellationToken) =>
        await desk.Outbox.FindAsync(bytes, cancellationToken)
        ?? (await desk.Outbox.FindAsync(key.EncodeFormer(), cancellationToken) is { IsFinal: false } former ? former : null);

    private async Task<(AuditRehearsal? Audit, ulong GasHint)> RehearseAsync(
        GameMetadata game, PlannedCall call, L1View view, long? left, CancellationToken cancellationToken) =>
        rehearsals is null ? default : await rehearsals.RehearseAsync(game, call, view, left, cancellationToken);

    // In a dry run: told once, with what the outbox of an agent that owns the account has of it.
    private async Task ShowAsync(GameMetadata game, PlannedCall call, AuditRecord record, L1View view, CancellationToken cancellationToken)
    {
        if (_shown.Count >= MostShown)
        {
            _shown.Clear(); // weeks of games; to tell a call twice harms nobody
        }

        if (!_shown.Add(record.Intent))
        {
            return;
        }

        string also = "";
        try
        {
            also = await FindAsync(call.Key, Hex.Decode(record.Intent), cancellationToken) is { } entry ? $" (the outbox has it: {entry.State})" : "";
        }
        catch (OutboxException error)
        {
            also = $" (the outbox cannot be read: {error.Message})";
        }

        record = record with { Rehearsal = (await RehearseAsync(game, call, view, record.SecondsLeft, cancellationToken)).Audit };
        LogWould(logger, chain, game.Game, Place(call), call.Call.Name, Terms(call, record.SecondsLeft), call.Reason + also);
        Explain(game.Game, record);
    }

    private void Explain(Address game, AuditRecord record)
    {
        try
        {
            audit.Add(game, record);
            _auditTrouble = null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (_auditTrouble is null)
            {
                LogAudit(logger, chain, error.Message);
            }

            _auditTrouble = new Danger
            {
                Kind = DangerCodes.AuditTrailUnwritten,
                Severity = DangerSeverity.Warn,
                Subject = chain,
                Chain = chain,
                Problem = error.Message,
                Since = _auditTrouble?.Since ?? clock.GetUtcNow(),
                Mend = "make room on the disk of the data directory; moves go on without their explanation",
            };
        }
    }

    // The chain does not show the effect, or the call would not have been planned. What waits in the queue is permitted in this run; an entry
    // that is under way is left to the sender; one that has ended is tried again, not at once, since the view may be older than what ended it.
    private async Task<bool> AgainAsync(
        OutboxEntry entry, IntentKey key, GameMetadata game, DateTimeOffset? until, L1View view, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        TimeSpan pause = TimeSpan.FromSeconds(Math.Max(LeastRetrySeconds, 2 * options.PollSeconds));
        try
        {
            if (entry.State == OutboxState.Queued && (entry.Deadline != until || !desk.IsPermitted(entry)))
            {
                await desk.Outbox.RecordAsync(entry.Id, entry.Version, new OutboxChange.Permitted(until, desk.Outbox.Epoch, now), cancellationToken);
                return true;
            }

            if (!entry.IsFinal || now - entry.ChangedAt < pause || (!key.MayBeLate && until <= DateTimeOffset.FromUnixTimeSeconds((long)view.Timestamp)))
            {
                return false;
            }

            LogAgain(logger, chain, game.Game, entry.State, entry.Reason);
            OutboxEntry queued = await desk.Outbox.RecordAsync(
                entry.Id,
                entry.Version,
                new OutboxChange.Requeued($"{entry.State}, but the chain does not show its effect: {entry.Reason}", 0, null, now),
                cancellationToken);
            await desk.Outbox.RecordAsync(queued.Id, queued.Version, new OutboxChange.Permitted(until, desk.Outbox.Epoch, now), cancellationToken);
            return true;
        }
        catch (OutboxException error) when (error.Fault == OutboxFault.Conflict)
        {
            return true; // the sender was quicker; the next cycle sees what it did
        }
    }

    // Of a call that is about no claim, puts no bond or runs against no clock, nothing is said of that.
    private static string Place(PlannedCall call) => call.ClaimIndex is int claim ? string.Create(CultureInfo.InvariantCulture, $" claim {claim}") : "";

    private static string Terms(PlannedCall call, long? left) =>
        (call.Call.Value.IsZero ? "" : $", bond {Ether.Format(call.Call.Value)} ETH") + (left is long seconds ? string.Create(CultureInfo.InvariantCulture, $", {seconds} s left") : "");

    [LoggerMessage(2001, LogLevel.Information, "{Chain} game {Game}{Place}: {Call}{Terms}: {Reason}")]
    private static partial void LogDecided(ILogger logger, string chain, Address game, string place, string call, string terms, string reason);

    [LoggerMessage(2002, LogLevel.Information, "{Chain} game {Game}{Place}: would {Call} (dry run){Terms}: {Reason}")]
    private static partial void LogWould(ILogger logger, string chain, Address game, string place, string call, string terms, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "{Chain} game {Game}: an intent ended as {State} ({Reason}) without its effect on the chain; it is tried again")]
    private static partial void LogAgain(ILogger logger, string chain, Address game, OutboxState state, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "{Chain}: the audit trail cannot be written: {Problem}; moves go on without it")]
    private static partial void LogAudit(ILogger logger, string chain, string problem);
}
