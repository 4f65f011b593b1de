using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Sending;
using Microsoft.Extensions.Logging;

namespace Gavel.Intents;

/// <summary>
/// The one sender of an account on one L1, with its journal: chains that share an account share a desk, since an account's nonces have one
/// owner. It works from the moment it is opened: what is in flight is looked after at once, and what an earlier run left in the queue waits until a
/// decision of this one wants it.
/// </summary>
public sealed partial class SenderDesk : IAccountDesk, IDangerSource, IAsyncDisposable
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly JournalOutbox _outbox;
    private readonly TransactionSender _sender;
    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly ISigner _signer;
    private readonly DeskDangers _dangers;
    private readonly HashSet<string> _joined = [];
    private readonly HashSet<string> _unsettled = [];
    private readonly DeskEndpoints _endpoints;
    private readonly SharedExclusion _exclusion;
    private SendingOptions _options;
    private SenderOptions _senderOptions;
    private Task? _running;

    private SenderDesk(
        JournalOutbox outbox,
        TransactionSender sender,
        string journal,
        SendingOptions options,
        DeskEndpoints endpoints,
        ISigner signer,
        TimeProvider clock,
        ILogger logger)
    {
        _outbox = outbox;
        _sender = sender;
        _dangers = new DeskDangers(outbox, journal, sender.Account, clock);
        _options = options;
        _endpoints = endpoints;
        _exclusion = new SharedExclusion(endpoints);
        _signer = signer;
        _clock = clock;
        _logger = logger;
        _senderOptions = sender.Options;
        sender.Noticed += Tell;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers =>
    [
        .. _sender.Dangers.Where(danger => danger.Kind != DangerCodes.JournalBroken), .. _dangers.Dangers, // the outbox knows at once what the sender meets later
    ];

    /// <inheritdoc/>
    public IOutbox Outbox => _outbox;

    /// <inheritdoc/>
    public Address Account => _sender.Account;

    /// <inheritdoc/>
    public bool Sends => true;

    /// <summary>The limits in force: the stricter ones of all chains that send from the account.</summary>
    public SendingOptions Options => _options;

    /// <summary>What L1 is read through: an endpoint that a chain has proven false is left out there, too.</summary>
    public ILeavesOut ExclusionBy(string chain) => _exclusion.By(chain);

    /// <summary>Signs for the account; not the desk's to let go.</summary>
    public ISigner Signer => _signer;

    /// <summary>Opens the journal and begins to send.</summary>
    /// <param name="folder">Folder of the journal.</param>
    /// <param name="l1">Addresses of the first chain's L1 nodes.</param>
    /// <param name="chainId">Their chain id.</param>
    /// <param name="signer">Signs for the account.</param>
    /// <param name="options">Fees, confirmations, limits, endpoints.</param>
    /// <param name="access">How these nodes and the endpoints of <paramref name="options"/> are treated.</param>
    /// <param name="pollInterval">How often the sender looks at the chain.</param>
    /// <param name="clock">The host's clock.</param>
    /// <param name="logger">One line for each thing that happens to an intent.</param>
    /// <exception cref="OutboxException">The journal is damaged, or another process has it open.</exception>
    /// <exception cref="FormatException">An address is malformed.</exception>
    public static async Task<SenderDesk> OpenAsync(
        string folder,
        IEnumerable<string> l1,
        ulong chainId,
        ISigner signer,
        SendingOptions options,
        RpcOptions access,
        TimeSpan pollInterval,
        TimeProvider clock,
        ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(l1);
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(options);
        DeskEndpoints endpoints = new(chainId, clock, logger);
        string path = JournalIn(folder);
        JournalOutbox outbox;
        try
        {
            endpoints.Add(l1, options, access);
            Directory.CreateDirectory(folder);
            outbox = JournalOutbox.Open(path, new JournalOptions { Clock = clock, ReserveBytes = (long)options.ReserveMiB << 20 });
        }
        catch
        {
            await endpoints.DisposeAsync();
            throw;
        }

        ChainReader client = new(endpoints);
        SenderOptions senderOptions = endpoints.Into(SenderSettings.Of(options, new SenderOptions
        {
            ChainId = chainId,
            Policy = new SpendPolicy(UInt256.Zero),
            Reverts = DisputeErrors.Decoder,
            PollInterval = pollInterval,
            Clock = clock,
            AwaitsDecisions = true,
            Describe = Name,
        }));
        TransactionSender sender = new(client, signer, outbox, new IntentGuard(client), senderOptions);
        SenderDesk desk = new(outbox, sender, path, options, endpoints, signer, clock, logger);
        desk._running = Task.Run(() => desk.RunAsync(desk._stop.Token));
        return desk;
    }

    /// <summary>True if a chain sends from here.</summary>
    public bool Has(string chain)
    {
        lock (_lock)
        {
            return _joined.Contains(chain);
        }
    }

    /// <summary>The journal in a desk's folder.</summary>
    public static string JournalIn(string folder) => Path.Combine(folder, "journal");

    /// <summary>
    /// Chains that may come to send from here, which is not known before they are connected: what earlier runs left in the queue may be theirs, and
    /// is refused only when each has decided once, or has <see cref="Settle">said</see> that it sends elsewhere.
    /// </summary>
    public void Await(IEnumerable<string> chains)
    {
        ArgumentNullException.ThrowIfNull(chains);
        lock (_lock)
        {
            _unsettled.UnionWith(chains);
            _sender.Unsettle();
        }
    }

    /// <summary>
    /// A chain sends from here. With more than one the stricter limits hold for all of them, which is said aloud, and L1 is read through the nodes
    /// of all; and what earlier runs left in the queue is refused only when each has decided once.
    /// </summary>
    /// <param name="chain">Its name.</param>
    /// <param name="l1">Addresses of its L1 nodes.</param>
    /// <param name="options">Its limits and endpoints.</param>
    /// <param name="access">How endpoints are treated that no chain before it named.</param>
    /// <exception cref="FormatException">An address is malformed.</exception>
    public void Join(string chain, IEnumerable<string> l1, SendingOptions options, RpcOptions access)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_lock)
        {
            if (_joined.Contains(chain))
            {
                return; // it is set up anew
            }

            _unsettled.Add(chain);
            _sender.Unsettle();
            if (_joined.Count > 0)
            {
                _endpoints.Add(l1, options, access);
                _options = _options.StricterOf(options);
                _senderOptions = _endpoints.Into(SenderSettings.Of(_options, _senderOptions));
                _sender.Use(_senderOptions);
                LogShared(
                    _logger, chain, Account, _options.Confirmations, _options.MaxWeiPerDay, _options.MaxFeeGwei, _options.UrgentMaxFeeGwei, _options.MaxTipGwei, _options.UrgentMaxTipGwei);
            }

            _joined.Add(chain); // the desk was opened for the first
        }
    }

    /// <inheritdoc/>
    public bool IsPermitted(OutboxEntry entry) => _sender.IsPermitted(entry);

    /// <inheritdoc/>
    public void Settle(string chain)
    {
        lock (_lock)
        {
            if (_unsettled.Remove(chain) && _unsettled.Count == 0)
            {
                _sender.Settle();
                _sender.Wake();
            }
        }
    }

    /// <inheritdoc/>
    public void Wake() => _sender.Wake();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_running is { } running)
        {
            await running;
        }

        _sender.Dispose();
        await _outbox.DisposeAsync();
        await _endpoints.DisposeAsync();
        _stop.Dispose();
    }

    private static string Name(OutboxEntry entry) => IntentKey.Decode(entry.Intent.Key.Span) is { } key
        ? $"{key.Kind} on {key.Target}"
        : $"intent {entry.Id}";

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                Task running = _sender.RunAsync(cancellationToken);
                await Task.WhenAny(running, Task.Delay(PauseAfterFailure, _clock, cancellationToken));
                if (!running.IsCompleted)
                {
                    _dangers.Stopped = null; // it works
                }

                await running;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return; // asked to stop
            }
            catch (Exception error)
            {
                // Without a sender nothing can be defended: said loudly, shown by health, and tried again whatever it was.
                _dangers.Stopped = $"the sender of {_sender.Account} has stopped ({error.GetType().Name}): {error.Message}";
                LogStopped(_logger, _sender.Account, error.GetType().Name, error.Message);
            }

            try
            {
                await Task.Delay(PauseAfterFailure, _clock, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Tell(SenderNotice notice)
    {
        LogLevel level = notice.Kind is SenderNoticeKind.Trouble or SenderNoticeKind.Held ? LogLevel.Warning : LogLevel.Information;
        string message = notice.Entry is { } entry ? $"{Name(entry)}: {notice.Message}" : notice.Message;
        LogNotice(_logger, level, notice.Kind, message);
    }

    [LoggerMessage(EventId = 5001, Message = "sender: {Kind}: {Message}")]
    private static partial void LogNotice(ILogger logger, LogLevel level, SenderNoticeKind kind, string message);

    [LoggerMessage(5002, LogLevel.Critical, "The sender of {Account} has stopped ({ErrorType}): {Problem}")]
    private static partial void LogStopped(ILogger logger, Address account, string errorType, string problem);

    [LoggerMessage(
        5003,
        LogLevel.Warning,
        "{Chain} sends from {Account} as another chain does: they share one sender, and the stricter limits hold for both: {Confirmations} confirmations, {WeiPerDay} wei a day (0: no limit), {Fee}/{UrgentFee} gwei, tip {Tip}/{UrgentTip} gwei")]
    private static partial void LogShared(
        ILogger logger, string chain, Address account, ulong confirmations, string weiPerDay, ulong fee, ulong urgentFee, ulong tip, ulong urgentTip);
}
