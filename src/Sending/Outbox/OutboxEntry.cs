using System.Collections.Immutable;

namespace Gavel.Sending;

/// <summary>An intent and what has become of it. Immutable: a change gives a new entry.</summary>
public sealed record OutboxEntry
{
    /// <summary>Counts up in the order of enqueueing; never used twice in an outbox.</summary>
    public required ulong Id { get; init; }

    /// <summary>What is wanted.</summary>
    public required Intent Intent { get; init; }

    /// <summary>When it was enqueued.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>Counts the changes of the entry, enqueueing being the first: what a change was decided on is named by it.</summary>
    public ulong Version { get; init; } = 1;

    /// <summary>When the call loses its worth: the intent's, or what a later <see cref="OutboxChange.Permitted"/> says. Null for never.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The last permission to send it; null for none.</summary>
    public Permission? Permission { get; init; }

    /// <summary>Where it stands.</summary>
    public OutboxState State { get; init; }

    /// <summary>When that state was reached.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>All transactions signed for the nonce it holds, oldest first. Empty while queued.</summary>
    public ImmutableArray<SignedAttempt> Attempts { get; init; } = [];

    /// <summary>The attempt that was mined, in a final state reached by mining.</summary>
    public MinedAttempt? Mined { get; init; }

    /// <summary>Why it failed, was refused, superseded or requeued; empty otherwise.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The bytes a revert gave, of a call that failed or would fail.</summary>
    public ReadOnlyMemory<byte> RevertData { get; init; }

    /// <summary>The next gas limit is at least this.</summary>
    public ulong GasFloor { get; init; }

    /// <summary>How often it went back to the queue.</summary>
    public int Requeues { get; init; }

    /// <summary>What its mined attempts cost, oldest first.</summary>
    public ImmutableArray<Expense> Expenses { get; init; } = [];

    /// <summary>True while it holds a nonce.</summary>
    public bool IsInFlight => State is OutboxState.Signed or OutboxState.Sent;

    /// <summary>True once nothing more is to be done for it.</summary>
    public bool IsFinal => !IsInFlight && State != OutboxState.Queued;

    /// <summary>The nonce it holds or, once mined, held.</summary>
    public ulong? Nonce => Attempts.IsEmpty ? null : Attempts[0].Nonce;

    /// <summary>
    /// The entry after a change. An entry that holds a nonce is finished only by its call being mined, and cannot be set aside: it must
    /// go back to the queue first, for which its nonce must have been used up, by its own cancellation or by somebody else.
    /// </summary>
    /// <exception cref="OutboxException">The change cannot follow the state that the entry is in.</exception>
    public OutboxEntry Apply(OutboxChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        OutboxEntry after = change switch
        {
            OutboxChange.Signed signed => WithAttempt(signed.Attempt),
            OutboxChange.Sent sent => WithSent(sent),
            OutboxChange.Confirmed confirmed => Finished(OutboxState.Confirmed, confirmed.Mined, "", default, confirmed.At),
            OutboxChange.Failed failed => Finished(OutboxState.Failed, failed.Mined, failed.Reason, failed.RevertData, failed.At),
            OutboxChange.Superseded superseded => SetAside(OutboxState.Superseded, superseded.Reason, default, superseded.At),
            OutboxChange.Refused refused => SetAside(OutboxState.Refused, refused.Reason, refused.RevertData, refused.At),
            OutboxChange.Expired expired => SetAside(OutboxState.Expired, expired.Reason, default, expired.At),
            OutboxChange.Permitted permitted => WithPermission(permitted),
            OutboxChange.Requeued requeued => BackInQueue(requeued),
            OutboxChange.Unmined unmined => InFlightAgain(unmined),
            _ => throw new OutboxException(OutboxFault.BadTransition, $"unknown change {change.GetType().Name}"),
        };
        return after with { Version = Version + 1 };
    }

