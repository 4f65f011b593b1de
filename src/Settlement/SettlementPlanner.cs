using System.Globalization;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.Intents;
using Gavel.Rollup;

namespace Gavel.Settlement;

/// <summary>What the honest party still means to do in a game in progress, or does not know yet.</summary>
/// <param name="Truth">What is true of the root, as far as it is known now.</param>
/// <param name="Solution">What is wanted, and what has no answer yet.</param>
public sealed record OpenAnswers(Truth Truth, Solution Solution);

/// <summary>
/// What remains when nobody may move any more: resolving claims and games bottom up, and getting bonds back. By default only in games in
/// which we hold a bond or credit, or whose root is invalid. Calls that make a root win which our verdict calls invalid are not made, unless
/// bonds of ours come back by them: anybody may make them, but each hour that nobody does is the guardian's. Claiming credit closes a game, where that is due;
/// closing alone is sent only where it moves the anchor, of games that we resolve for others, and where we have no credit to claim.
/// </summary>
/// <param name="chainId">L1's chain id.</param>
/// <param name="accounts">Accounts whose bonds and credits are ours.</param>
/// <param name="resolveAll">Whether games that are no business of ours are resolved too, and closed where that moves the anchor.</param>
/// <param name="resolveAgainstVerdict">Whether roots are helped to win that our verdict calls invalid.</param>
public sealed class SettlementPlanner(ulong chainId, IReadOnlyList<Address> accounts, bool resolveAll, bool resolveAgainstVerdict = false)
{
    // A claim with more children than this is resolved in pages, so that one call stays far below a block's gas (17,000 to 20,000 a child).
    private const int ChildrenPerPage = 256;

    /// <summary>The calls that are due at a view.</summary>
    /// <param name="game">What never changes about the game.</param>
    /// <param name="state">Its state.</param>
    /// <param name="claims">The state as the solver takes it.</param>
    /// <param name="open">What is still open in it; null where it is over or not played.</param>
    /// <param name="verdict">What is true of the root, also where that was known earlier only.</param>
    /// <param name="view">The L1 block.</param>
    public IReadOnlyList<PlannedCall> Plan(GameMetadata game, GameState state, Game claims, OpenAnswers? open, Truth verdict, L1View view)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentNullException.ThrowIfNull(view);
        GameRules rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
        List<PlannedCall> calls = [];
        bool isWithheld = state.Status == GameStatus.InProgress && verdict == Truth.Invalid && !resolveAgainstVerdict && Forecast.Of(claims).Status == GameStatus.DefenderWins;
        if (state.Status == GameStatus.InProgress && (resolveAll || verdict == Truth.Invalid || IsOurs(state)))
        {
            PlanResolution(game, rules, claims, open, view, isWithheld ? Paying(game, claims) : null, calls);
        }

        PlanCredits(game, state, isWithheld, view, calls);
        if (resolveAll && (verdict != Truth.Invalid || resolveAgainstVerdict))
        {
            PlanClosing(game, state, calls);
        }

