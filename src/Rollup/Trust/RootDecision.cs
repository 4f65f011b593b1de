namespace Gavel.Rollup;

/// <summary>
/// What a person decided of one game's root. It chooses whom to believe and invents nothing: values still come from nodes, and only from those that
/// do not contradict it; the one value that it gives by itself is the root's own.
/// </summary>
/// <param name="Truth">Valid or invalid.</param>
/// <param name="By">Who, as the command told it.</param>
/// <param name="At">When.</param>
/// <param name="Because">Why, in that person's words.</param>
public sealed record RootDecision(Truth Truth, string By, DateTimeOffset At, string Because)
{
    /// <summary>In one line.</summary>
    public override string ToString() => $"decided by a person: {By} at {At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: {Because}";
}
