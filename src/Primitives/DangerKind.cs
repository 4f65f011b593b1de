namespace Gavel.Primitives;

/// <summary>How loudly the log tells dangers of a kind.</summary>
public enum DangerLoudness
{
    /// <summary>By their severity: watch at information, warn at warning, page at error.</summary>
    BySeverity,

    /// <summary>At error, however much time is left.</summary>
    Error,

    /// <summary>At critical: there is nothing louder.</summary>
    Critical,
}

/// <summary>A kind of danger, as the catalogue has it. Only the catalogue makes them.</summary>
public sealed record DangerKind
{
    internal DangerKind(string code, DangerSeverity severity, DangerOrigin origin, string meaning, DangerLoudness loudness = DangerLoudness.BySeverity)
    {
        Code = code;
        Severity = severity;
        Origin = origin;
        Meaning = meaning;
        Loudness = loudness;
    }

    /// <summary>A stable name in kebab case; alerts and docs refer to it, so that it is never changed.</summary>
    public string Code { get; }

    /// <summary>How loud it is as a rule; one danger may be louder or less loud.</summary>
    public DangerSeverity Severity { get; }

    /// <summary>Whose doing it is as a rule.</summary>
    public DangerOrigin Origin { get; }

    /// <summary>What it means, in one line.</summary>
    public string Meaning { get; }

    /// <summary>How loudly the log tells it.</summary>
    public DangerLoudness Loudness { get; }

    /// <summary>Where it is written about, from the root of the repository.</summary>
    public string Docs => $"docs/dangers.md#{Code}";

    /// <inheritdoc/>
    public override string ToString() => Code;
}
