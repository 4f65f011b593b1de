using System.Globalization;

namespace Gavel.Rollup;

/// <summary>One L2 execution node: who it is, and the outputs rebuilt from it.</summary>
internal sealed class ExecutionWatch(NodeLabel label, L2ExecutionNode node, TrustLimits limits, TimeProvider clock) : IDisposable
{
    private readonly KeptQuestions<string, ulong> _chainId = new((_, token) => node.ChainIdAsync(token), limits.LookTime, clock);
    private readonly KeptQuestions<ulong, VerifiedOutput> _outputs = new(node.OutputAsync, limits.AnswerTime, clock);
    private object? _silentSince; // a DateTimeOffset, boxed so that no reader sees half of it

    /// <summary>Its name and whose voice it is.</summary>
    public NodeLabel Label => label;

    /// <summary>Its chain id.</summary>
    public Kept<ulong> ChainId => _chainId.Of("");

    /// <summary>Since when it does not tell its chain id; null while it does.</summary>
    public DateTimeOffset? SilentSince => (DateTimeOffset?)Volatile.Read(ref _silentSince);

    public Kept<VerifiedOutput> Output(ulong block) => _outputs.Of(block);

    public Task AskOutput(ulong block, DateTimeOffset freshest) => _outputs.Ask(block, freshest);

    public async Task LookAsync(DateTimeOffset now)
    {
        await _chainId.Ask("", now).ConfigureAwait(false);
        Volatile.Write(ref _silentSince, ChainId.Error is null && ChainId.HasValue ? null : SilentSince ?? now);
    }

    /// <summary>Why it may not be believed about a chain; null if it may.</summary>
    public Objection? ObjectionTo(ulong l2ChainId) => ChainId switch
    {
        { HasValue: false } unknown => new Objection(ObjectionKind.Unidentified, $"it has not told its chain id ({unknown.Trouble ?? "not answered yet"})"),
        { Value: var id } when id != l2ChainId =>
            new Objection(ObjectionKind.Foreign, string.Create(CultureInfo.InvariantCulture, $"its chain id is {id}; ours is {l2ChainId}")),
        _ => null,
    };

    public void Forget(DateTimeOffset before) => _outputs.Forget(before);

    /// <inheritdoc/>
    public void Dispose()
    {
        _chainId.Dispose();
        _outputs.Dispose();
    }
}
