using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.GameSolver;
using Gavel.GameSolver.Solving;
using Gavel.Intents;
using Gavel.Rollup;
using Gavel.TestKit;

namespace Gavel.Challenger.Tests;

/// <summary>A claim without an answer is a danger from the first cycle on, and graver with the clock; what is only being worked out is not.</summary>
public sealed class ClaimDangersTests
{
    private const ulong Day = 86_400;
    private static readonly GameMetadata Sample = Samples.Game(GameGeneration.V1, 12) is var game
        ? game with { Rules = game.Rules! with { Clock = new ClockRules(7 * Day / 2, 3 * 3600, 3, 8, ClockExtensionRule.PlainTest, 60) } }
        : null!;

    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly ClaimDangers _dangers;

    public ClaimDangersTests() => _dangers = new ClaimDangers("chain", _time);

    // The clock is three and a half days, of which so many seconds are left.
    [Theory]
    [InlineData(UnansweredReason.TraceUnavailable, false, 300_000, DangerSeverity.Warn, DangerOrigin.Ours)]
    [InlineData(UnansweredReason.StepUnavailable, false, 151_201, DangerSeverity.Warn, DangerOrigin.Ours)]
    [InlineData(UnansweredReason.TraceUnavailable, false, 151_200, DangerSeverity.Page, DangerOrigin.Ours)] // half
    [InlineData(UnansweredReason.TraceUnavailable, false, -1, DangerSeverity.Page, DangerOrigin.Ours)]
    [InlineData(UnansweredReason.ExecutionRootIsTrue, false, 300_000, DangerSeverity.Warn, DangerOrigin.Chain)]
    [InlineData(UnansweredReason.StatusNotAccepted, false, 300_000, DangerSeverity.Warn, DangerOrigin.Chain)]
    [InlineData(UnansweredReason.ClockExpired, false, -1, DangerSeverity.Page, DangerOrigin.Chain)]
    [InlineData(UnansweredReason.LastWordIsTheirs, false, -1, null, null)] // a danger of the whole game
    [InlineData(UnansweredReason.TraceUnavailable, true, 10_801, null, null)] // a VM at work
    [InlineData(UnansweredReason.TraceUnavailable, true, 10_800, DangerSeverity.Warn, DangerOrigin.Ours)]
    [InlineData(UnansweredReason.StepUnavailable, true, 5_400, DangerSeverity.Page, DangerOrigin.Ours)]
    public void Claim_IsAsGraveAsItsClock(UnansweredReason reason, bool isUnderWay, long left, DangerSeverity? severity, DangerOrigin? origin)
    {
        _dangers.Note(Sample, Judged(Truth.Invalid, left, new UnansweredClaim(1, reason, "why", isUnderWay)), [], null);
        Danger? danger = _dangers.Dangers.SingleOrDefault();
        Assert.Equal((severity, origin), (danger?.Severity, danger?.Origin));
        if (danger is not null)
        {
            Assert.Equal($"chain game {Sample.Game} claim 1", danger.Subject);
            Assert.Contains($"has no answer ({reason}): why", danger.Problem, StringComparison.Ordinal);
            Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(Now + left), danger.Deadline);
        }
    }

    [Fact]
    public void Root_WhoseTruthIsNotKnown_IsAnotherDanger()
    {
        UnansweredClaim root = new(0, UnansweredReason.TraceUnavailable, "no node answers");
        _dangers.Note(Sample, Judged(Truth.Unavailable, 300_000, root), [], null);
        Assert.Empty(_dangers.Dangers);
        _dangers.Note(Sample, Judged(Truth.Invalid, 300_000, root), [], null); // an answer is known to be wanted
        Assert.Single(_dangers.Dangers);
    }

    [Fact]
    public void Step_ThatCannotBeSent_IsADanger_AsIsAWeakContract()
    {
        _dangers.Note(Sample, Judged(Truth.Invalid, 300_000), [new UnplannedAction(1, "its preimage cannot be loaded")], "this version is weak");
        Assert.Equal(["claim-unanswerable", "game-undefendable"], _dangers.Dangers.Select(danger => danger.Code));
    }

    [Fact]
    public void Danger_KeepsItsBeginning_AndGoesWithItsCauseOrItsGame()
    {
        UnansweredClaim claim = new(1, UnansweredReason.TraceUnavailable, "why");
        DateTimeOffset began = _time.GetUtcNow();
        _dangers.Note(Sample, Judged(Truth.Invalid, 300_000, claim), [], null);
        _time.Advance(TimeSpan.FromHours(1));
        _dangers.Note(Sample, Judged(Truth.Invalid, 296_400, claim with { Detail = "another cause" }), [], null);
        Danger danger = Assert.Single(_dangers.Dangers);
        Assert.Equal(began, danger.Since);
        Assert.Contains("another cause", danger.Problem, StringComparison.Ordinal);
        _dangers.Note(Sample, Judged(Truth.Invalid, 296_300), [], null);
        Assert.Empty(_dangers.Dangers);
        _dangers.Note(Sample, Judged(Truth.Invalid, 296_300, claim), [], null);
        _dangers.Keep(new HashSet<Address> { Sample.Game });
        Assert.Single(_dangers.Dangers);
        _dangers.Keep(new HashSet<Address>());
        Assert.Empty(_dangers.Dangers);
    }

    private static long Now => 1_800_000_000;

    // Our clock has run since the claim was made: what is left is what is not used up by now.
    private static Judgement Judged(Truth verdict, long left, params UnansweredClaim[] unanswered)
    {
        ulong made = (ulong)(Now + left) - (7 * Day / 2);
        Game game = Game.Create(
            new GameShape(8, 3),
            [
                new Claim(Claim.NoParent, Position.Root, Samples.Hash("root"), default, UInt256.One, new ChessClock(0, made), default),
                new Claim(0, Position.Root.Attack(), Samples.Hash("one"), default, UInt256.One, new ChessClock(0, made), default),
            ]);
        return new Judgement(new L1View(new BlockId(Samples.Hash("view"), 100), (ulong)Now, default), game, Samples.Verdict(verdict), new Solution(false, [], unanswered), default);
    }
}