        return calls;
    }

    // The claims whose resolution brings us something: those whose bonds we get, with all below them. A game that is not closed pays a claim's bond when that claim
    // is resolved; others pay only when the whole game is, so that a single bond needs it all.
    private Payers Paying(GameMetadata game, Game claims)
    {
        Forecast forecast = Forecast.Of(claims);
        HashSet<int> paying = [];
        for (int i = 0; i < claims.Count; i++)
        {
            if (!claims[i].Bond.IsZero && accounts.Contains(forecast.BondRecipients[i]))
            {
                if (game.Rules!.RuleSet.IsClosed)
                {
                    return new Payers([.. Enumerable.Range(0, claims.Count)], PaysAtTheEnd: true);
                }

                paying.Add(i);
            }
            else if (claims.ParentOf(i) is int parent && paying.Contains(parent))
            {
                paying.Add(i);
            }
        }

        return new Payers(paying, PaysAtTheEnd: false);
    }

    private bool IsOurs(GameState state) =>
        state.Claims.Any(claim => accounts.Contains(claim.Claimant) || accounts.Contains(claim.CounteredBy))
        || state.Credits.Values.Any(credit => !credit.Owed.IsZero)
        || accounts.Contains(state.L2BlockNumberChallenger);

    // A step, and a proof of another block number, have no clock: they count until the claim is resolved. So what we still mean to do, or do
    // not know yet whether to do, is not cut off by our own hand, for as long as the game's clock once more.
    private static bool IsStillWanted(GameRules rules, Game claims, OpenAnswers? open, int claim, L1View view)
    {
        if (open is null
            || view.Timestamp >= ActionDeadline.OfClaim(claims, claim, rules.Clock) + rules.Clock.MaxDuration
            || !claims[claim].CounteredBy.IsZero)
        {
            return false;
        }

        Solution solution = open.Solution;
        if (claim == 0)
        {
            return !claims.IsBlockChallenged
                && (solution.Actions.OfType<RootBlockAction>().Any() || solution.Unanswered.Any(unanswered => unanswered.Reason == UnansweredReason.RootBlockUnavailable));
        }

        return claims[claim].Position.Depth == rules.MaxDepth
            && (open.Truth == Truth.Unavailable
                || solution.Actions.OfType<StepAction>().Any(step => step.ClaimIndex == claim)
                || solution.Unanswered.Any(unanswered => unanswered.Reason switch
                {
                    UnansweredReason.StepUnavailable => unanswered.ClaimIndex == claim,
                    UnansweredReason.TraceUnavailable => IsWithin(claims, claim, unanswered.ClaimIndex),
                    _ => false,
                }));
    }

    private static bool IsWithin(Game claims, int claim, int top)
    {
        for (int? at = claim; at is int index; at = claims.ParentOf(index))
        {
            if (index == top)
            {
                return true;
            }
        }

        return false;
    }

    private void PlanResolution(GameMetadata game, GameRules rules, Game claims, OpenAnswers? open, L1View view, Payers? only, List<PlannedCall> calls)
    {
        ResolutionOrder order = ResolutionOrder.At(claims, new GameTime(rules.Clock, view.Timestamp));

        // Children must be mined before their parents can even be estimated: each cycle sends the claims that have nothing left below them.
        foreach (ResolvableClaim claim in order.Claims.Where(claim =>
            (only is null || only.Claims.Contains(claim.ClaimIndex))
            && claims.ChildrenOf(claim.ClaimIndex).All(claims.IsResolved) && !IsStillWanted(rules, claims, open, claim.ClaimIndex, view)))
        {
            uint pages = (uint)((claim.Children + ChildrenPerPage - 1) / ChildrenPerPage);
            for (uint page = 0; page < Math.Max(pages, 1); page++)
            {
                calls.Add(new PlannedCall(
                    new IntentKey(chainId, IntentKind.ResolveClaim, game.Game, claims[claim.ClaimIndex].Id.ContractHash(), (uint)claim.ClaimIndex, page, L1Head: game.L1Head),
                    FaultDisputeGame.ResolveClaim(game.Game, (uint)claim.ClaimIndex, pages <= 1 ? 0u : ChildrenPerPage),
                    Priorities.Resolve,
                    null,
                    string.Create(CultureInfo.InvariantCulture, $"resolve claim {claim.ClaimIndex}: its clock is used up and all below it is resolved"),
                    claim.ClaimIndex));
            }
        }

        if (claims.IsResolved(0) && (only is null || only.PaysAtTheEnd))
        {
            calls.Add(OfGame(game, IntentKind.ResolveGame, FaultDisputeGame.Resolve(game.Game), Priorities.Resolve, "resolve the game: its root claim is resolved"));
        }
    }

    private void PlanCredits(GameMetadata game, GameState state, bool isWithheld, L1View view, List<PlannedCall> calls)
    {
        foreach (Address account in accounts)
        {
            CreditStanding credit = CreditStanding.Of(game, state, account, view.Timestamp, isEndAwaited: !isWithheld);
            switch (credit.Stage)
            {
                case CreditStage.ToClose when !credit.Due.IsZero:
                    calls.Add(Credit(game, account, IntentKind.UnlockCredit, credit, $"close the game ({(state.IsProper ? "bonds are paid as it ended" : "bonds are refunded")}) and unlock"));
                    break;
                case CreditStage.ToUnlock:
                    calls.Add(Credit(game, account, IntentKind.UnlockCredit, credit, "unlock"));
                    break;
                case CreditStage.Withdrawable:
                    calls.Add(Credit(game, account, IntentKind.WithdrawCredit, credit, "withdraw"));
                    break;
                default:
                    break; // nothing that we could do now
            }
        }
    }

    // Whoever claims credit closes the game by it; closing alone is worth its gas only for the anchor.
    private void PlanClosing(GameMetadata game, GameState state, List<PlannedCall> calls)
    {
        if (state.MovesAnchor && state.IsClosable(game.Rules!.RuleSet) && !calls.Exists(call => call.Key.Kind == IntentKind.UnlockCredit))
        {
            calls.Add(OfGame(
                game, IntentKind.CloseGame, FaultDisputeGame.CloseGame(game.Game), Priorities.Credit, "close the game: that moves the anchor, and nobody of ours has credit that would close it"));
        }
    }

    private PlannedCall OfGame(GameMetadata game, IntentKind kind, ContractCall call, int priority, string reason) =>
        new(new IntentKey(chainId, kind, game.Game, L1Head: game.L1Head), call, priority, null, reason, null);

    private PlannedCall Credit(GameMetadata game, Address account, IntentKind kind, CreditStanding credit, string verb) => new(
        new IntentKey(chainId, kind, game.Game, Recipient(account), L1Head: game.L1Head),
        FaultDisputeGame.ClaimCredit(game.Game, account),
        Priorities.Credit,
        null,
        string.Create(CultureInfo.InvariantCulture, $"{verb} {credit.Due} wei of credit for {account}"),
        null);

    private sealed record Payers(HashSet<int> Claims, bool PaysAtTheEnd);

    private static Hash32 Recipient(Address account)
    {
        Span<byte> word = stackalloc byte[Hash32.Size];
        word.Clear();
        account.CopyTo(word[(Hash32.Size - Address.Size)..]);
        return new Hash32(word);
    }
}
