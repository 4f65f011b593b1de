using System.Globalization;

namespace Gavel.Ethereum;

/// <summary>What an operator must know of the endpoints of one chain.</summary>
internal static class EndpointDangers
{
    // A sickness that a first probe ends is nobody's business.
    private static readonly TimeSpan ToldAfter = TimeSpan.FromSeconds(30);

    /// <summary>The dangers that stand now.</summary>
    public static IReadOnlyList<Danger> Of(IReadOnlyList<EndpointSlot> slots, ChainHeads heads, TimeProvider time)
    {
        List<Danger> dangers = [];
        DateTimeOffset now = time.GetUtcNow();
        foreach (EndpointSlot slot in slots)
        {
            if (slot.Contradiction is not null)
            {
                continue; // told by whoever has the proof
            }

            if (slot.Objection is { } objection)
            {
                dangers.Add(new Danger
                {
                    Kind = DangerCodes.EndpointOfAnotherChain,
                    Severity = slots.All(s => s.Objection is not null) ? DangerSeverity.Page : DangerSeverity.Warn,
                    Subject = slot.ToString(),
                    Problem = $"left out: {objection}",
                    Since = slot.ObjectedAt,
                    Mend = "give the address of a node of this chain, or set ExpectedChainId if another endpoint is the wrong one",
                });
            }
            else if (slot.Endpoint.State.SickSince is { } since && now - since >= ToldAfter)
            {
                dangers.Add(new Danger
                {
                    Kind = DangerCodes.EndpointDown,
                    Severity = slots.All(s => s.Objection is not null || s.Endpoint.State.SickSince is not null) ? DangerSeverity.Page : DangerSeverity.Warn,
                    Subject = slot.ToString(),
                    Problem = slot.Endpoint.LastTrouble ?? "it fails",
                    Since = since,
                    Mend = "look at the node; it is probed and taken back by itself",
                });
            }
            else if (slot.Head.IsBehind && slot.Head.Last is { } head)
            {
                dangers.Add(Standing(slot.ToString(), head, slot.Head.ChangedAt, DangerSeverity.Warn, "others go on, and are asked first"));
            }
        }

        if (heads.AllStand)
        {
            EndpointSlot newest = slots.Where(s => s.Objection is null && s.Head.Last is not null).MaxBy(s => s.Head.Last!.Number)!;
            dangers.Add(Standing(
                "all endpoints", newest.Head.Last!, newest.Head.ChangedAt, DangerSeverity.Page, $"{newest} has no better one beside it; deciding goes on at this head"));
        }

        return dangers;
    }

    private static Danger Standing(string subject, ChainHead head, DateTimeOffset changedAt, DangerSeverity severity, string then) => new()
    {
        Kind = DangerCodes.HeadStandsStill,
        Severity = severity,
        Subject = subject,
        Problem = string.Create(
            CultureInfo.InvariantCulture,
            $"block {head.Number} has been the head for {head.Unchanged.TotalSeconds:0} s and is {head.Age.TotalSeconds:0} s older than the clock; {then}"),
        Since = changedAt,
        Mend = "look whether the node still syncs; on a chain whose time was moved set ClockOffsetSeconds",
    };
}
