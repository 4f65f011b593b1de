namespace Gavel.Rollup;

/// <summary>What a node is asked for.</summary>
public enum NodeKind
{
    /// <summary>A rollup node (<c>optimism_*</c>).</summary>
    Rollup,

    /// <summary>An L2 execution node.</summary>
    Execution,

    /// <summary>No node: a run of our own.</summary>
    OwnRun,
}

/// <summary>A node by name and by whose voice it is.</summary>
/// <param name="Kind">What it is asked for.</param>
/// <param name="Name">Its address without credentials.</param>
/// <param name="Group">Who runs it, or what it runs: all nodes of one group are one voice, since they fail and lie together.</param>
public sealed record NodeLabel(NodeKind Kind, string Name, string Group)
{
    /// <summary>Stands for runs of our own, which are nobody's voice but ours.</summary>
    public static NodeLabel OwnRun { get; } = new(NodeKind.OwnRun, "a run of our own", "");

    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}
