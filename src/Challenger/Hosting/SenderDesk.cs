using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Sending;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>
/// The one sender of an account on one L1, with its journal: chains that share an account share a desk, since an account's nonces have one
/// owner.
/// </summary>
public sealed partial class SenderDesk : IAsyncDisposable
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly JournalOutbox _outbox;
    private readonly TransactionSender _sender;
    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly IAsyncDisposable _client;
    private Task? _running;
    private volatile string? _problem;
    private volatile bool _isBroken;

    private SenderDesk(
        JournalOutbox outbox, TransactionSender sender, SpendPolicy policy, IAsyncDisposable client, TimeProvider clock, ILogger logger)
    {
        _outbox = outbox;
        _sender = sender;
        Policy = policy;
        _client = client;
        _clock = clock;
        _logger = logger;
        sender.Noticed += Tell;
    }

    /// <summary>Why nothing is being sent; null while the sender works or has not been started. Health shows it.</summary>
    public string? Problem => _problem;

    /// <summary>True once the journal failed: this desk sends nothing ever again and must be replaced by one that opens it anew.</summary>
    public bool IsBroken => _isBroken;

    /// <summary>Where intents live.</summary>
    public IOutbox Outbox => _outbox;

    /// <summary>What may be spent.</summary>
    public SpendPolicy Policy { get; }

    /// <summary>The account.</summary>
    public Address Account => _sender.Account;

    /// <summary>Opens the journal and makes the sender; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="folder">Folder of the journal.</param>
    /// <param name="l1">The L1 nodes; taken over, and disposed of with the desk.</param>
    /// <param name="chainId">Their chain id.</param>
    /// <param name="signer">Signs for the account.</param>
    /// <param name="options">Fees, confirmations, limits.</param>
    /// <param name="pollInterval">How often the sender looks at the chain.</param>
    /// <param name="clock">The host's clock.</param>
    /// <param name="logger">One line for each thing that happens to an intent.</param>
    /// <exception cref="OutboxException">The journal is damaged, or another process has it open.</exception>
    public static SenderDesk Open(
        string folder, FailoverRpc l1, ulong chainId, ISigner signer, SendingOptions options, TimeSpan pollInterval, TimeProvider clock, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(options);
        Directory.CreateDirectory(folder);
        UInt256 perDay = UInt256.Parse(options.MaxWeiPerDay);
        SpendPolicy policy = new(perDay.IsZero ? UInt256.MaxValue : perDay, Priorities.Move);
        FeeOptions fees = options.MaxFeeGwei == 0
            ? new FeeOptions { MaxFeeCap = UInt256.MaxValue, EmergencyFeeCap = UInt256.MaxValue }
            : new FeeOptions { MaxFeeCap = (UInt256)options.MaxFeeGwei * 1_000_000_000UL, EmergencyFeeCap = (UInt256)options.MaxFeeGwei * 5_000_000_000UL };
        SenderOptions senderOptions = new()
        {
            ChainId = chainId,
            Policy = policy,
            Fees = fees,
            Reverts = DisputeErrors.Decoder,
            Confirmations = options.Confirmations,
            PollInterval = pollInterval,
            Clock = clock,
        };
        JournalOutbox outbox = JournalOutbox.Open(Path.Combine(folder, "journal"), new JournalOptions { Clock = clock });
        ChainReader client = new(l1);
        return new SenderDesk(
            outbox, new TransactionSender(client, signer, outbox, new IntentGuard(client), senderOptions), policy, l1, clock, logger);
    }

    /// <summary>Begins to send, if it has not begun: called once the first cycle has permitted what is still wanted.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _running ??= Task.Run(() => RunAsync(_stop.Token));
        }
    }

    /// <summary>Has the outbox looked at now.</summary>
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
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await _sender.RunAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return; // asked to stop
            }
            catch (Exception error)
            {
                // Without a sender nothing can be defended: said loudly, shown by health, and tried again whatever it was.
                _problem = $"the sender of {_sender.Account} has stopped ({error.GetType().Name}): {error.Message}";
                LogStopped(_logger, _sender.Account, error.GetType().Name, error.Message);
                if (error is OutboxException)
                {
                    _isBroken = true;
                    return;
                }
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
        if (notice.Kind != SenderNoticeKind.Trouble)
        {
            _problem = null; // it works again
        }

        LogLevel level = notice.Kind is SenderNoticeKind.Trouble or SenderNoticeKind.Held ? LogLevel.Warning : LogLevel.Information;
        string message = Shown(notice);
        LogNotice(_logger, level, notice.Kind, message);
    }

    private static string Shown(SenderNotice notice) => notice.Entry is { } entry
        ? $"{(IntentKey.Decode(entry.Intent.Key.Span) is { } key ? $"{key.Kind} on {key.Target}" : $"intent {entry.Id}")}: {notice.Message}"
        : notice.Message;

    [LoggerMessage(EventId = 5001, Message = "sender: {Kind}: {Message}")]
    private static partial void LogNotice(ILogger logger, LogLevel level, SenderNoticeKind kind, string message);

    [LoggerMessage(5002, LogLevel.Critical, "The sender of {Account} has stopped ({ErrorType}): {Problem}")]
    private static partial void LogStopped(ILogger logger, Address account, string errorType, string problem);
}
