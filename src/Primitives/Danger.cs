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

/// <summary>Whose doing a danger is, which decides whether it makes the agent unready.</summary>
public enum DangerOrigin
{
    /// <summary>Of our own doing, or within our own reach: a node, the sender, the disk, a prestate, funds. From warn on <c>/readyz</c> answers 503.</summary>
    Ours,

    /// <summary>Of the chain itself: a false anchor, a game that is lost. It pages, and never blocks a rollout.</summary>
    Chain,
}

/// <summary>
/// Something that an operator must look at. Log, <c>/readyz</c>, <c>/dangers</c>, metrics and commands are views of the same values, so that none
/// of them says less than another.
/// </summary>
public sealed record Danger
{
    private readonly DangerSeverity? _severity;
    private readonly DangerOrigin? _origin;

    /// <summary>What kind it is of, from the catalogue.</summary>
    public required DangerKind Kind { get; init; }

    /// <summary>The kind's stable name; alerts and docs refer to it.</summary>
    public string Code => Kind.Code;

    /// <summary>How loudly it is told; the kind's own severity if nothing else is said.</summary>
    public DangerSeverity Severity
    {
        get => _severity ?? Kind.Severity;
        init => _severity = value;
    }

    /// <summary>Whose doing it is; the kind's own origin if nothing else is said.</summary>
    public DangerOrigin Origin
    {
        get => _origin ?? Kind.Origin;
        init => _origin = value;
    }

    /// <summary>What it is about: an endpoint (without credentials), an account, a game, a file. With the code it is what tells one danger from another.</summary>
    public required string Subject { get; init; }

    /// <summary>The configured chain that it concerns; null where it is not one chain's.</summary>
    public string? Chain { get; init; }

    /// <summary>The game that it concerns; null where it is not one game's.</summary>
    public Address? Game { get; init; }

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
