namespace Gavel.Intents;

/// <summary>An action of the solver for which there is no call.</summary>
/// <param name="ClaimIndex">The claim that it answers.</param>
/// <param name="Problem">Why, in words.</param>
public sealed record UnplannedAction(int ClaimIndex, string Problem);
