namespace Gavel.GameSolver.Solving;

/// <summary>What the honest party does next.</summary>
/// <param name="AgreesWithRoot">Whether the root's value is the honest one; null when the trace does not say.</param>
/// <param name="Actions">
/// In contract order of the claims answered, the proof of another block number last (after it the root takes no moves); empty when there is
/// nothing to do.
/// </param>
/// <param name="Unanswered">Claims that should be looked at but could not be answered, in contract order. Everything else is decided.</param>
public sealed record Solution(bool? AgreesWithRoot, IReadOnlyList<GameAction> Actions, IReadOnlyList<UnansweredClaim> Unanswered)
{
    /// <summary>True where claims are left that no move can beat, since the other side has the last word.</summary>
    public bool IsConceded => Unanswered.Any(claim => claim.Reason == UnansweredReason.LastWordIsTheirs);

    /// <summary>What the trace would have to learn to answer more, each once.</summary>
    public IEnumerable<TraceWant> Wanted => Unanswered.Select(claim => claim.Want).OfType<TraceWant>().Distinct();
}

/// <summary>Why a claim has no answer.</summary>
public enum UnansweredReason : byte
{
    /// <summary>The trace does not know a value. The claim and all below it are undecided; asked again at the next call.</summary>
    TraceUnavailable,

    /// <summary>The trace knows that a step is due but not yet its data. Asked again at the next call.</summary>
    StepUnavailable,

    /// <summary>The trace does not know whether the root is the output of another block. Asked again at the next call.</summary>
    RootBlockUnavailable,

    /// <summary>The contract wants another status byte in the execution root than the truth has (rule 16). Final.</summary>
    StatusNotAccepted,

    /// <summary>The claim is an execution root that is true, and such a claim cannot be defended (rule 8). Final.</summary>
    ExecutionRootIsTrue,

    /// <summary>
    /// Nobody has the VM's first state, so that nobody can step, and claims at the maximum depth are this claim's side's: every bond against it could be
    /// lost. Final.
    /// </summary>
    LastWordIsTheirs,

    /// <summary>The clock of our side is used up. Final.</summary>
    ClockExpired,
}

/// <summary>A claim without answer.</summary>
/// <param name="ClaimIndex">Contract index.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">The same in words, with the trace's own reason where it gave one.</param>
/// <param name="IsUnderWay">True where nothing stands against an answer but that the trace is still working it out.</param>
/// <param name="Want">What would have to be learnt to answer it; null where nothing can be fetched.</param>
public sealed record UnansweredClaim(int ClaimIndex, UnansweredReason Reason, string Detail, bool IsUnderWay = false, TraceWant? Want = null);

/// <summary>The moment at which actions would be mined, so that moves that come too late are left out.</summary>
/// <param name="Rules">The game's clock rules.</param>
/// <param name="Now">Block time in seconds.</param>
public readonly record struct GameTime(ClockRules Rules, ulong Now);
