using System.Text;

namespace Gavel.Sending.Tests.Outbox;

/// <summary>A folder of its own for a test's journal, and things to put into it.</summary>
internal sealed class JournalFolder : IDisposable
{
    public JournalFolder() => Directory.CreateDirectory(Root);

    public string Root { get; } = Path.Combine(Path.GetTempPath(), $"gavel-outbox-{Guid.NewGuid():n}");

    public string Journal => Path.Combine(Root, "outbox.journal");

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>What a disk does that refuses at a point: no real one can be made to at will.</summary>
internal sealed class RefusingDisk(FailPoint where) : IFailPoints
{
    public Func<FailPoint, bool>? Refuses { get; set; }

    public bool TearsWrites => where == FailPoint.JournalHalfWritten;

    public void Reached(FailPoint point)
    {
        if (point == where && Refuses?.Invoke(point) == true)
        {
            throw new IOException("No space left on device");
        }
    }
}

internal static class Samples
{
    public static readonly Address Account = Address.Parse("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266");
    public static readonly Address Target = Address.Parse("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");
    public static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);

    public static Intent Intent(string key, int priority = 0, DateTimeOffset? deadline = null) => new()
    {
        Key = Encoding.UTF8.GetBytes(key),
        Target = Target,
        Calldata = Encoding.UTF8.GetBytes($"calldata of {key}"),
        Value = 1_000_000_007,
        GasHint = 77_000,
        Priority = priority,
        Deadline = deadline,
        Explanation = Encoding.UTF8.GetBytes($"why {key}"),
    };

    public static Hash32 Hash(string text) => Keccak256.Hash(Encoding.UTF8.GetBytes(text));

    public static SignedAttempt Attempt(ulong nonce, string name, AttemptPurpose purpose = AttemptPurpose.Call) => new()
    {
        Account = Account,
        Nonce = nonce,
        Purpose = purpose,
        Hash = Hash(name),
        Raw = Encoding.UTF8.GetBytes($"raw {name}"),
        GasLimit = 150_000,
        MaxFeePerGas = 2_000_000_000,
        MaxPriorityFeePerGas = 1_000_000_000,
        SignedAt = Time,
    };

    public static MinedAttempt Mined(string name) => new(Hash(name), 12, Hash("block"), 100_000, 1_500_000_000, 150_000_000_000_000);

    /// <summary>All of an entry as text, so that two can be compared by value.</summary>
    public static string Shown(OutboxEntry entry)
    {
        Intent i = entry.Intent;
        string attempts = string.Join(";", entry.Attempts.Select(a =>
            $"{a.Account} {a.Nonce} {a.Purpose} {a.Hash} {Hex.Encode(a.Raw.Span)} {a.GasLimit} {a.MaxFeePerGas} {a.MaxPriorityFeePerGas} {a.SignedAt:O} {a.SentAt:O}"));
        return $"{entry.Id} {Hex.Encode(i.Key.Span)} {i.Target} {Hex.Encode(i.Calldata.Span)} {i.Value} {i.GasHint} {i.Priority} {i.Deadline:O} "
            + $"{Hex.Encode(i.Explanation.Span)} {entry.EnqueuedAt:O} {entry.State} {entry.ChangedAt:O} [{attempts}] {entry.Mined} {entry.Reason} "
            + $"{Hex.Encode(entry.RevertData.Span)} {entry.GasFloor} {entry.Requeues} {string.Join(";", entry.Expenses)} "
            + $"{entry.Version} {entry.Deadline:O} {entry.Permission?.Epoch} {entry.Permission?.At:O}";
    }

    /// <summary>Records a change of an entry as it now is, whatever its version.</summary>
    public static async ValueTask<OutboxEntry> ChangeAsync(this IOutbox outbox, ulong id, OutboxChange change, CancellationToken cancellationToken)
    {
        OutboxEntry? entry = (await outbox.ListAsync(default, cancellationToken)).FirstOrDefault(entry => entry.Id == id);
        return await outbox.RecordAsync(id, entry?.Version ?? 0, change, cancellationToken);
    }

    public static async Task<string[]> ShownAsync(IOutbox outbox) =>
        [.. (await outbox.ListAsync(default, CancellationToken.None)).Select(Shown)];
}
