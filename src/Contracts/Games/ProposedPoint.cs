using System.Globalization;

namespace Gavel.Contracts;

/// <summary>What the sequence number of a game counts.</summary>
public enum SequenceUnit
{
    /// <summary>L2 blocks.</summary>
    Block,

    /// <summary>Seconds since the epoch: the claim is about a super root.</summary>
    Timestamp,

    /// <summary>The game does not tell.</summary>
    Unknown,
}

/// <summary>What a game's root is claimed for.</summary>
/// <param name="Number">Its number. Anybody may propose any.</param>
/// <param name="Unit">What that counts.</param>
public readonly record struct ProposedPoint(UInt256 Number, SequenceUnit Unit)
{
    // The last second that a date can have.
    private const ulong LastSecond = 253_402_300_799;

    /// <summary>Such as <c>block 12</c> or <c>timestamp 1700000000 (2023-11-14 22:13:20Z)</c>.</summary>
    public override string ToString() => Unit switch
    {
        SequenceUnit.Block => $"block {Number}",
        SequenceUnit.Timestamp when Number.TryToUInt64(out ulong seconds) && seconds <= LastSecond =>
            string.Create(CultureInfo.InvariantCulture, $"timestamp {Number} ({DateTimeOffset.FromUnixTimeSeconds((long)seconds):u})"),
        SequenceUnit.Timestamp => $"timestamp {Number}",
        _ => $"sequence number {Number}",
    };
}
