using System.Collections.Concurrent;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Intents;
using Gavel.Rollup;
using Gavel.Sending;
using Gavel.Traces;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>Defends all configured chains, each on its own: a chain that fails is tried again and does not disturb the others.</summary>
public sealed partial class ChallengerService(ChallengerOptions options, TimeProvider clock, HttpClient http, ILogger<ChallengerService> logger)
    : BackgroundService
{
    // Longer than any game lives.
    private static readonly TimeSpan _keepSightings = TimeSpan.FromDays(60);

    private readonly SemaphoreSlim _deskLock = new(1);
    private readonly Dictionary<(ulong ChainId, Address Account), SenderDesk> _desks = [];
    private readonly Dictionary<(ulong ChainId, Address Account), AccountFunds> _funds = [];
    private readonly SignerShelf _signers = new();
    private L1Hubs? _hubs;
    private readonly ConcurrentDictionary<string, ChainHealth> _health = new();
    private readonly ConcurrentDictionary<string, UpgradeBook> _upgrades = new();

    /// <summary>How each chain fares.</summary>
    public IReadOnlyDictionary<string, ChainHealth> Health => _health;

    /// <summary>The dangers of all parts: what knows of dangers is put here while it lives.</summary>
    public DangerBoard Dangers { get; } = new();

    /// <summary>Where people decide games.</summary>
    public DecisionDesks Decisions { get; } = new();

    /// <summary>The upgrades of all chains that were seen, the newest first; also before the last start.</summary>
    public IReadOnlyList<UpgradeEvent> Upgrades => [.. _upgrades.Values.SelectMany(book => book.Events.Reverse()).OrderByDescending(upgrade => upgrade.At)];

    /// <summary>Told after each cycle of a chain, on the chain's own task.</summary>
    public event Action<string, CycleReport>? Cycled;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            long reserve = options.Chains.Select(chain => (long)chain.Sending.ReserveMiB << 20).DefaultIfEmpty().Max();
            Dangers.Add(new DiskWatch(options.DataDirectory, options.LowDiskMiB << 20, reserve, clock));
            DangerLog log = new(Dangers, clock, logger);
            _hubs = new L1Hubs([.. options.Chains], hub => Dangers.Add(hub.Endpoints, hub.Chains.Count == 1 ? hub.Chains[0] : null), logger);
            await Task.WhenAll([log.RunAsync(stoppingToken), .. options.Chains.Select(chain => DefendAsync(chain, stoppingToken))]);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopping(logger);
        }
        finally
        {
            foreach (SenderDesk desk in _desks.Values)
            {
                await desk.DisposeAsync();
            }

            await _signers.DisposeAsync();
            if (_hubs is not null)
            {
                await _hubs.DisposeAsync();
            }
        }
    }

    private async Task DefendAsync(ChainOptions chain, CancellationToken cancellationToken)
    {
        TimeSpan pause = TimeSpan.FromSeconds(chain.PollSeconds);
        while (true)
        {
            try
            {
                await RunAsync(chain, pause, cancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // Whatever happened to one chain, the others go on, and this one is set up anew.
                _health[chain.Name] = new ChainHealth(null, clock.GetUtcNow(), error.Message);
                LogChainFailed(logger, chain.Name, error.GetType().Name, error.Message);
                await Task.Delay(pause, clock, cancellationToken);
            }
        }
    }

    private async Task RunAsync(ChainOptions chain, TimeSpan pause, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(options.DataDirectory, chain.Name);
        UpgradeBook upgrades = _upgrades.GetOrAdd(chain.Name, _ => new UpgradeBook(Path.Combine(folder, UpgradeBook.FileName)));
        SafeHeadLog log = SafeHeadLog.OpenOrRemember(Path.Combine(folder, "safe-heads"), clock.GetUtcNow(), _keepSightings);
        await using ChainScope scope = await ChainScope.ConnectAsync(chain, _hubs!.Of(chain), upgrades.FormerFactories, log, clock, logger, cancellationToken);
        using IDisposable rehearsals = Dangers.Add(scope.Rehearser, chain.Name);
        IAccountDesk desk = chain.DryRun ? await DryRunDeskAsync(chain, scope) : await DeskAsync(chain, scope, pause, cancellationToken);
        using VmWorkers workers = new(chain.Cannon.MaxRuns);
        Dictionary<string, string> endpoints = new()
        {
            ["l1"] = chain.L1[0],
            ["l2"] = chain.L2ExecutionNodes[0].Url,
            ["rollup"] = chain.RollupNodes[0].Url,
            ["l1Beacon"] = chain.Cannon.L1Beacon ?? "",
            ["self"] = Environment.ProcessPath ?? "",
        };
        PrestateStore prestates = new([.. chain.Cannon.Prestates], Path.Combine(options.DataDirectory, "prestates"), http);
        ExecutionTraces traces = new(
            chain.Cannon,
            endpoints,
            prestates,
            Path.Combine(folder, "cannon"),
            workers,
            scope.L2.HashAsync,
            clock,
            logger);
        AccountFunds? funds = chain.DryRun ? null : FundsOf(scope.L1ChainId, desk.Account);
        AuditLog audit = new(Path.Combine(folder, "audit"));
        Address[] accounts = [desk.Account, .. chain.CreditAccounts.Select(Address.Parse)];
        DecisionDesk decisions = new(chain.Name, accounts, new DecisionBook(Path.Combine(folder, "decisions")), audit, clock, logger);
        using IDisposable decidable = Decisions.Open(decisions);
        await using ChainAgent agent = ChainAgents.Of(
            chain, scope, desk, traces, audit, decisions, new VerdictBook(Path.Combine(folder, "verdicts")), upgrades, prestates, funds, clock, logger, (desk as SenderDesk)?.ExclusionBy(chain.Name));
        using IDisposable shown = Dangers.Add(agent, chain.Name);
        LogDefending(logger, chain.Name, string.Join(", and draining ", scope.Contracts.Factories), desk.Account);
        CycleMetrics metrics = new(chain.Name, clock);
        while (true)
        {
            long began = metrics.Begin();
            CycleReport? report = await CycleAsync(agent, chain, cancellationToken);
            if (report is not null)
            {
                if (report.IsWhole)
                {
                    desk.Settle(chain.Name);
                }

                desk.Wake();
                _health[chain.Name] = new ChainHealth(report.View.Block.Number, clock.GetUtcNow(), report.Problem, workers.StepsExecuted);
                metrics.Ended(began, report, agent.Book.Games.Count(), workers.StepsExecuted);
                Cycled?.Invoke(chain.Name, report);
                if (report.IsMoved)
                {
                    LogMoved(logger, chain.Name);
                    await Task.Delay(pause, clock, cancellationToken); // the node that is asked then may be behind the one that told
                    return;
                }
            }
            else
            {
                metrics.Failed(began);
            }

            await agent.PauseAsync(pause, cancellationToken);
        }
    }

    private async Task<CycleReport?> CycleAsync(ChainAgent agent, ChainOptions chain, CancellationToken cancellationToken)
    {
        try
        {
            return await agent.CycleAsync(cancellationToken);
        }
        catch (Exception error) when (error is RpcException or ContractReadException or OutboxException)
        {
            // Nothing was decided from half a view, or nothing could be recorded; the next cycle begins anew, and the journal mends itself.
            _health[chain.Name] = (_health.GetValueOrDefault(chain.Name) ?? new ChainHealth(null, clock.GetUtcNow(), null)) with { Problem = error.Message };
            LogCycleFailed(logger, chain.Name, error.Message);
            return null;
        }
    }

    // Chains that use one account share its funds, and one danger tells of them.
    private AccountFunds FundsOf(ulong chainId, Address account)
    {
        lock (_funds)
        {
            if (!_funds.TryGetValue((chainId, account), out AccountFunds? funds))
            {
                _funds[(chainId, account)] = funds = new AccountFunds(account, clock);
                Dangers.Add(funds);
            }

            return funds;
        }
    }

    private string FolderOf(ChainScope scope, Address account) => Path.Combine(options.DataDirectory, "outbox", $"{scope.L1ChainId}-{account}");

    // Only whose moves count as ours depends on the account.
    private async Task<DryRunDesk> DryRunDeskAsync(ChainOptions chain, ChainScope scope)
    {
        Address account = await _signers.AddressOfAsync(chain);
        return new DryRunDesk(account, SenderDesk.JournalIn(FolderOf(scope, account)));
    }

    private async Task<SenderDesk> DeskAsync(ChainOptions chain, ChainScope scope, TimeSpan pause, CancellationToken cancellationToken)
    {
        ISigner signer = await _signers.SignerOfAsync(chain);
        await _deskLock.WaitAsync(cancellationToken);
        try
        {
            (ulong, Address) key = (scope.L1ChainId, signer.Address);
            if (!_desks.TryGetValue(key, out SenderDesk? desk))
            {
                // The desk outlives a chain's scope, so it has clients of its own.
                desk = await SenderDesk.OpenAsync(FolderOf(scope, signer.Address), chain.L1, scope.L1ChainId, signer, chain.Sending, chain.Rpc, pause, clock, logger);
                desk.Await(options.Chains.Where(other => !other.DryRun && !_desks.Values.Any(elsewhere => elsewhere.Has(other.Name))).Select(other => other.Name));
                Dangers.Add(desk);
                _desks[key] = desk;
            }

            await _signers.ShareAsync(chain, desk.Signer);
            desk.Join(chain.Name, chain.L1, chain.Sending, chain.Rpc);
            foreach (SenderDesk elsewhere in _desks.Values.Where(other => other != desk))
            {
                elsewhere.Settle(chain.Name);
            }

            return desk;
        }
        finally
        {
            _deskLock.Release();
        }
    }

    [LoggerMessage(6001, LogLevel.Information, "{Chain}: defending the games of factory {Factory} with account {Account}")]
    private static partial void LogDefending(ILogger logger, string chain, string factory, Address account);

    [LoggerMessage(6002, LogLevel.Warning, "{Chain}: this cycle decided nothing: {Problem}")]
    private static partial void LogCycleFailed(ILogger logger, string chain, string problem);

    [LoggerMessage(6003, LogLevel.Error, "{Chain} cannot be defended at the moment ({ErrorType}): {Problem}; it is tried again")]
    private static partial void LogChainFailed(ILogger logger, string chain, string errorType, string problem);

    [LoggerMessage(6005, LogLevel.Warning, "{Chain} is set up anew, since its games come from another factory now; those of the old one are defended as before")]
    private static partial void LogMoved(ILogger logger, string chain);

    [LoggerMessage(6004, LogLevel.Information, "Stopping; everything that was decided is in the outbox")]
    private static partial void LogStopping(ILogger logger);
}

/// <summary>How a chain fares.</summary>
/// <param name="L1Block">The last L1 block that was read; null before the first cycle.</param>
/// <param name="At">When.</param>
/// <param name="Problem">What is wrong; null when all is well.</param>
/// <param name="VmSteps">VM steps executed since the chain was set up.</param>
public sealed record ChainHealth(ulong? L1Block, DateTimeOffset At, string? Problem, long VmSteps = 0);
