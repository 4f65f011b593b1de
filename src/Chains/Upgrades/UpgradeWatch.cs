using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Rollup;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Gavel.Chains;

/// <summary>
/// Sees that a chain was upgraded as soon as its contracts say so, which is before any game is made by the new terms: tells each change once, with what is
/// needed for such games. One request a block shows whether anything has changed at all. Not for several threads at once.
/// </summary>
/// <param name="chain">The chain's options.</param>
/// <param name="l1">The L1 nodes.</param>
/// <param name="contracts">The chain's contracts.</param>
/// <param name="book">What was known before.</param>
/// <param name="clock">The host's clock.</param>
/// <param name="logger">Where upgrades are told.</param>
/// <param name="endpoints">L1's endpoints, without whose agreement no factory takes another's place.</param>
public sealed partial class UpgradeWatch(
    ChainOptions chain, ChainReader l1, ChainContracts contracts, UpgradeBook book, TimeProvider clock, ILogger logger, FailoverRpc endpoints)
{
    // Blocks between two readings where a node refuses to tell in one request whether anything has changed.
    private const ulong Between = 25;
    private static readonly Counter _upgrades = PrometheusMetrics.Counter(MetricCatalogue.Upgrades);

    private readonly FactoryVoices _voices = new(endpoints, clock);
    private readonly TermsReader _reader = new(l1, contracts, [.. OfferedType.Known.Concat(chain.GameTypes)]);
    private Hash32? _looked;
    private ulong? _read;
    private Hash32? _mark;
    private bool _isRefused;

    /// <summary>
    /// Whether the <c>SystemConfig</c> names another factory than the one in use. It is held against that and not against what was known before: whoever set the
    /// chain up may have read it from a node that was behind.
    /// </summary>
    public bool IsMoved { get; private set; }

    /// <summary>Looks whether anything has changed.</summary>
    /// <returns>The upgrades that are new.</returns>
    /// <exception cref="RpcException">A node gave no usable answer; the next look tells.</exception>
    /// <exception cref="ContractReadException">A contract did not answer as what it is said to be; the next look tells.</exception>
    public async Task<IReadOnlyList<UpgradeEvent>> CheckAsync(L1View view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(view);
        ulong block = view.Block.Number;
        if (_looked == view.Block.Hash || block < book.Known?.L1Block)
        {
            return []; // a node that is behind tells what was, and not that it is so again
        }

        bool isDue = _read is not ulong last || block < last || block >= last + (_isRefused ? Between : chain.AuditBlocks);
        Hash32? mark = await MarkAsync(view, isDue, cancellationToken);
        if (!isDue && (mark is null || mark == _mark))
        {
            _looked = view.Block.Hash;
            return [];
        }

        ChainTerms terms = await _reader.ReadAsync(view.At, cancellationToken);
        if (terms.LiveFactory is { } live && (live != contracts.Factory || live != book.Known?.Terms.LiveFactory))
        {
            await _voices.RequireAsync(contracts.SystemConfig!.Value, live, view.At, cancellationToken);
        }

        IReadOnlyList<UpgradeEvent> events = Tell(terms, view);
        IsMoved = terms.LiveFactory is { } named && named != contracts.Factory;
        (_looked, _read, _mark) = (view.Block.Hash, block, mark);
        return events;
    }

    private async Task<Hash32?> MarkAsync(L1View view, bool isDue, CancellationToken cancellationToken)
    {
        if (_isRefused && !isDue)
        {
            return null;
        }

        try
        {
            Hash32 mark = await _reader.MarkAsync(view.Block.Number, view.Block.Hash, view.ParentHash, cancellationToken);
            _isRefused = false;
            return mark;
        }
        catch (RpcException error) when (error.Kind is RpcErrorKind.NodeError or RpcErrorKind.Malformed or RpcErrorKind.Revert)
        {
            if (!_isRefused)
            {
                LogRefused(logger, chain.Name, Between, error.Message);
            }

            _isRefused = true;
            return null;
        }
    }

    private UpgradeEvent[] Tell(ChainTerms terms, L1View view)
    {
        if (_read is null)
        {
            TellOffered(terms);
        }

        KeptTerms? known = book.Known;
        UpgradeEvent[] events = known is null ? [] : [.. TermsChange.Between(known.Terms, terms).Select(change => Of(change, new BlockId(known.L1Hash, known.L1Block), view))];
        foreach (UpgradeEvent upgrade in events)
        {
            // Told first and kept then: a crash in between has it told twice, never not at all.
            LogUpgrade(logger, chain.Name, upgrade.ToString());
            _upgrades.WithLabels(chain.Name, LabelOf(upgrade.Kind)).Inc();
        }

        book.Take(new KeptTerms(terms, view.Block.Number, view.Block.Hash, [.. known?.Events ?? [], .. events]) { FormerFactories = FormerBy(known, terms) });
        return events;
    }

    // The games of a factory that was replaced go on, whether or not anybody adds it to the configuration.
    private static Address[] FormerBy(KeptTerms? known, ChainTerms terms) =>
        [.. (known?.FormerFactories ?? []).Concat(known?.Terms.LiveFactory is { } was && terms.LiveFactory is not null ? [was] : []).Distinct().Where(factory => factory != terms.LiveFactory)];

    private void TellOffered(ChainTerms terms)
    {
        foreach (FactoryTerms factory in terms.Factories)
        {
            foreach (TypeTerms type in factory.Types)
            {
                LogOffered(logger, chain.Name, factory.Factory, type.GameType, type.GameType == terms.RespectedGameType ? " (respected)" : "", TermsChange.WordsOf(type));
            }
        }
    }

    private UpgradeEvent Of(TermsChange change, BlockId after, L1View view)
    {
        // The trace of such a type has no file.
        bool hasProgram = change.GameType is not uint type || !chain.Cannon.AlphabetGameTypes.Contains(type);
        bool isLeftOut = change is { Kind: TermsChangeKind.TypeAdded or TermsChangeKind.RespectedTypeChanged, GameType: { } named }
            && chain.GameTypes.Count > 0 && !chain.GameTypes.Contains(named);
        return new UpgradeEvent
        {
            At = clock.GetUtcNow(),
            Chain = chain.Name,
            Kind = change.Kind,
            Factory = change.Factory,
            GameType = change.GameType,
            After = after.ToString(),
            SeenAt = view.Block.ToString(),
            What = change.Words,
            Needs =
            [
                .. hasProgram ? change.Needs : [],
                .. isLeftOut ? new[] { $"type {change.GameType} in GameTypes, which leaves it out: its games are not played" } : [],
            ],
        };
    }

    /// <summary>A kind as the metric's label and <c>/events</c> have it.</summary>
    public static string LabelOf(TermsChangeKind kind) => kind switch
    {
        TermsChangeKind.TypeAdded => "type-added",
        TermsChangeKind.TypeRemoved => "type-removed",
        TermsChangeKind.TypeChanged => "type-changed",
        TermsChangeKind.RespectedTypeChanged => "respected-type-changed",
        _ => "factory-changed",
    };

    [LoggerMessage(1010, LogLevel.Warning, "{Chain} was upgraded: {Upgrade}")]
    private static partial void LogUpgrade(ILogger logger, string chain, string upgrade);

    [LoggerMessage(1011, LogLevel.Information, "{Chain}: factory {Factory} creates games of type {GameType}{Respected} by {Terms}")]
    private static partial void LogOffered(ILogger logger, string chain, Address factory, uint gameType, string respected, string terms);

    [LoggerMessage(1012, LogLevel.Warning, "{Chain}: the node does not tell in one call whether the chain was upgraded, so that is read every {Blocks} blocks: {Problem}")]
    private static partial void LogRefused(ILogger logger, string chain, ulong blocks, string problem);
}
