using System.Diagnostics;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Microsoft.Extensions.Logging;

namespace Gavel.Intents;

/// <summary>
/// Executes planned calls in this process before they become intents, and puts what came out into words for the audit trail. It warns and
/// tells the gas; whether a call is made is decided elsewhere.
/// </summary>
/// <param name="rehearsal">Executes them.</param>
/// <param name="from">The account that will send them.</param>
/// <param name="options">Which game types are played.</param>
/// <param name="logger">Where a call that would fail is told.</param>
public sealed partial class CallRehearsals(IRehearsal rehearsal, Address from, ChainOptions options, ILogger logger)
{
    private const int MostLogs = 16;
    private const int MostLogBytes = 256;

    // All rehearsals on one L1 block together: a slow node must not hold up a cycle of many games.
    private static readonly TimeSpan MostPerBlock = TimeSpan.FromSeconds(4);

    // A hint above what any call of a game needs would only bind money. The sender estimates by itself.
    private const ulong MostGasHint = 1 << 23;

    private Hash32 _block;
    private TimeSpan _spent;

    /// <summary>Rehearses a call at the block at which it was decided. Not to be called by two at a time.</summary>
    /// <param name="game">The game that it belongs to.</param>
    /// <param name="call">The call.</param>
    /// <param name="view">The block.</param>
    /// <param name="secondsLeft">Seconds at that block until the call loses its worth; null for none.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>For the audit trail, and the gas that the call is known to need; (null, 0) for a game that is not played.</returns>
    public async Task<(AuditRehearsal? Audit, ulong GasHint)> RehearseAsync(
        GameMetadata game, PlannedCall call, L1View view, long? secondsLeft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(view);
        if (game.Rules is null || game.Generation == GameGeneration.Unsupported || (options.GameTypes.Count > 0 && !options.GameTypes.Contains(game.GameType)))
        {
            // Its code is nobody's that we know of.
            return (null, 0);
        }

        if (_block != view.Block.Hash)
        {
            (_block, _spent) = (view.Block.Hash, default);
        }

        if (_spent > MostPerBlock)
        {
            return (NotRehearsed("rehearsals on this block took long enough"), 0);
        }

        long began = Stopwatch.GetTimestamp();
        try
        {
            return await RehearseAsync(game, call, view, secondsLeft is { } left ? TimeSpan.FromSeconds(Math.Clamp(left, 0, 1_000_000)) : null, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // No fault of a rehearsal may keep a call from being made.
            return (NotRehearsed($"{error.GetType().Name}: {error.Message}"), 0);
        }
        finally
        {
            _spent += Stopwatch.GetElapsedTime(began);
        }
    }

    private static AuditRehearsal NotRehearsed(string reason) => new() { Outcome = "not rehearsed", Reason = reason, Milliseconds = 0, Requests = 0 };

    private async Task<(AuditRehearsal? Audit, ulong GasHint)> RehearseAsync(
        GameMetadata game, PlannedCall call, L1View view, TimeSpan? slack, CancellationToken cancellationToken)
    {
        Rehearsal result = await rehearsal.RehearseAsync(
            new RehearsalCall
            {
                From = from,
                To = call.Call.To,
                Data = call.Call.Data,
                Value = call.Call.Value,
                Block = view.Block.Hash,
                Slack = slack,
                Spent = _spent,
            },
            cancellationToken);
        AuditRehearsal audit = Told(result);
        if (result is Reverted)
        {
            LogWouldRevert(logger, options.Name, game.Game, call.Call.Name, call.ClaimIndex, audit.Reason ?? "", audit.Node ?? "not asked");
        }

        if (result.ContradictsNode)
        {
            LogDiffers(logger, result.NotExact is null ? LogLevel.Warning : LogLevel.Debug, options.Name, game.Game, call.Call.Name, audit.Outcome, audit.Node ?? "");
        }

        return (audit, result is Succeeded { ContradictsNode: false } succeeded ? Math.Min(succeeded.GasNeeded, MostGasHint) : 0);
    }

    private static AuditRehearsal Told(Rehearsal result) => new()
    {
        Outcome = result switch
        {
            Succeeded => "succeeds",
            Reverted => "reverts",
            _ => "not rehearsed",
        },
        GasUsed = result switch
        {
            Succeeded succeeded => succeeded.GasUsed,
            Reverted reverted => reverted.GasUsed,
            _ => null,
        },
        Reason = result switch
        {
            Reverted { Halt: { } halt } => halt,
            Reverted reverted => $"{DisputeErrors.Decoder.Decode(reverted.Data)}",
            NotRehearsed not => not.Reason,
            _ => null,
        },
        RevertData = result is Reverted { Data.IsEmpty: false } data ? Hex.Encode(data.Data.Span[..Math.Min(data.Data.Length, 4096)]) : null,
        Logs = result is Succeeded { Logs: { Count: > 0 } logs } ? [.. logs.Take(MostLogs).Select(Entry)] : null,
        NotExact = result.NotExact,
        Node = result.Node switch
        {
            null => null,
            { Kind: NodeOutcomeKind.Output } => "succeeds",
            { Kind: NodeOutcomeKind.Revert } node => $"reverts: {DisputeErrors.Decoder.Decode(node.Data)}",
            { } node => node.Problem,
        },
        Differs = result.ContradictsNode,
        Milliseconds = Math.Round(result.Elapsed.TotalMilliseconds, 1),
        Requests = result.Requests,
    };

    private static AuditLogEntry Entry(RehearsedLog log) => new(
        log.Address.ToString(), [.. log.Topics.Select(topic => topic.ToString())], Hex.Encode(log.Data.Span[..Math.Min(log.Data.Length, MostLogBytes)]));

    [LoggerMessage(2004, LogLevel.Warning, "{Chain} game {Game} claim {Claim}: {Call} would revert by its rehearsal ({Reason}); the node's own call: {Node}")]
    private static partial void LogWouldRevert(ILogger logger, string chain, Address game, string call, int? claim, string reason, string node);

    [LoggerMessage(EventId = 2005, Message = "{Chain} game {Game}: {Call} {Outcome} by its rehearsal, but the node's own call: {Node}")]
    private static partial void LogDiffers(ILogger logger, LogLevel level, string chain, Address game, string call, string outcome, string node);
}