    private OutboxEntry WithAttempt(SignedAttempt attempt)
    {
        Require(State == OutboxState.Queued || IsInFlight, "signed");
        if (!Attempts.IsEmpty && (attempt.Nonce != Attempts[0].Nonce || attempt.Account != Attempts[0].Account))
        {
            throw new OutboxException(
                OutboxFault.BadTransition,
                $"entry {Id} holds nonce {Attempts[0].Nonce} of {Attempts[0].Account} and cannot be signed with nonce {attempt.Nonce} of {attempt.Account}");
        }

        if (Attempts.Any(known => known.Hash == attempt.Hash))
        {
            throw new OutboxException(OutboxFault.BadTransition, $"entry {Id} already has the attempt {attempt.Hash}");
        }

        return State == OutboxState.Queued
            ? this with { State = OutboxState.Signed, ChangedAt = attempt.SignedAt, Attempts = [attempt with { SentAt = null }], Reason = "" }
            : this with { Attempts = Attempts.Add(attempt with { SentAt = null }) };
    }

    private OutboxEntry WithSent(OutboxChange.Sent sent)
    {
        Require(IsInFlight, "sent");
        SignedAttempt attempt = AttemptOf(sent.TransactionHash);
        return this with
        {
            State = OutboxState.Sent,
            ChangedAt = State == OutboxState.Sent ? ChangedAt : sent.At,
            Attempts = Attempts.Replace(attempt, attempt with { SentAt = attempt.SentAt ?? sent.At }),
        };
    }

    private OutboxEntry Finished(
        OutboxState state, MinedAttempt mined, string reason, ReadOnlyMemory<byte> revertData, DateTimeOffset at)
    {
        Require(IsInFlight, state.ToString());
        if (AttemptOf(mined.TransactionHash).Purpose != AttemptPurpose.Call)
        {
            throw new OutboxException(OutboxFault.BadTransition, $"entry {Id} cannot be {state} by {mined.TransactionHash}, which is not its call");
        }

        return this with
        {
            State = state,
            ChangedAt = at,
            Mined = mined,
            Reason = reason,
            RevertData = revertData,
            Expenses = Expenses.Add(new Expense(mined.Cost, at)),
        };
    }

    private OutboxEntry SetAside(OutboxState state, string reason, ReadOnlyMemory<byte> revertData, DateTimeOffset at)
    {
        Require(State == OutboxState.Queued, state.ToString());
        return this with { State = state, ChangedAt = at, Reason = reason, RevertData = revertData };
    }

    private OutboxEntry WithPermission(OutboxChange.Permitted permitted)
    {
        Require(State == OutboxState.Queued, "permitted");
        return this with { Deadline = permitted.Deadline, Permission = new Permission(permitted.Epoch, permitted.At) };
    }

    private OutboxEntry BackInQueue(OutboxChange.Requeued requeued)
    {
        Require(State != OutboxState.Queued, "requeued");
        if (requeued.Mined is not null)
        {
            _ = AttemptOf(requeued.Mined.TransactionHash);
        }

        return this with
        {
            State = OutboxState.Queued,
            ChangedAt = requeued.At,
            Attempts = [],
            Mined = null,
            Reason = requeued.Reason,
            RevertData = default,
            GasFloor = Math.Max(GasFloor, requeued.GasFloor),
            Requeues = Requeues + 1,
            Expenses = requeued.Mined is null ? Expenses : Expenses.Add(new Expense(requeued.Mined.Cost, requeued.At)),
        };
    }

    private OutboxEntry InFlightAgain(OutboxChange.Unmined unmined)
    {
        Require(IsFinal && Mined is not null, "unmined");
        return this with
        {
            State = Attempts.Any(attempt => attempt.SentAt is not null) ? OutboxState.Sent : OutboxState.Signed,
            ChangedAt = unmined.At,
            Mined = null,
            Reason = unmined.Reason,
            RevertData = default,
            Expenses = Expenses.RemoveAt(Expenses.Length - 1),
        };
    }

    private SignedAttempt AttemptOf(Hash32 hash) =>
        Attempts.FirstOrDefault(attempt => attempt.Hash == hash)
        ?? throw new OutboxException(OutboxFault.BadTransition, $"entry {Id} has no attempt {hash}");

    private void Require(bool allowed, string change)
    {
        if (!allowed)
        {
            throw new OutboxException(OutboxFault.BadTransition, $"entry {Id} is {State} and cannot become {change}");
        }
    }
}

/// <summary>That somebody who decides wants an entry sent.</summary>
/// <param name="Epoch">The <see cref="IOutbox.Epoch"/> under which it was given.</param>
/// <param name="At">When.</param>
public readonly record struct Permission(ulong Epoch, DateTimeOffset At);
