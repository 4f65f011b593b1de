using System.Buffers;

namespace Gavel.Sending;

/// <summary>
/// The records inside the frames: each a kind, the id of an entry, and the fields of that kind in order. Numbers are little-endian,
/// byte strings carry a length of 4 bytes, 256-bit numbers are 32 big-endian bytes, times are milliseconds since 1970.
/// </summary>
internal static class JournalRecords
{
    private enum Kind : byte
    {
        Begin = 1,
        Enqueued = 2,
        Signed = 3,
        Sent = 4,
        Confirmed = 5,
        Failed = 6,
        Superseded = 7,
        Refused = 8,
        Requeued = 9,
        Unmined = 10,
        RestoredV1 = 11,

        // Since version 2.
        EnqueuedPermitted = 12,
        Permitted = 13,
        Expired = 14,
        Restored = 15,
        NextNonce = 16,
    }

    private const Kind LastOfVersion1 = Kind.RestoredV1;

    /// <summary>First record of a file: ids below <paramref name="nextId"/> are spent.</summary>
    public static void WriteBegin(IBufferWriter<byte> output, ulong nextId) => new JournalWriter(output).Head((byte)Kind.Begin, nextId);

    /// <summary>The nonces below <paramref name="next"/> are spent or held.</summary>
    public static void WriteNextNonce(IBufferWriter<byte> output, Address account, ulong next) =>
        new JournalWriter(output).Head((byte)Kind.NextNonce, next).Address(account);

    public static void WriteEnqueued(IBufferWriter<byte> output, OutboxEntry entry)
    {
        Intent intent = entry.Intent;
        JournalWriter writer = new JournalWriter(output).Head((byte)(entry.Permission is null ? Kind.Enqueued : Kind.EnqueuedPermitted), entry.Id)
            .Bytes(intent.Key).Address(intent.Target).Bytes(intent.Calldata).Number(intent.Value).U64(intent.GasHint)
            .I64(intent.Priority).OptionalTime(intent.Deadline).Bytes(intent.Explanation).Time(entry.EnqueuedAt);
        if (entry.Permission is { } permission)
        {
            writer.U64(permission.Epoch).Time(permission.At);
        }
    }

    public static void WriteChange(IBufferWriter<byte> output, ulong id, OutboxChange change)
    {
        var writer = new JournalWriter(output);
        switch (change)
        {
            case OutboxChange.Signed c:
                WriteAttempt(writer.Head((byte)Kind.Signed, id), c.Attempt);
                break;
            case OutboxChange.Sent c:
                writer.Head((byte)Kind.Sent, id).Hash(c.TransactionHash).Time(c.At);
                break;
            case OutboxChange.Confirmed c:
                writer.Head((byte)Kind.Confirmed, id).Mined(c.Mined).Time(c.At);
                break;
            case OutboxChange.Failed c:
                writer.Head((byte)Kind.Failed, id).Mined(c.Mined).Text(c.Reason).Bytes(c.RevertData).Time(c.At);
                break;
            case OutboxChange.Superseded c:
                writer.Head((byte)Kind.Superseded, id).Text(c.Reason).Time(c.At);
                break;
            case OutboxChange.Refused c:
                writer.Head((byte)Kind.Refused, id).Text(c.Reason).Bytes(c.RevertData).Time(c.At);
                break;
            case OutboxChange.Expired c:
                writer.Head((byte)Kind.Expired, id).Text(c.Reason).Time(c.At);
                break;
            case OutboxChange.Permitted c:
                writer.Head((byte)Kind.Permitted, id).OptionalTime(c.Deadline).U64(c.Epoch).Time(c.At);
                break;
            case OutboxChange.Requeued c:
                writer.Head((byte)Kind.Requeued, id).Text(c.Reason).U64(c.GasFloor).Mined(c.Mined).Time(c.At);
                break;
            case OutboxChange.Unmined c:
                writer.Head((byte)Kind.Unmined, id).Text(c.Reason).Time(c.At);
                break;
            default:
                throw new OutboxException(OutboxFault.BadTransition, $"unknown change {change.GetType().Name}");
        }
    }

    /// <summary>A whole entry as it stands, for compaction.</summary>
    public static void WriteRestored(IBufferWriter<byte> output, OutboxEntry entry)
    {
        WriteEnqueued(output, entry);
        JournalWriter writer = new JournalWriter(output).Head((byte)Kind.Restored, entry.Id)
            .U64(entry.Version).OptionalTime(entry.Deadline)
            .U8((byte)entry.State).Time(entry.ChangedAt).Mined(entry.Mined).Text(entry.Reason).Bytes(entry.RevertData)
            .U64(entry.GasFloor).U64((ulong)entry.Requeues).U64((ulong)entry.Attempts.Length);
        foreach (SignedAttempt attempt in entry.Attempts)
        {
            WriteAttempt(writer, attempt);
        }

        writer.U64((ulong)entry.Expenses.Length);
        foreach (Expense expense in entry.Expenses)
        {
            writer.Number(expense.Wei).Time(expense.At);
        }
    }

