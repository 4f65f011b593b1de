using Gavel.Contracts;

namespace Gavel.Intents;

/// <summary>A call that was decided, not yet an intent.</summary>
/// <param name="Key">Its meaning.</param>
/// <param name="Call">What to send.</param>
/// <param name="Priority">Larger goes first.</param>
/// <param name="Deadline">Block time in seconds at which it loses its worth; null for none.</param>
/// <param name="Reason">Why, in words: for the log and the audit trail.</param>
/// <param name="ClaimIndex">The claim it is about; null where it is about the whole game.</param>
public sealed record PlannedCall(IntentKey Key, ContractCall Call, int Priority, ulong? Deadline, string Reason, int? ClaimIndex);

/// <summary>Order of importance: what loses a game if it is late goes before what only moves money.</summary>
public static class Priorities
{
    /// <summary>A step.</summary>
    public const int Step = 100;

    /// <summary>What a step needs first.</summary>
    public const int Preimage = 95;

    /// <summary>A move, and the proof of another block number.</summary>
    public const int Move = 90;

    /// <summary>A resolution.</summary>
    public const int Resolve = 40;

    /// <summary>What brings bonds back.</summary>
    public const int Credit = 20;
}
