using System.Collections.Concurrent;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Sending;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>
/// The one sender of an account on one L1, with its journal: chains that share an account share a desk, since an account's nonces have one
/// owner. It works from the moment it is opened: what is in flight is looked after at once, and what an earlier run left in the queue waits until a
/// decision of this one wants it.
/// </summary>
public sealed partial class SenderDesk : IAccountDesk, IDangerSource, IAsyncDisposable
{
    private const string User = "sender";
        private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly JournalOutbox _outbox;
    private readonly TransactionSender _sender;
    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly IReadOnlyList<IAsyncDisposable> _clients;
    private readonly string _journal;
    private readonly ConcurrentDictionary<DangerKind, DateTimeOffset> _since = [];
    private readonly HashSet<string> _joined = [];
    private readonly HashSet<string> _unsettled = [];
    private readonly Dictionary<string, RpcEndpoint> _endpoints;
    private SendingOptions _options;
    private SenderOptions _senderOptions;
    private Task? _running;
    private string? _stopped;

    private SenderDesk(
        JournalOutbox outbox,
        TransactionSender sender,
        string journal,
        SendingOptions options,
        Dictionary<string, RpcEndpoint> endpoints,
        IReadOnlyList<IAsyncDisposable> clients,
        TimeProvider clock,
        ILogger logger)
    {
        _outbox = outbox;
        _sender = sender;
        _journal = journal;
        _options = options;
        _endpoints = endpoints;
        _clients = clients;
        _clock = clock;
        _logger = logger;
        _senderOptions = sender.Options;
        sender.Noticed += Tell;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers =>
    [
        .. _sender.Dangers.Where(danger => danger.Kind != DangerCodes.JournalBroken), .. OwnDangers(), // the outbox knows at once what the sender meets later
    ];

    /// <inheritdoc/>
    public IOutbox Outbox => _outbox;

    /// <inheritdoc/>
    public Address Account => _sender.Account;

    /// <summary>The limits in force: the stricter ones of all chains that send from the account.</summary>
    public SendingOptions Options => _options;

    /// <summary>Opens the journal and begins to send.</summary>
    /// <param name="folder">Folder of the journal.</param>
    /// <param name="l1">The L1 nodes; taken over, and disposed of with the desk.</param>
    /// <param name="chainId">Their chain id.</param>
    /// <param name="signer">Signs for the account.</param>
    /// <param name="options">Fees, confirmations, limits, endpoints.</param>
    /// <param name="access">How the endpoints of <paramref name="options"/> are treated.</param>
    /// <param name="pollInterval">How often the sender looks at the chain.</param>
    /// <param name="clock">The host's clock.</param>
    /// <param name="logger">One line for each thing that happens to an intent.</param>
    /// <exception cref="OutboxException">The journal is damaged, or another process has it open.</exception>
    public static SenderDesk Open(
        string folder,
        FailoverRpc l1,
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
        Directory.CreateDirectory(folder);
        string path = JournalIn(folder);
        JournalOutbox outbox = JournalOutbox.Open(path, new JournalOptions { Clock = clock, ReserveBytes = (long)options.ReserveMiB << 20 });
        ChainReader client = new(l1);
        foreach (RpcEndpoint endpoint in l1.Endpoints)
        {
            EndpointVoice.Listen(endpoint, User, logger);
        }

        Dictionary<string, RpcEndpoint> endpoints = [];
        SenderOptions senderOptions = Sender(options, url => Connect(url, endpoints, access, clock, logger), l1, new SenderOptions
        {
            ChainId = chainId,
            Policy = new SpendPolicy(UInt256.Zero),
            Reverts = DisputeErrors.Decoder,
            PollInterval = pollInterval,
            Clock = clock,
            AwaitsDecisions = true,
            Describe = Name,
        });
        TransactionSender sender = new(client, signer, outbox, new IntentGuard(client), senderOptions);
        SenderDesk desk = new(outbox, sender, path, options, endpoints, [l1], clock, logger);
        desk._running = Task.Run(() => desk.RunAsync(desk._stop.Token));
        return desk;
    }

    /// <summary>The journal in a desk's folder.</summary>
    public static string JournalIn(string folder) => Path.Combine(folder, "journal");

    /// <summary>
    /// A chain sends from here. With more than one the stricter limits hold for all of them, which is said aloud; and what earlier runs left in
    /// the queue is refused only when each has decided once.
    /// </summary>
    /// <param name="chain">Its name.</param>
    /// <param name="options">Its limits and endpoints.</param>
    /// <param name="access">How endpoints are treated that no chain before it named.</param>
    public void Join(string chain, SendingOptions options, RpcOptions access)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_lock)
        {
            if (!_joined.Add(chain))
            {
                return; // it is set up anew
            }

            _unsettled.Add(chain);
            if (_joined.Count == 1)
            {
                return; // the desk was opened for it
            }

            _options = _options.StricterOf(options);
            _senderOptions = Sender(_options, url => Connect(url, _endpoints, access, _clock, _logger), null, _senderOptions);
            _sender.Use(_senderOptions);
            LogShared(
                _logger, chain, Account, _options.Confirmations, _options.MaxWeiPerDay, _options.MaxFeeGwei, _options.UrgentMaxFeeGwei, _options.MaxTipGwei, _options.UrgentMaxTipGwei);
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
        foreach (IAsyncDisposable client in _clients.Concat(_endpoints.Values))
        {
            await client.DisposeAsync();
        }

        _stop.Dispose();
    }

