using Gavel.Rollup;

namespace Gavel.Intents;

/// <summary>What a verdict rested on, as the audit trail keeps it: for programs and people after the fact.</summary>
public sealed record AuditEvidence
{
    /// <summary>Valid, invalid or unavailable.</summary>
    public required Truth Truth { get; init; }

    /// <summary>The rule that it followed from.</summary>
    public required VerdictRule Rule { get; init; }

    /// <summary>How many groups had to agree.</summary>
    public required int Minimum { get; init; }

    /// <summary>Groups behind it.</summary>
    public required IReadOnlyList<string> For { get; init; }

    /// <summary>Groups that said otherwise.</summary>
    public required IReadOnlyList<string> Against { get; init; }

    /// <summary>The last block known to have been derivable by the game's L1 head.</summary>
    public ulong? LastDerivable { get; init; }

    /// <summary>The first block known not to have been.</summary>
    public ulong? FirstUnderivable { get; init; }

    /// <summary>What each node said.</summary>
    public required IReadOnlyList<AuditTestimony> Said { get; init; }

    /// <summary>The same of a verdict.</summary>
    public static AuditEvidence Of(Verdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return new AuditEvidence
        {
            Truth = verdict.Truth,
            Rule = verdict.Rule,
            Minimum = verdict.Evidence.Minimum,
            For = verdict.Evidence.For,
            Against = verdict.Evidence.Against,
            LastDerivable = verdict.Evidence.LastDerivable,
            FirstUnderivable = verdict.Evidence.FirstUnderivable,
            Said = [.. verdict.Evidence.Testimonies.Select(AuditTestimony.Of)],
        };
    }
}

/// <summary>What a node said to a question.</summary>
/// <param name="Node">Its address without credentials.</param>
/// <param name="Group">Whose voice it is.</param>
/// <param name="Question">What it was asked.</param>
/// <param name="L1">The L1 block of the answer.</param>
/// <param name="L2">The L2 block of the answer.</param>
/// <param name="Root">An output root.</param>
/// <param name="At">When it answered.</param>
/// <param name="Problem">Why it did not, or does not count.</param>
public sealed record AuditTestimony(string Node, string Group, string Question, string? L1, string? L2, string? Root, DateTimeOffset? At, string? Problem)
{
    internal static AuditTestimony Of(Testimony said) => new(
        said.Node, said.Group, said.Question, said.L1?.ToString(), said.L2?.ToString(), said.Root?.ToString(), said.At, said.Problem);

    /// <summary>One line.</summary>
    public override string ToString()
    {
        string[] parts = [.. new[] { Root, L2 is null ? null : $"L2 {L2}", L1 is null ? null : $"L1 {L1}", Problem }.OfType<string>()];
        return $"{Node}{(Group == Node ? "" : $" ({Group})")}: {Question}: {string.Join(", ", parts)}{(At is { } at ? $" at {at:u}" : "")}";
    }
}
