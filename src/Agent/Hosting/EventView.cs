using Gavel.Agent.Operating;
using Gavel.Chains;

namespace Gavel.Agent.Hosting;

/// <summary>An upgrade as <c>/events</c> shows it: names and values are stable, times in UTC.</summary>
/// <param name="At">When it was seen.</param>
/// <param name="Chain">The configured chain.</param>
/// <param name="Kind"><c>type-added</c>, <c>type-removed</c>, <c>type-changed</c>, <c>respected-type-changed</c> or <c>factory-changed</c>.</param>
/// <param name="Factory">The factory; null for a change of the chain as a whole.</param>
/// <param name="GameType">The game type; null where it is of none.</param>
/// <param name="After">The L1 block at which all was as before.</param>
/// <param name="SeenAt">The L1 block at which it was seen.</param>
/// <param name="What">What is now, and what was before.</param>
/// <param name="Needs">What is needed before the first game made so.</param>
internal sealed record EventView(
    DateTimeOffset At, string Chain, string Kind, string? Factory, uint? GameType, string After, string SeenAt, string What, IReadOnlyList<string> Needs)
{
    /// <summary>The answer of <c>/events</c>.</summary>
    public static string Json(IEnumerable<UpgradeEvent> events, DateTimeOffset now) => OperatorJson.Text(new EventList(now, [.. events.Select(Of)]));

    /// <summary>The same as lines of text, one each.</summary>
    public static string Text(IEnumerable<UpgradeEvent> events) =>
        string.Concat(events.Select(upgrade => $"{upgrade.At:u} {upgrade.Chain} {UpgradeWatch.LabelOf(upgrade.Kind)}: {DangerView.OneLine(upgrade.ToString())}\n"));

    private static EventView Of(UpgradeEvent upgrade) => new(
        upgrade.At,
        upgrade.Chain,
        UpgradeWatch.LabelOf(upgrade.Kind),
        upgrade.Factory?.ToString(),
        upgrade.GameType,
        upgrade.After,
        upgrade.SeenAt,
        DangerView.OneLine(upgrade.What),
        [.. upgrade.Needs.Select(DangerView.OneLine)]);
}

/// <summary>What <c>/events</c> answers.</summary>
/// <param name="At">When.</param>
/// <param name="Events">The upgrades that were seen, the newest first.</param>
internal sealed record EventList(DateTimeOffset At, IReadOnlyList<EventView> Events);