    // Endpoints that are configured for sending are connected to once, whoever names them; by default they are the L1 nodes, one by one.
    private static SenderOptions Sender(SendingOptions options, Func<string, SendingEndpoint> connect, FailoverRpc? l1, SenderOptions known)
    {
        IEnumerable<SendingEndpoint> first = l1 is not null && options.Endpoints.Count == 0
            ? l1.Endpoints.Select(endpoint => new SendingEndpoint($"{endpoint.Url}", endpoint))
            : known.Endpoints;
        return options.For(known) with
        {
            Endpoints = [.. first.UnionBy(options.Endpoints.Select(connect), endpoint => endpoint.Name)],
            PrivateEndpoints = [.. options.PrivateEndpoints.Select(connect)],
        };
    }

    private static SendingEndpoint Connect(string url, Dictionary<string, RpcEndpoint> endpoints, RpcOptions access, TimeProvider clock, ILogger logger)
    {
        if (!endpoints.TryGetValue(url, out RpcEndpoint? endpoint))
        {
            endpoints[url] = endpoint = new RpcEndpoint(EndpointUrl.Parse(url), access, clock);
            EndpointVoice.Listen(endpoint, User, logger);
        }

        return new SendingEndpoint($"{endpoint.Url}", endpoint);
    }

    private static string Name(OutboxEntry entry) => IntentKey.Decode(entry.Intent.Key.Span) is { } key
        ? $"{key.Kind} on {key.Target}"
        : $"intent {entry.Id}";

    private IEnumerable<Danger> OwnDangers()
    {
        string? stopped;
        lock (_lock)
        {
            stopped = _stopped;
        }

        Danger?[] own =
        [
            Own(DangerCodes.JournalBroken, _journal, _outbox.Fault?.Message, "what cannot be recorded is not sent: make room on the outbox's disk, or mend it"),
            Own(DangerCodes.JournalReserveUsed, _journal, _outbox.IsReserveHeld ? null : "the disk is full; the journal lives on what was kept for it", "make room on the outbox's disk"),
            Own(DangerCodes.SenderStopped, $"{Account}", stopped, "see the reason; it is tried again every few seconds"),
        ];
        return own.OfType<Danger>();
    }

    private Danger? Own(DangerKind kind, string subject, string? problem, string mend)
    {
        if (problem is null)
        {
            _since.TryRemove(kind, out _);
            return null;
        }

        return new Danger
        {
            Kind = kind,
            Subject = subject,
            Problem = problem,
            Since = _since.GetOrAdd(kind, _clock.GetUtcNow()),
            Mend = mend,
        };
    }

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
                    Stopped(null); // it works
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
                Stopped($"the sender of {_sender.Account} has stopped ({error.GetType().Name}): {error.Message}");
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

    private void Stopped(string? problem)
    {
        lock (_lock)
        {
            _stopped = problem;
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
