using System.Globalization;
using System.Text.Json.Serialization;
using Gavel.Agent.Deciding;
using Gavel.Agent.Hosting;
using Gavel.Chains;
using Gavel.Intents;
using Gavel.Sending;

namespace Gavel.Agent.Operating;

/// <summary>What became of a recorded decision, from the outbox.</summary>
/// <param name="State">Where the intent stands.</param>
/// <param name="Reason">Why it ended so; empty where there is nothing to say.</param>
/// <param name="Transaction">The transaction that was mined, or the last that was signed; null if there is none.</param>
/// <param name="Block">Number of the L1 block that it was mined in; null if it was not.</param>
/// <param name="CostWei">What left the account for it, bond and gas; null while nothing did.</param>
internal sealed record IntentOutcome(OutboxState State, string Reason, Hash32? Transaction, ulong? Block, UInt256? CostWei)
{
    /// <summary>The outcome that an entry shows.</summary>
    public static IntentOutcome Of(OutboxEntry entry) => new(
        entry.State,
        entry.Reason,
        entry.Mined?.TransactionHash ?? (entry.Attempts.IsEmpty ? null : entry.Attempts[^1].Hash),
        entry.Mined?.BlockNumber,
        entry.Expenses.IsEmpty ? null : entry.Expenses.Aggregate(UInt256.Zero, (sum, expense) => sum + expense.Wei));

    /// <summary>In words.</summary>
    public override string ToString()
    {
        string where = Transaction is { } hash ? Block is ulong block ? $" by {hash} in L1 block {block}" : $" as {hash}" : "";
        string cost = CostWei is { } wei ? $", {Ether.Format(wei)} ETH spent with gas" : "";
        return $"{State.ToString().ToLowerInvariant()}{where}{cost}{(Reason.Length > 0 ? $": {Reason}" : "")}";
    }
}

/// <summary>A recorded decision and what became of it.</summary>
internal sealed record ExplainedCall(AuditRecord Record, IntentOutcome? Outcome);

/// <summary>Why each bond of a game was spent, from the audit trail and the outbox; the agent may be running.</summary>
internal sealed record Explanation
{
    public required Address Game { get; init; }

    /// <summary>Sum of the bonds of the calls that were decided, without dry runs and without calls that never went out.</summary>
    public required UInt256 BondsWei { get; init; }

    public required IReadOnlyList<ExplainedCall> Calls { get; init; }

    /// <summary>What people have decided of the root of the games at this address, and was not taken back.</summary>
    public required IReadOnlyList<StandingDecision> Decisions { get; init; }

    /// <summary>What happened to the game besides calls: losses, and what people decided.</summary>
    public required IReadOnlyList<AuditNote> Notes { get; init; }

    /// <summary>What is kept of our verdict while the game is not settled; null where nothing is.</summary>
    public KnownVerdict? Verdict { get; init; }

    /// <summary>The dangers of this game that the running agent tells of; null where none could be asked.</summary>
    public IReadOnlyList<DangerView>? Dangers { get; init; }

    /// <summary>Whether the configuration has a page at which an agent would be asked.</summary>
    [JsonIgnore]
    public bool HasAgent { get; init; }

