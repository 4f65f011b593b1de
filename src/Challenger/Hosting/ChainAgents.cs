using Gavel.Chains;
using Gavel.Ethereum;
using Gavel.Intents;
using Gavel.Settlement;
using Gavel.Traces;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger;

/// <summary>Puts the agent of a chain together.</summary>
internal static class ChainAgents
{
    /// <summary>The agent of a chain.</summary>
    /// <param name="options">The chain's options.</param>
    /// <param name="scope">Its clients and contracts.</param>
    /// <param name="desk">Its account.</param>
    /// <param name="traces">Makes execution traces.</param>
    /// <param name="audit">The audit trail.</param>
    /// <param name="decisions">Where people decide games.</param>
    /// <param name="verdicts">The verdicts on games that are not settled.</param>
    /// <param name="upgrades">The upgrades that were seen.</param>
    /// <param name="prestates">Where prestates come from.</param>
    /// <param name="funds">The account's funds; null where nothing is sent.</param>
    /// <param name="clock">The host's clock.</param>
    /// <param name="logger">Where notable things are told.</param>
    /// <param name="sender">What the account's sender reads L1 by: an endpoint that is proven false is left out there too. Null where nothing is sent.</param>
    public static ChainAgent Of(
        ChainOptions options,
        ChainScope scope,
        IAccountDesk desk,
        IExecutionTraces traces,
        AuditLog audit,
        DecisionDesk decisions,
        VerdictBook verdicts,
        UpgradeBook upgrades,
        PrestateStore prestates,
        AccountFunds? funds,
        TimeProvider clock,
        ILogger logger,
        ILeavesOut? sender = null)
    {
        Address[] accounts = [desk.Account, .. options.CreditAccounts.Select(Address.Parse)];
        ILeavesOut reading = scope.Hub.ExclusionBy(options.Name);
        WordsWitness words = new(scope.Hub.Endpoints, sender is null ? [reading] : [reading, sender], scope.Blocks, clock);
        JudgeBench judges = new(scope.Nodes, traces, options.Trust, decisions, clock);
        ResultWatch results = new(options.Name, scope.L1, scope.Contracts.Portal, accounts, verdicts, audit, clock);
        GameDecider decider = new(
            desk.Account,
            words,
            judges,
            new ActionPlanner(scope.L1, scope.L1ChainId, new OwnMoves(desk)),
            new SettlementPlanner(scope.L1ChainId, accounts, options.ResolveAll, options.ResolveAgainstVerdict),
            results,
            decisions,
            new LastWordDangers(options.Name, scope.L1, scope.Contracts.Portal, clock),
            new LineFunds(options.Name, desk.Account, scope.L1, funds),
            options,
            clock,
            logger);
        CallRehearsals rehearsals = new(scope.Rehearser, desk.Account, options, logger);
        return new ChainAgent(
            scope.Hub,
            scope.Nodes,
            new GameBook(scope.L1, scope.Contracts.Factory, accounts, options.AuditBlocks, logger, clock, scope.Contracts.Portal, options.ResolveAll, scope.Contracts.Draining),
            words,
            judges,
            decider,
            new Submitter(options.Name, desk, audit, options, clock, logger, rehearsals),
            new ChainWatches(
                new UpgradeWatch(options, scope.L1, scope.Contracts, upgrades, clock, logger, scope.Hub.Endpoints),
                results,
                new ProgramWatch(options, scope.L1, scope.Contracts.Factories, prestates, clock),
                funds is null ? null : new FundsWatch(options.Name, scope.L1, funds, clock)),
            options,
            clock,
            logger);
    }
}
