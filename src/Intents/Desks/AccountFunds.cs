using System.Collections.Concurrent;
using System.Globalization;
using Gavel.Chains;
using Gavel.Ethereum;
using Gavel.GameSolver.Resolving;

namespace Gavel.Intents;

/// <summary>An account's balance against what the open games of all chains that use it may still ask for.</summary>
/// <param name="account">The account.</param>
/// <param name="clock">The host's clock.</param>
public sealed class AccountFunds(Address account, TimeProvider clock) : IDangerSource
{
    private readonly ConcurrentDictionary<string, CapitalNeed> _needs = new();
    private readonly Dictionary<(string Chain, Address Game), CapitalNeed> _lines = [];
    private readonly StandingDangers _standing = new();
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => _standing.Dangers;

    /// <summary>The account.</summary>
    public Address Account => account;

    /// <summary>Takes what one chain's games need.</summary>
    public CapitalNeed Need(string chain, CapitalNeed need)
    {
        _needs[chain] = need;
        return _needs.Values.Aggregate(static (sum, one) => sum + one);
    }

    /// <summary>Whether a chain has told what its games need.</summary>
    public bool IsKnown(string chain) => _needs.ContainsKey(chain);

    /// <summary>Takes what a line of a game may still take that was begun and is worth nothing unless it is played to its end: it goes before those that were not.</summary>
    public void Begun(string chain, Address game, CapitalNeed line)
    {
        lock (_lock)
        {
            _lines[(chain, game)] = line;
        }
    }

    /// <summary>Sets apart what such a line may take before it is begun, if a balance in wei holds it beside all others and one answer more in each other open game.</summary>
    /// <returns>Null where it is set apart; else the wei that are for others.</returns>
    public UInt256? SetApart(string chain, Address game, CapitalNeed line, UInt256 balance)
    {
        CapitalNeed all = _needs.Values.Aggregate(default(CapitalNeed), static (sum, one) => sum + one);
        lock (_lock)
        {
            _lines.Remove((chain, game));
            CapitalNeed apart = _lines.Values.Aggregate(default(CapitalNeed), static (sum, one) => sum + one);
            UInt256 counted = apart.Next + line.Next; // among the needs, too
            UInt256 others = apart.WorstCase + (all.Next > counted ? all.Next - counted : UInt256.Zero);
            if (balance < others + line.WorstCase)
            {
                return others;
            }

            _lines[(chain, game)] = line;
            return null;
        }
    }

    /// <summary>Nothing is set apart for a game any more.</summary>
    public void Release(string chain, Address game)
    {
        lock (_lock)
        {
            _lines.Remove((chain, game));
        }
    }

    /// <summary>Takes the balance, in wei.</summary>
    public void Hold(UInt256 balance)
    {
        CapitalNeed need = _needs.Values.Aggregate(default(CapitalNeed), static (sum, one) => sum + one);
        DateTimeOffset now = clock.GetUtcNow();
        List<Danger> found = [];
        if (balance < need.Next)
        {
            bool isDue = balance < need.Now;
            found.Add(Of(
                DangerCodes.FundsBelowNextBond,
                isDue ? DangerSeverity.Page : DangerSeverity.Warn,
                balance,
                isDue ? need.Now : need.Next,
                isDue ? "the bonds of the moves that are due" : "one more answer in each open game",
                now));
        }

        if (balance < need.WorstCase)
        {
            found.Add(Of(DangerCodes.FundsBelowWorstCase, DangerCodes.FundsBelowWorstCase.Severity, balance, need.WorstCase, "all open games, fought to their end", now));
        }

        lock (_lock)
        {
            _standing.Replace(found);
        }
    }

    private Danger Of(DangerKind kind, DangerSeverity severity, UInt256 balance, UInt256 need, string what, DateTimeOffset now) => new()
    {
        Kind = kind,
        Severity = severity,
        Subject = account.ToString(),
        Problem = string.Create(CultureInfo.InvariantCulture, $"the account has {Ether.Format(balance)} ETH, and {what} may take {Ether.Format(need)} ETH in bonds"),
        Since = now,
        Mend = $"send at least {Ether.Format(need - balance)} ETH to {account}, and what gas takes",
    };
}

/// <summary>Looks at an account's balance for one chain: in each cycle while moves are due, else now and then.</summary>
/// <param name="chain">The chain's name.</param>
/// <param name="l1">The L1 nodes.</param>
/// <param name="funds">The account's funds, shared by the chains that use it.</param>
/// <param name="clock">The host's clock.</param>
public sealed class FundsWatch(string chain, ChainReader l1, AccountFunds funds, TimeProvider clock)
{
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1);
    private DateTimeOffset? _looked;

    /// <summary>Takes what the games of a cycle need.</summary>
    /// <exception cref="RpcException">The balance is not to be had.</exception>
    public async Task CheckAsync(IEnumerable<CapitalNeed> needs, L1View view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(view);
        CapitalNeed need = funds.Need(chain, needs.Aggregate(default(CapitalNeed), static (sum, one) => sum + one));
        DateTimeOffset now = clock.GetUtcNow();
        if (!need.Now.IsZero || _looked is null || now - _looked >= Between)
        {
            funds.Hold(await l1.GetBalanceAsync(funds.Account, view.At, cancellationToken));
            _looked = now;
        }
    }
}
