using System.Globalization;
using Gavel.Agent.Operating;

namespace Gavel.Agent.Hosting;

/// <summary>A danger as <c>/dangers</c> and <c>--json</c> show it: names and values are stable, times in UTC.</summary>
/// <param name="Code">The kind, see docs/dangers.md.</param>
/// <param name="Severity"><c>watch</c>, <c>warn</c> or <c>page</c>.</param>
/// <param name="Origin"><c>ours</c> or <c>chain</c>.</param>
/// <param name="Chain">The configured chain; null where it is not one chain's.</param>
/// <param name="Game">The game's address; null where it is not one game's.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Problem">What is the matter.</param>
/// <param name="Mend">What to do.</param>
/// <param name="Since">When it began.</param>
/// <param name="Deadline">When it is too late; null where there is no such time.</param>
/// <param name="SecondsLeft">Whole seconds until then, negative when it is past; null likewise.</param>
/// <param name="Docs">Where it is written about.</param>
internal sealed record DangerView(
    string Code,
    string Severity,
    string Origin,
    string? Chain,
    string? Game,
    string Subject,
    string Problem,
    string Mend,
    DateTimeOffset Since,
    DateTimeOffset? Deadline,
    long? SecondsLeft,
    string Docs)
{
    /// <summary>A danger as it stands at a time.</summary>
    public static DangerView Of(Danger danger, DateTimeOffset now) => new(
        danger.Code,
        danger.Severity.ToString().ToLowerInvariant(),
        danger.Origin.ToString().ToLowerInvariant(),
        danger.Chain,
        danger.Game?.ToString(),
        OneLine(danger.Subject),
        OneLine(danger.Problem),
        OneLine(danger.Mend),
        danger.Since,
        danger.Deadline,
        danger.Deadline is { } deadline ? (long)Math.Floor((deadline - now).TotalSeconds) : null,
        danger.Kind.Docs);

    /// <summary>The answer of <c>/dangers</c>.</summary>
    public static string Json(IEnumerable<Danger> dangers, DateTimeOffset now) =>
        OperatorJson.Text(new DangerList(now, [.. dangers.Select(danger => Of(danger, now))]));

    /// <summary>The same as lines of text, one each.</summary>
    public static string Text(IEnumerable<Danger> dangers, DateTimeOffset now) => string.Concat(dangers.Select(danger => $"{Line(danger, now)}\n"));

    /// <summary>A danger in one line.</summary>
    public static string Line(Danger danger, DateTimeOffset now) => Of(danger, now).ToString();

    /// <summary>What nodes say may hold line breaks, and others' text must not look like lines of ours.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));

    /// <summary>In one line: severity, code, subject, problem, mend, since when, and the time that is left.</summary>
    public override string ToString()
    {
        string left = Deadline is not { } deadline ? ""
            : SecondsLeft > 0 ? string.Create(CultureInfo.InvariantCulture, $"; until {deadline:u}, {SecondsLeft} s are left")
            : $"; it was to be mended by {deadline:u}";
        return $"{Severity} {Code}: {Subject}: {Problem}; {Mend}; since {Since:u}{left}";
    }
}

/// <summary>What <c>/dangers</c> answers.</summary>
/// <param name="At">When.</param>
/// <param name="Dangers">All that stand, the gravest first.</param>
internal sealed record DangerList(DateTimeOffset At, IReadOnlyList<DangerView> Dangers);
