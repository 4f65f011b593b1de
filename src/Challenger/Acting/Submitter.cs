using System.Text.Json;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Sending;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>
/// Makes planned calls into durable intents: once for each meaning, with the audit record written before anything can be sent. An intent
/// that has ended without its effect showing on the chain goes back to the queue after a pause.
/// </summary>
/// <param name="chain">The chain's name.</param>
/// <param name="outbox">Where intents live.</param>
/// <param name="policy">What the sender may spend; each call's target, function and exact value are permitted here.</param>
/// <param name="audit">The audit trail.</param>
/// <param name="options">Whether anything is sent at all, and how often.</param>
/// <param name="clock">The host's clock.</param>
/// <param name="logger">One line for each decision.</param>
/// <param name="rehearsals">Executes calls before they are handed over; null for none.</param>
public sealed partial class Submitter(
    string chain, IOutbox outbox, SpendPolicy policy, AuditLog audit, ChainOptions options, TimeProvider clock, ILogger logger, CallRehearsals? rehearsals = null)
{
    private const int LeastRetrySeconds = 5;
    private readonly HashSet<string> _shown = [];

    /// <summary>Wakes the sender; set by whoever runs it.</summary>
    public Action Wake { get; set; } = static () => { };

    /// <summary>Takes the calls of a cycle, the most urgent first.</summary>
    /// <param name="planned">Calls with the game they belong to and what was decided about it.</param>
    /// <param name="view">The L1 block at which they were decided.</param>
    /// <param name="cancellationToken">Cancels waiting for the outbox.</param>
    public async Task SubmitAsync(
        IEnumerable<(GameMetadata Game, string Verdict, PlannedCall Call)> planned, L1View view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(planned);
        ArgumentNullException.ThrowIfNull(view);
        bool any = false;
        foreach ((GameMetadata game, string verdict, PlannedCall call) in planned
            .OrderByDescending(item => item.Call.Priority).ThenBy(item => item.Call.Deadline ?? ulong.MaxValue))
        {
            any |= await SubmitAsync(game, verdict, call, view, cancellationToken);
        }

        if (any)
        {
            Wake();
        }
    }

    private async Task<bool> SubmitAsync(GameMetadata game, string verdict, PlannedCall call, L1View view, CancellationToken cancellationToken)
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
            Verdict = verdict,
            L1Block = view.Block.ToString(),
            SecondsLeft = left,
            DryRun = options.DryRun,
        };
        if (options.DryRun)
        {
            if (_shown.Add(record.Intent))
            {
                record = record with { Rehearsal = (await RehearseAsync(game, call, view, left, cancellationToken)).Audit };
                LogWould(logger, chain, game.Game, call.Call.Name, call.ClaimIndex, call.Reason, Ether.Format(call.Call.Value), left);
                audit.Add(game.Game, record);
            }

            return false;
        }

        // Rules are not durable, so they are set again for intents of before a restart too.
        policy.Allow(call.Call.To, Selector.At(call.Call.Data.Span), PermittedValue(call, game));
        if (await outbox.FindAsync(key, cancellationToken) is { } entry)
        {
            return await ReviveAsync(entry, game, cancellationToken);
        }

        (AuditRehearsal? rehearsal, ulong gasHint) = await RehearseAsync(game, call, view, left, cancellationToken);
        record = record with { Rehearsal = rehearsal };
        audit.Add(game.Game, record);
        await outbox.EnqueueAsync(
            new Intent
            {
                Key = key,
                Target = call.Call.To,
                Calldata = call.Call.Data,
                Value = call.Call.Value,
                GasHint = gasHint,
                Priority = call.Priority,
                Deadline = call.Deadline is ulong until ? DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(until, int.MaxValue * 64UL)) : null,
                Explanation = JsonSerializer.SerializeToUtf8Bytes(record, AuditJson.Default.AuditRecord),
            },
            cancellationToken);
        LogDecided(logger, chain, game.Game, call.Call.Name, call.ClaimIndex, call.Reason, Ether.Format(call.Call.Value), left);
        return true;
    }

    private async Task<(AuditRehearsal? Audit, ulong GasHint)> RehearseAsync(
        GameMetadata game, PlannedCall call, L1View view, long? left, CancellationToken cancellationToken) =>
        rehearsals is null ? default : await rehearsals.RehearseAsync(game, call, view, left, cancellationToken);

    // Moves of one game differ in bond by depth and share a function; the guard checks the exact bond of each before it is sent.
    private static SpendValue PermittedValue(PlannedCall call, GameMetadata game) =>
        call.Key.Kind == IntentKind.Move && game.Rules is { } rules
            ? SpendValue.AtMost(rules.Bonds[rules.MaxDepth])
            : SpendValue.Exactly(call.Call.Value);

    // The chain does not show the effect, or the call would not have been planned. An entry that is under way is left to the sender; one
    // that has ended is tried again, not at once, since the view may be older than what ended it.
    private async Task<bool> ReviveAsync(OutboxEntry entry, GameMetadata game, CancellationToken cancellationToken)
    {
        TimeSpan pause = TimeSpan.FromSeconds(Math.Max(LeastRetrySeconds, 2 * options.PollSeconds));
        if (!entry.IsFinal || clock.GetUtcNow() - entry.ChangedAt < pause)
        {
            return false;
        }

        LogAgain(logger, chain, game.Game, entry.State, entry.Reason);
        await outbox.RecordAsync(
            entry.Id,
            entry.Version,
            new OutboxChange.Requeued($"{entry.State}, but the chain does not show its effect: {entry.Reason}", 0, null, clock.GetUtcNow()),
            cancellationToken);
        return true;
    }

    [LoggerMessage(2001, LogLevel.Information, "{Chain} game {Game} claim {Claim}: {Call}, bond {Bond} ETH, {SecondsLeft} s left: {Reason}")]
    private static partial void LogDecided(ILogger logger, string chain, Address game, string call, int? claim, string reason, string bond, long? secondsLeft);

    [LoggerMessage(2002, LogLevel.Information, "{Chain} game {Game} claim {Claim}: would {Call} (dry run), bond {Bond} ETH, {SecondsLeft} s left: {Reason}")]
    private static partial void LogWould(ILogger logger, string chain, Address game, string call, int? claim, string reason, string bond, long? secondsLeft);

    [LoggerMessage(2003, LogLevel.Warning, "{Chain} game {Game}: an intent ended as {State} ({Reason}) without its effect on the chain; it is tried again")]
    private static partial void LogAgain(ILogger logger, string chain, Address game, OutboxState state, string reason);
}
