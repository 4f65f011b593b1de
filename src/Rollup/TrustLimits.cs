namespace Gavel.Rollup;

/// <summary>How long nodes are given, and how near a record must be.</summary>
public sealed record TrustLimits
{
    /// <summary>How long a node has for the look of a cycle. Default 3 s.</summary>
    public TimeSpan LookTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a node has for one question about a game. Default 120 s: an archive's proof of an old block takes its time, and nobody waits for it.</summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How many L1 blocks may lie between a game's head and the node's records around it. Default 300 (an hour).</summary>
    public ulong RecordSpan { get; init; } = 300;

    /// <summary>How long a node that went back on L1 is called unsteady. Default 10 min.</summary>
    public TimeSpan UnsteadyTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Evidence older than this is asked for again before a bond rests on it. Default one minute.</summary>
    public TimeSpan FreshFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Evidence of a verdict that nothing is done on is asked for again after this. Default 10 min.</summary>
    public TimeSpan RecheckAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many L2 blocks a run of our own may span: each takes a VM seconds to minutes. Default 64.</summary>
    public ulong RunSpan { get; init; } = 64;

    /// <summary>How many runs of our own one game may cost, whatever its nodes say next. Default 8.</summary>
    public int RunsOfAGame { get; init; } = 8;
}
