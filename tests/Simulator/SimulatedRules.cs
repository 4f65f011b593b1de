namespace Gavel.Simulator;

/// <summary>The constants of a simulated game.</summary>
public sealed record SimulatedRules
{
    public required int MaxDepth { get; init; }

    public required int SplitDepth { get; init; }

    public required ulong MaxClockDuration { get; init; }

    public required ulong ClockExtension { get; init; }

    public required Hash32 AbsolutePrestate { get; init; }

    /// <summary>The output root that the game starts from.</summary>
    public required Hash32 StartingRoot { get; init; }

    /// <summary>Wei for a move to each depth.</summary>
    public required IReadOnlyList<UInt256> Bonds { get; init; }

    public required ISimulatedVm Vm { get; init; }

    /// <summary>True for contracts of the 2.x line, whose late moves are measured against the extension of their own depth.</summary>
    public bool ExtendsByDepth { get; init; }

    /// <summary>Seconds added before the leaves by contracts of the 2.x line.</summary>
    public ulong OracleChallengePeriod { get; init; }
}

/// <summary>The two outputs that an execution game is about. A position of 0 means the game's starting output.</summary>
public readonly record struct StepContext(Hash32 Starting, UInt128 StartingPosition, Hash32 Disputed, UInt128 DisputedPosition);

/// <summary>The machine behind <c>step</c>.</summary>
public interface ISimulatedVm
{
    /// <summary>The claim about the state after one more instruction, or null where the call would revert.</summary>
    Hash32? Step(ReadOnlySpan<byte> state, StepContext context);

    /// <summary>Makes the disputed block's number known to executions of this context (<c>addLocalData</c> of datum 4).</summary>
    void Load(StepContext context);
}
