namespace Gavel.Rollup.Tests.Trust.World;

/// <summary>What a node says that is not so.</summary>
internal enum Lie
{
    None,

    /// <summary>Another output with fields that fit it.</summary>
    OtherOutput,

    /// <summary>Another output root alone; its own fields give the true one.</summary>
    WrongOutput,

    /// <summary>A fork of L2 of its own.</summary>
    OtherL2Fork,

    /// <summary>A fork of L1 of its own.</summary>
    OtherL1Fork,

    /// <summary>Its record of safe heads tells too low ones.</summary>
    StaleRecord,

    /// <summary>Its record tells too high ones.</summary>
    HighRecord,

    /// <summary>It says that it has derived more than can be.</summary>
    HighSafe,

    /// <summary>It reads on in L1 and derives nothing more.</summary>
    StuckPipeline,

    /// <summary>It is of another L2 chain, and says so.</summary>
    OtherL2Chain,

    /// <summary>It is of a chain on another L1, and says so.</summary>
    OtherL1Chain,

    /// <summary>It has another output at the block that games start from.</summary>
    OtherAnchor,

    /// <summary>It knows of an L1 head that is not there yet.</summary>
    HighHead,

    /// <summary>Its proofs prove nothing.</summary>
    FalseProof,
}

/// <summary>How one node misbehaves.</summary>
internal sealed record Fault
{
    public static Fault None { get; } = new();

    public Lie Lie { get; init; }

    /// <summary>It never answers.</summary>
    public bool IsSilent { get; init; }

    /// <summary>How long an answer takes.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The method that is an error; <c>*</c> for all.</summary>
    public string? Error { get; init; }

    /// <summary>The method that takes 8 s.</summary>
    public string? Slow { get; init; }

    /// <summary>By how many L1 blocks it lags.</summary>
    public ulong Lag { get; init; }

    /// <summary>Every second answer is an honest backend's.</summary>
    public bool IsFlipFlop { get; init; }

    /// <summary>True for one that says what is not so, rather than nothing.</summary>
    public bool IsLie => Lie != Lie.None;

    public bool IsNone => this == None;

    /// <summary>Every fault that a rollup node can have.</summary>
    public static IReadOnlyList<Fault> OfRollup { get; } = WithFlips(
    [
        .. new[]
        {
            Lie.OtherOutput, Lie.WrongOutput, Lie.OtherL2Fork, Lie.OtherL1Fork, Lie.StaleRecord, Lie.HighRecord, Lie.HighSafe, Lie.StuckPipeline, Lie.OtherL2Chain, Lie.OtherL1Chain,
            Lie.OtherAnchor, Lie.HighHead,
        }.Select(lie => new Fault { Lie = lie }),
        .. new[] { "*", "optimism_syncStatus", "optimism_rollupConfig", "optimism_outputAtBlock", "optimism_safeHeadAtL1Block" }.Select(method => new Fault { Error = method }),
        .. Late,
        new Fault { Lag = 8 },
        new Fault { Lag = 60 },
    ]);

    /// <summary>Every fault that an execution node can have.</summary>
    public static IReadOnlyList<Fault> OfExecution { get; } = WithFlips(
    [
        .. new[] { Lie.OtherL2Fork, Lie.OtherL2Chain, Lie.FalseProof }.Select(lie => new Fault { Lie = lie }),
        .. new[] { "*", "eth_chainId", "eth_getBlockByNumber", "eth_getProof" }.Select(method => new Fault { Error = method }),
        .. Late,
    ]);

    /// <summary>Every fault that L1 can have.</summary>
    public static IReadOnlyList<Fault> OfL1 { get; } = WithFlips(
    [
        new Fault { Lie = Lie.OtherL1Fork },
        .. new[] { "*", "eth_getBlockByHash", "eth_getBlockByNumber" }.Select(method => new Fault { Error = method }),
        .. Late,
        new Fault { Lag = 8 },
    ]);

    private static Fault[] Late => [new() { IsSilent = true }, new() { Delay = TimeSpan.FromSeconds(11) }, new() { Delay = TimeSpan.FromSeconds(100) }];

    private static Fault[] WithFlips(Fault[] faults) => [.. faults, .. faults.Select(fault => fault with { IsFlipFlop = true })];

    public override string ToString() =>
        $"{(IsFlipFlop ? "flip-flop " : "")}{(IsLie ? Lie : IsSilent ? "silent" : Delay > TimeSpan.Zero ? $"{Delay.TotalSeconds:0} s" : Lag > 0 ? $"lag {Lag}" : Error is null ? "well" : $"error {Error}")}";
}
