using System.Globalization;
using Gavel.Ethereum;

namespace Gavel.Rollup;

/// <summary>A rollup node that is trusted, and whose voice it is.</summary>
/// <param name="Name">Its address without credentials.</param>
/// <param name="Group">See <see cref="NodeLabel"/>.</param>
/// <param name="Node">The node.</param>
public sealed record TrustedRollupNode(string Name, string Group, RollupNode Node);

/// <summary>An L2 execution node that is trusted, and whose voice it is.</summary>
/// <param name="Name">Its address without credentials.</param>
/// <param name="Group">See <see cref="NodeLabel"/>.</param>
/// <param name="Node">The node.</param>
public sealed record TrustedExecutionNode(string Name, string Group, L2ExecutionNode Node);

/// <summary>
/// The nodes that the operator trusts, each with one voice in its group. They are looked at once a cycle; what a game needs is asked on tasks that
/// outlive the cycle and is kept. A node that is silent, slow or failing costs its own voice only.
/// </summary>
public sealed class TrustedNodes : IDisposable
{
    private static readonly TimeSpan _forgetAfter = TimeSpan.FromDays(1);

    private readonly L1Book _l1;
    private readonly TimeProvider _clock;
    private DateTimeOffset _forgot;

    /// <summary>Asks nothing yet.</summary>
    /// <param name="rollupNodes">At least one.</param>
    /// <param name="executionNodes">At least one.</param>
    /// <param name="l1">L1, by which the fork that a rollup node follows is checked.</param>
    /// <param name="l1ChainId">L1's chain id.</param>
    /// <param name="minimum">How many groups must agree; null for one of one, else two.</param>
    /// <param name="limits">Time limits.</param>
    /// <param name="log">Our own log of safe heads.</param>
    /// <param name="clock">The host's clock.</param>
    /// <param name="systemConfig">L1 address of the chain's <c>SystemConfig</c>, which rollup nodes must derive by; null where it is not known.</param>
    public TrustedNodes(
        IReadOnlyList<TrustedRollupNode> rollupNodes,
        IReadOnlyList<TrustedExecutionNode> executionNodes,
        ChainReader l1,
        ulong l1ChainId,
        int? minimum,
        TrustLimits limits,
        SafeHeadLog log,
        TimeProvider clock,
        Address? systemConfig = null)
    {
        SystemConfig = systemConfig;
        ArgumentNullException.ThrowIfNull(rollupNodes);
        ArgumentNullException.ThrowIfNull(executionNodes);
        ArgumentNullException.ThrowIfNull(limits);
        _clock = clock;
        _l1 = new L1Book(l1, limits.AnswerTime, clock);
        Limits = limits;
        L1ChainId = l1ChainId;
        Rollup = [.. rollupNodes.Select((node, i) => new RollupWatch(
            new NodeLabel(NodeKind.Rollup, Named(node.Name, rollupNodes.Take(i).Select(other => other.Name)), node.Group), node.Node, _l1, log, limits, clock))];
        Execution = [.. executionNodes.Select((node, i) => new ExecutionWatch(
            new NodeLabel(NodeKind.Execution, Named(node.Name, executionNodes.Take(i).Select(other => other.Name)), node.Group), node.Node, limits, clock))];
        Groups = rollupNodes.Select(node => node.Group).Distinct(StringComparer.Ordinal).Count();
        Minimum = Math.Clamp(minimum ?? Quorum.DefaultMinimum(Groups), 1, Math.Max(Groups, 1));
        Log = log;
    }

    /// <summary>How many groups of rollup nodes are configured.</summary>
    public int Groups { get; }

    /// <summary>How many of them must agree.</summary>
    public int Minimum { get; }

    /// <summary>Time limits.</summary>
    public TrustLimits Limits { get; }

    /// <summary>Our own log of safe heads.</summary>
    public SafeHeadLog Log { get; }

    /// <summary>Chain id of the L2 by the newest game that was asked about; null before the first.</summary>
    public ulong? ExpectedL2ChainId { get; private set; }

    internal ulong L1ChainId { get; }

    internal Address? SystemConfig { get; }

    internal L1Book L1 => _l1;

    internal IReadOnlyList<RollupWatch> Rollup { get; }

    internal IReadOnlyList<ExecutionWatch> Execution { get; }

    internal TimeProvider Clock => _clock;

    /// <summary>L1 blocks that rollup nodes of ours have lately told by hash: the ones that they derive from, independent of our L1 endpoints.</summary>
    public IReadOnlyList<BlockId> KnownL1Blocks =>
    [
        .. Rollup.Select(watch => watch.Status).Where(status => status.HasValue)
            .SelectMany(status => new[] { status.Value!.CurrentL1, status.Value.HeadL1, status.Value.FinalizedL1 })
            .Where(block => block.Number > 0).Distinct(),
    ];

    /// <summary>
    /// Looks at every node once: how far it is, and who it is. Each has its own time for it; a node that takes longer is silent for this cycle.
    /// </summary>
    /// <param name="wasReorganised">Whether L1 was reorganised since the last look.</param>
    /// <param name="cancellationToken">Ends the wait, not the questions.</param>
    public async Task LookAsync(bool wasReorganised, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        if (wasReorganised)
        {
            _l1.Reorganised();
        }

        if ((now - _forgot).Duration() > _forgetAfter)
        {
            _forgot = now;
            Forget(now - _forgetAfter);
        }

        // Who was silent at the last look is looked at too, but not waited for: one dead node costs a cycle nothing.
        List<Task> awaited = [];
        foreach (RollupWatch watch in Rollup)
        {
            bool isAwaited = watch.SilentSince is null;
            Task look = watch.LookAsync(now);
            awaited.AddRange(isAwaited ? [look] : []);
        }

        foreach (ExecutionWatch watch in Execution)
        {
            bool isAwaited = watch.SilentSince is null;
            Task look = watch.LookAsync(now);
            awaited.AddRange(isAwaited ? [look] : []);
        }

        await Task.WhenAll(awaited).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The truth about a game's root as these nodes tell it.</summary>
    public GameCase CaseOf(GameFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ExpectedL2ChainId = facts.L2ChainId;
        return new GameCase(facts, this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RollupWatch watch in Rollup)
        {
            watch.Dispose();
        }

        foreach (ExecutionWatch watch in Execution)
        {
            watch.Dispose();
        }

        _l1.Dispose();
    }

    // Addresses that differ in their credentials alone are shown alike; what is kept of them must not be mixed.
    private static string Named(string name, IEnumerable<string> earlier) =>
        earlier.Count(other => other == name) is > 0 and var same ? string.Create(CultureInfo.InvariantCulture, $"{name} ({same + 1})") : name;

    private void Forget(DateTimeOffset before)
    {
        foreach (RollupWatch watch in Rollup)
        {
            watch.Forget(before);
        }

        foreach (ExecutionWatch watch in Execution)
        {
            watch.Forget(before);
        }

        _l1.Forget(before);
    }
}