    /// <summary>Applies all records of a frame's body.</summary>
    /// <param name="body">The frame's body.</param>
    /// <param name="index">What its records are applied to.</param>
    /// <param name="version">The file's format: a record of a later one has no place in it.</param>
    /// <exception cref="FormatException">The body is not what this program writes.</exception>
    /// <exception cref="OutboxException">A record cannot follow those before it.</exception>
    public static void Replay(ReadOnlyMemory<byte> body, OutboxIndex index, uint version)
    {
        var reader = new JournalFields(body);
        while (!reader.IsAtEnd)
        {
            byte kind = reader.U8();
            ulong id = reader.U64();
            if (version == 1 && (Kind)kind > LastOfVersion1)
            {
                throw new FormatException($"record kind {kind} in a journal of version 1");
            }

            switch ((Kind)kind)
            {
                case Kind.Begin:
                    index.Begin(id);
                    break;
                case Kind.NextNonce when id > 0:
                    index.SignedUpTo(reader.Address(), id - 1);
                    break;
                case Kind.Enqueued:
                    index.Add(ReadEnqueued(reader, id));
                    break;
                case Kind.EnqueuedPermitted:
                    index.Add(ReadEnqueued(reader, id) with { Permission = new Permission(reader.U64(), reader.Time()) });
                    break;
                case Kind.RestoredV1:
                    index.Restore(ReadRestored(reader, index.Get(id)));
                    break;
                case Kind.Restored:
                    index.Restore(ReadRestored(reader, index.Get(id) with { Version = reader.U64(), Deadline = reader.OptionalTime() }));
                    break;
                default:
                    index.Change(id, ReadChange(reader, (Kind)kind));
                    break;
            }
        }
    }

    private static OutboxEntry ReadEnqueued(JournalFields reader, ulong id)
    {
        var intent = new Intent
        {
            Key = reader.Bytes(),
            Target = reader.Address(),
            Calldata = reader.Bytes(),
            Value = reader.Number(),
            GasHint = reader.U64(),
            Priority = checked((int)reader.I64()),
            Deadline = reader.OptionalTime(),
            Explanation = reader.Bytes(),
        };
        DateTimeOffset at = reader.Time();
        return new OutboxEntry { Id = id, Intent = intent, EnqueuedAt = at, ChangedAt = at, Deadline = intent.Deadline };
    }

    private static OutboxEntry ReadRestored(JournalFields reader, OutboxEntry entry)
    {
        OutboxState state = (OutboxState)reader.U8();
        if (!Enum.IsDefined(state))
        {
            throw new FormatException($"unknown state {(byte)state}");
        }

        OutboxEntry restored = entry with
        {
            State = state,
            ChangedAt = reader.Time(),
            Mined = reader.Mined(),
            Reason = reader.Text(),
            RevertData = reader.Bytes(),
            GasFloor = reader.U64(),
            Requeues = checked((int)reader.U64()),
        };
        for (ulong left = reader.U64(); left > 0; left--)
        {
            restored = restored with { Attempts = restored.Attempts.Add(ReadAttempt(reader)) };
        }

        for (ulong left = reader.U64(); left > 0; left--)
        {
            restored = restored with { Expenses = restored.Expenses.Add(new Expense(reader.Number(), reader.Time())) };
        }

        return restored;
    }

    private static OutboxChange ReadChange(JournalFields reader, Kind kind) => kind switch
    {
        Kind.Signed => new OutboxChange.Signed(ReadAttempt(reader)),
        Kind.Sent => new OutboxChange.Sent(reader.Hash(), reader.Time()),
        Kind.Confirmed => new OutboxChange.Confirmed(reader.RequiredMined(), reader.Time()),
        Kind.Failed => new OutboxChange.Failed(reader.RequiredMined(), reader.Text(), reader.Bytes(), reader.Time()),
        Kind.Superseded => new OutboxChange.Superseded(reader.Text(), reader.Time()),
        Kind.Refused => new OutboxChange.Refused(reader.Text(), reader.Bytes(), reader.Time()),
        Kind.Expired => new OutboxChange.Expired(reader.Text(), reader.Time()),
        Kind.Permitted => new OutboxChange.Permitted(reader.OptionalTime(), reader.U64(), reader.Time()),
        Kind.Requeued => new OutboxChange.Requeued(reader.Text(), reader.U64(), reader.Mined(), reader.Time()),
        Kind.Unmined => new OutboxChange.Unmined(reader.Text(), reader.Time()),
        _ => throw new FormatException($"unknown record kind {(byte)kind}"),
    };

    private static void WriteAttempt(JournalWriter writer, SignedAttempt attempt) =>
        writer.Address(attempt.Account).U64(attempt.Nonce).U8((byte)attempt.Purpose).Hash(attempt.Hash).Bytes(attempt.Raw).U64(attempt.GasLimit)
            .Number(attempt.MaxFeePerGas).Number(attempt.MaxPriorityFeePerGas).Time(attempt.SignedAt).OptionalTime(attempt.SentAt);

    private static SignedAttempt ReadAttempt(JournalFields reader)
    {
        Address account = reader.Address();
        ulong nonce = reader.U64();
        AttemptPurpose purpose = (AttemptPurpose)reader.U8();
        return new SignedAttempt
        {
            Account = account,
            Nonce = nonce,
            Purpose = Enum.IsDefined(purpose) ? purpose : throw new FormatException($"unknown purpose {(byte)purpose}"),
            Hash = reader.Hash(),
            Raw = reader.Bytes(),
            GasLimit = reader.U64(),
            MaxFeePerGas = reader.Number(),
            MaxPriorityFeePerGas = reader.Number(),
            SignedAt = reader.Time(),
            SentAt = reader.OptionalTime(),
        };
    }
}
