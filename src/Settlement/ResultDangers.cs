using System.Globalization;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Rollup;

namespace Gavel.Settlement;

/// <summary>The words for games that end, or are about to end, against what we thought of them.</summary>
/// <param name="chain">The chain's name.</param>
internal sealed class ResultDangers(string chain)
{
    /// <summary>A game whose claims stand against our verdict, with no clock left.</summary>
    public Danger BeingLost(GameMetadata game, KnownVerdict verdict, IReadOnlyList<string> guardian, DateTimeOffset now) => new()
    {
        Kind = DangerCodes.GameBeingLost,
        Subject = SubjectOf(game.Game),
        Chain = chain,
        Game = game.Game,
        Problem = verdict.Verdict == Truth.Invalid
            ? $"no clock is left, and a false root stands ({verdict.Reason}): anybody can make it final now; we do not"
            : $"no clock is left, and a true root is refuted ({verdict.Reason}): anybody can make that final now",
        Since = now,
        Mend = verdict.Verdict == Truth.Invalid ? GuardianCalls.InWords(guardian) : "nothing can be moved any more; withdrawals proven against it must be proven anew",
    };

    /// <summary>What a result to our loss gives to look at.</summary>
    public IEnumerable<Danger> Of(Address game, KnownVerdict verdict)
    {
        if (verdict.Result is not { } result)
        {
            yield break;
        }

        if (result.IsAgainstVerdict)
        {
            yield return Lost(game, verdict, result);
        }

        if (result.LostClaims.Count > 0)
        {
            yield return BondLost(game, result);
        }
    }

    private Danger Lost(Address game, KnownVerdict verdict, KnownResult result)
    {
        bool isFalse = verdict.Verdict == Truth.Invalid;
        string resolved = string.Create(CultureInfo.InvariantCulture, $"the game resolved {result.Status} at {DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(result.ResolvedAt, int.MaxValue * 64UL)):u}");
        return new Danger
        {
            Kind = DangerCodes.GameAgainstVerdict,
            Subject = SubjectOf(game),
            Chain = chain,
            Game = game,
            Problem = $"LOST: {(isFalse ? "a false root was made final" : "a true root was refuted")}: {resolved}; our verdict was {verdict.Verdict} ({verdict.Reason})",
            Since = result.SeenAt,
            Deadline = result.GuardianUntil,
            Mend = isFalse ? GuardianCalls.InWords(result.GuardianCalls) : "withdrawals proven against it must be proven anew; see agent explain for what was played",
        };
    }

    private Danger BondLost(Address game, KnownResult result) => new()
    {
        Kind = DangerCodes.BondLost,
        Subject = SubjectOf(game),
        Chain = chain,
        Game = game,
        Problem = string.Create(
            CultureInfo.InvariantCulture,
            $"{Ether.Format(UInt256.Parse(result.LostWei))} ETH ({result.LostWei} wei) of our bonds went to others: claim{(result.LostClaims.Count == 1 ? "" : "s")} {string.Join(", ", result.LostClaims)}"),
        Since = result.SeenAt,
        Mend = $"see agent explain {game} for why they were posted; an honest bond is lost through a fault only",
    };

    private string SubjectOf(Address game) => $"{chain} game {game}";
}
