using System.Globalization;

namespace Gavel.Chains;

/// <summary>
/// How long the L1 head that we see has stood still, whichever endpoint it comes from. A head has an age even if each answer is well-formed:
/// a node that has stopped gives the same block for ever, and in it no clock runs out.
/// </summary>
/// <param name="chain">The chain's name.</param>
/// <param name="limit">How long a head may stand before that is a danger.</param>
/// <param name="clock">The host's clock.</param>
public sealed class HeadWatch(string chain, TimeSpan limit, TimeProvider clock) : IDangerSource
{
    private volatile Seen? _seen;

    /// <summary>How long the head has stood still; zero before the first one.</summary>
    public TimeSpan Age => _seen is { } seen ? clock.GetUtcNow() - seen.Since : TimeSpan.Zero;

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => _seen is { } seen && Age > limit
        ?
        [
            new Danger
            {
                Kind = DangerCodes.HeadStandsStill,
                Severity = DangerSeverity.Page,
                Subject = chain,
                Chain = chain,
                Problem = string.Create(
                    CultureInfo.InvariantCulture, $"the L1 head is block {seen.View.Block.Number} of {DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(seen.View.Timestamp, int.MaxValue * 64UL)):u} for {Age.TotalSeconds:0} s"),
                Since = seen.Since,
                Mend = "Look whether the L1 endpoints are synchronising, or add one that is; moves made since are not seen, and clocks run on.",
            },
        ]
        : [];

    /// <summary>Takes the view of a cycle.</summary>
    public void Note(L1View view)
    {
        if (_seen?.View.Block != view.Block)
        {
            _seen = new Seen(view, clock.GetUtcNow());
        }
    }

    private sealed record Seen(L1View View, DateTimeOffset Since);
}
