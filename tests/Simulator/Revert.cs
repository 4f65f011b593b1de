namespace Gavel.Simulator;

/// <summary>Why the simulated contract refused a call: the errors of FaultDisputeGame 1.2.0, by name.</summary>
public enum Revert
{
    GameNotInProgress,
    ArrayOutOfBounds,
    InvalidDisputedClaimIndex,
    CannotDefendRootClaim,
    L2BlockNumberChallenged,
    GameDepthExceeded,
    UnexpectedRootClaim,
    IncorrectBondAmount,
    ClockTimeExceeded,
    ClaimAlreadyExists,
    InvalidParent,
    InvalidPrestate,
    ValidStep,
    DuplicateStep,
    VmReverted,
    ClockNotExpired,
    ClaimAlreadyResolved,
    OutOfOrderResolution,
    ClaimAboveSplit,
}
