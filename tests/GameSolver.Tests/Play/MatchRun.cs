using Gavel.GameSolver.Resolving;
using Gavel.Simulator;

namespace Gavel.GameSolver.Tests.Play;

/// <summary>Plays a plan to the end and checks what must hold for the honest party.</summary>
internal static class MatchRun
{
    /// <summary>Plays everything but the resolution.</summary>
    public static Match Play(MatchPlan plan)
    {
        Match match = PlayOpen(plan);
        match.PlayHonest();
        return match;
    }

    /// <summary>Plays until the opposition has acted last, so that the honest party has things to do.</summary>
    public static Match PlayOpen(MatchPlan plan)
    {
        World world = plan.World();
        Match match = new(world, plan);
        Opposition opposition = new(world, match);
        int late = plan.Gambits.Length - (plan.Gambits.Length / 8);
        for (int i = 0; i < late; i++)
        {
            Act(plan, match, opposition, plan.Gambits[i], isOnline: i >= plan.HonestJoinsAfter && i < late - 12);
        }

        return match;
    }

    /// <summary>Plays and resolves, with a last stand of the opposition while the first subgames are being resolved.</summary>
    public static Match PlayOut(MatchPlan plan)
    {
        Match match = Play(plan);
        Opposition opposition = new(plan.World(), match);
        match.Wait(MatchPlan.MaxClock / 2);
        match.ResolveWhatIsDue(inPages: plan.Seed % 3 == 0);
        foreach (Gambit gambit in plan.Gambits[^(plan.Gambits.Length / 8)..])
        {
            Act(plan, match, opposition, gambit, isOnline: true);
        }

        match.PlayHonest();
        Forecast forecast = Forecast.Of(match.Game);
        match.Wait(MatchPlan.MaxClock);
        match.ResolveWhatIsDue(inPages: plan.Seed % 3 == 1);
        match.Finish();
        if (plan.IsPlaceholder)
        {
            CheckLastWord(plan, match);
        }
        else
        {
            CheckHonest(plan, match);
        }

        CheckForecast(match, forecast);
        return match;
    }

    private static void Act(MatchPlan plan, Match match, Opposition opposition, Gambit gambit, bool isOnline)
    {
        if (isOnline && (gambit.EndsRound || gambit.IsLate))
        {
            match.Wait(7);
            match.PlayHonest();
            match.Wait(gambit.IsLate ? plan.LongWait / (ulong)(1 + (gambit.Salt % 10)) : 0);
        }

        match.Wait((ulong)(gambit.Salt % 5));
        opposition.Play(gambit);
    }

    private static void CheckHonest(MatchPlan plan, Match match)
    {
        Assert.Equal(plan.IsRootTrue ? GameStatus.DefenderWins : GameStatus.ChallengerWins, match.Contract.Status);
        for (int i = 0; i < match.Contract.Claims.Count; i++)
        {
            SimulatedClaim claim = match.Contract.Claims[i];
            if (claim.Claimant == Match.Honest)
            {
                Assert.True(claim.CounteredBy.IsZero, $"the honest party's claim {i} was countered by {claim.CounteredBy}");
            }

            if (claim.Claimant == Match.Honest || match.Answered.Contains(i))
            {
                Assert.True(claim.PaidTo == Match.Honest, $"the bond of claim {i} went to {claim.PaidTo}");
            }
        }
    }

    // Who stands beside us may have the bond above; no bond of ours is lost, and where the last word is another's none is put.
    private static void CheckLastWord(MatchPlan plan, Match match)
    {
        if (!plan.HasTruthTheLastWord)
        {
            Assert.DoesNotContain(match.Contract.Claims, claim => claim.Claimant == Match.Honest);
            return;
        }

        Assert.Equal(plan.IsRootTrue ? GameStatus.DefenderWins : GameStatus.ChallengerWins, match.Contract.Status);
        for (int i = 0; i < match.Contract.Claims.Count; i++)
        {
            SimulatedClaim claim = match.Contract.Claims[i];
            Assert.True(claim.Claimant != Match.Honest || claim.PaidTo == Match.Honest, $"the bond of our claim {i} went to {claim.PaidTo}");
            Assert.True(!match.Answered.Contains(i) || !claim.CounteredBy.IsZero, $"claim {i}, which we answered, stands");
        }
    }

    private static void CheckForecast(Match match, Forecast forecast)
    {
        Assert.Equal(match.Contract.Status, forecast.Status);
        Assert.Equal(match.Contract.Claims.Select(claim => claim.CounteredBy), forecast.CounteredBy);
        Assert.Equal(match.Contract.Claims.Select(claim => claim.PaidTo), forecast.BondRecipients);
        Assert.Equal(match.Contract.Credits.OrderBy(credit => credit.Key), forecast.Credits.OrderBy(credit => credit.Key));
        UInt256 paid = match.Contract.Credits.Values.Aggregate(UInt256.Zero, (sum, wei) => sum + wei);
        UInt256 put = match.Contract.Claims.Aggregate(UInt256.Zero, (sum, claim) => sum + claim.Bond);
        Assert.Equal(put, paid);
        Assert.Equal(put, forecast.RefundCredits.Values.Aggregate(UInt256.Zero, (sum, wei) => sum + wei));
    }
}
