namespace Gavel.Primitives;

/// <summary>How loudly a danger is told.</summary>
public enum DangerSeverity
{
    /// <summary>Worth knowing; nothing is lost if nobody looks today.</summary>
    Watch,

    /// <summary>Somebody should look within hours.</summary>
    Warn,

    /// <summary>Somebody must look now: a bond, a game or the ability to send is at stake.</summary>
    Page,
}

/// <summary>
/// Something that an operator must look at. Log level, <c>/readyz</c>, metrics and commands are views of the same values, so that none of
/// them says less than another.
/// </summary>
public sealed record Danger
{
    /// <summary>A stable name of the kind, in kebab case, for example <c>head-stands-still</c>; alerts and docs refer to it.</summary>
    public required string Code { get; init; }

    /// <summary>How loudly it is told.</summary>
    public required DangerSeverity Severity { get; init; }

    /// <summary>What it is about: an endpoint (without credentials), an account, a game, a file.</summary>
    public required string Subject { get; init; }

    /// <summary>What is the matter, in one line, with its last real cause.</summary>
    public required string Problem { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When it is too late to mend it; null where there is no such time.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>What an operator can do.</summary>
    public required string Mend { get; init; }

    /// <summary><c>code: subject: problem</c>.</summary>
    public override string ToString() => $"{Code}: {Subject}: {Problem}";
}

/// <summary>A part of the product that knows of dangers of its own.</summary>
public interface IDangerSource
{
    /// <summary>The dangers that stand now; empty when all is well. Cheap, and safe to read from any thread.</summary>
    IReadOnlyList<Danger> Dangers { get; }
}
