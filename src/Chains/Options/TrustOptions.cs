using System.ComponentModel.DataAnnotations;
using Gavel.Rollup;

namespace Gavel.Chains;

/// <summary>How far the nodes of a chain are trusted; docs/trust.md says what each setting lets a lying or a dead node do.</summary>
public sealed class TrustOptions
{
    /// <summary>How many groups of rollup nodes must agree on what a move posts or contradicts; 0: one of one group, two of several.</summary>
    [Range(0, 16)]
    public int MinAgreeing { get; set; }

    /// <summary>
    /// With less than this percentage of a game's clock left, one group alone may decide that a root's value is false, if no other group answers;
    /// 0: never.
    /// </summary>
    [Range(0, 100)]
    public double LastResortPercent { get; set; } = 25;

    /// <summary>Seconds that a node has to say how far it is, in each cycle.</summary>
    [Range(0.1, 60)]
    public double LookSeconds { get; set; } = 3;

    /// <summary>Seconds that a node has for one question about a game. Nobody waits for it.</summary>
    [Range(1, 3600)]
    public double AnswerSeconds { get; set; } = 120;

    /// <summary>Seconds that a game waits for answers in one cycle; what comes later is used in the next.</summary>
    [Range(0, 60)]
    public double WaitSeconds { get; set; } = 3;

    /// <summary>Evidence older than this is asked for again before a bond rests on it.</summary>
    [Range(1, 3600)]
    public double FreshSeconds { get; set; } = 60;

    /// <summary>L1 blocks that may lie between a game's L1 head and a node's records of safe heads around it, for these to count.</summary>
    [Range(1, 100_000)]
    public ulong RecordSpanBlocks { get; set; } = 300;

    /// <summary>By how many L1 blocks a rollup node may be behind before that is a danger.</summary>
    [Range(1, 1_000_000)]
    public ulong LagBlocks { get; set; } = 100;

    /// <summary>The same as the nodes' limits.</summary>
    public TrustLimits Limits() => new()
    {
        LookTime = TimeSpan.FromSeconds(LookSeconds),
        AnswerTime = TimeSpan.FromSeconds(AnswerSeconds),
        RecordSpan = RecordSpanBlocks,
        FreshFor = TimeSpan.FromSeconds(FreshSeconds),
    };
}