    /// <summary>Reads what is recorded of a game.</summary>
    /// <param name="game">The game.</param>
    /// <param name="dataDirectory">The agent's data directory.</param>
    /// <param name="chains">The chains whose trails are searched.</param>
    public static Explanation Read(Address game, string dataDirectory, IReadOnlyList<string> chains)
    {
        AuditLog[] trails = [.. chains.Select(chain => Path.Combine(dataDirectory, chain, "audit")).Where(Directory.Exists).Select(folder => new AuditLog(folder))];
        AuditRecord[] records =
        [
            .. trails.SelectMany(trail => trail.Read(game)).OrderBy(record => record.At),
        ];
        Dictionary<string, OutboxEntry> entries = records.Length == 0 ? [] : Entries(Path.Combine(dataDirectory, "outbox"));

        // A call that ended without its effect is decided again under the same key: the outcome belongs to its last record.
        HashSet<string> seen = [];
        List<ExplainedCall> calls = [];
        foreach (AuditRecord record in records.Reverse())
        {
            OutboxEntry? entry = !record.DryRun && seen.Add(record.Intent) ? entries.GetValueOrDefault(record.Intent) : null;
            calls.Add(new ExplainedCall(record, entry is null ? null : IntentOutcome.Of(entry)));
        }

        calls.Reverse();
        return new Explanation
        {
            Game = game,
            BondsWei = calls.Where(call => !call.Record.DryRun && call.Outcome?.State is not (OutboxState.Superseded or OutboxState.Refused or OutboxState.Failed))
                .DistinctBy(call => call.Record.Intent)
                .Aggregate(UInt256.Zero, (sum, call) => sum + UInt256.Parse(call.Record.BondWei)),
            Calls = calls,
            Decisions = [.. chains.SelectMany(chain => DecisionBook.Peek(Path.Combine(dataDirectory, chain, "decisions"), game)).Select(StandingDecision.Of)],
            Notes = [.. trails.SelectMany(trail => trail.ReadNotes(game)).OrderBy(note => note.At)],
            Verdict = chains.Select(chain => VerdictBook.Peek(Path.Combine(dataDirectory, chain, "verdicts"), game)).FirstOrDefault(verdict => verdict is not null),
        };
    }

    /// <summary>Writes the explanation.</summary>
    public void Show(Screen screen)
    {
        screen.Json(this);
        screen.Line(Calls.Count == 0
            ? $"nothing is recorded of game {Game}: no call was decided on it"
            : $"game {Game}: {Calls.Count} calls decided, {Ether.Format(BondsWei)} ETH bonded");
        if (Verdict is { } verdict)
        {
            screen.Line($"our verdict on its root: {verdict.Verdict}{(verdict.Rule is { } rule ? $", {rule}" : "")} ({verdict.Reason})");
        }

        foreach (StandingDecision decision in Decisions)
        {
            screen.Line($"DECIDED: its root is played as {decision} (L1 head {decision.L1Head}); agent decide {Game} --withdraw takes it back");
        }

        foreach (AuditNote note in Notes)
        {
            screen.Line($"{note.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z  {(note.Note == AuditNoteKind.BondLost ? "bond lost: " : "")}{note.Text}");
            foreach (AuditTestimony said in note.Evidence?.Said ?? [])
            {
                screen.Line($"    {said}");
            }
        }

        if (HasAgent)
        {
            RunningAgent.Show(screen, Dangers);
        }

        foreach ((AuditRecord record, IntentOutcome? outcome) in Calls)
        {
            string claim = record.Claim is int index ? string.Create(CultureInfo.InvariantCulture, $" claim {index}") : "";
            string bond = record.BondWei == "0" ? "" : $", bond {Ether.Format(UInt256.Parse(record.BondWei))} ETH";
            string left = record.SecondsLeft is long seconds ? $", {Screen.Duration(seconds)} left" : "";
            screen.Line("");
            screen.Line($"{record.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z  {record.Call}{claim}{bond}{left}{(record.DryRun ? "  (dry run: not sent)" : "")}");
            screen.Line($"  reason   {record.Reason}");
            screen.Line($"  verdict  {record.Verdict}");
            foreach (AuditTestimony said in record.Evidence?.Said ?? [])
            {
                screen.Line($"    {said}");
            }

            screen.Line($"  L1 block {record.L1Block}");
            if (record.Rehearsal is { } rehearsal)
            {
                screen.Line($"  rehearsed {rehearsal}");
            }

            if (outcome is not null)
            {
                screen.Line($"  outcome  {outcome}");
            }
        }
    }

    private static Dictionary<string, OutboxEntry> Entries(string outbox)
    {
        string[] journals = Directory.Exists(outbox) ? Directory.GetFiles(outbox, "journal", SearchOption.AllDirectories) : [];
        Dictionary<string, OutboxEntry> entries = [];
        foreach (OutboxEntry entry in journals.SelectMany(JournalSnapshot.Read))
        {
            entries[Hex.Encode(entry.Intent.Key.Span)] = entry;
        }

        return entries;
    }
}
