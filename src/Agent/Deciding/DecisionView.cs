using System.Globalization;
using Gavel.Challenger;
using Gavel.GameSolver;
using Gavel.Intents;
using Gavel.Rollup;

namespace Gavel.Agent.Deciding;

/// <summary>A decision as the agent's page, <c>games</c>, <c>explain</c> and <c>--json</c> show it.</summary>
/// <param name="L1Head">The L1 head of the game that it is about.</param>
/// <param name="Truth"><c>valid</c> or <c>invalid</c>.</param>
/// <param name="Rule">The verdict's rule.</param>
/// <param name="By">Who.</param>
/// <param name="At">When.</param>
/// <param name="Because">Why.</param>
internal sealed record StandingDecision(string L1Head, string Truth, string Rule, string By, DateTimeOffset At, string Because)
{
    /// <summary>A decision that is kept.</summary>
    public static StandingDecision Of(KeptDecision kept) => Of(kept.L1Head, kept.Decision);

    /// <summary>A decision about the game with an L1 head.</summary>
    public static StandingDecision Of(string l1Head, RootDecision decision) =>
        new(l1Head, DecisionView.Word(decision.Truth), DecisionView.Word(VerdictRule.DecidedByAPerson), decision.By, decision.At, decision.Because);

    /// <summary>In one line.</summary>
    public override string ToString() => $"{Truth}, decided by a person: {By} at {At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: {Because}";
}

/// <summary>A verdict in words.</summary>
/// <param name="Truth"><c>valid</c>, <c>invalid</c> or <c>unavailable</c>.</param>
/// <param name="Rule">The rule that it follows from.</param>
/// <param name="Text">Why.</param>
internal sealed record VerdictView(string Truth, string Rule, string Text)
{
    public static VerdictView Of(Verdict verdict) => new(DecisionView.Word(verdict.Truth), DecisionView.Word(verdict.Rule), verdict.ToString());
}

/// <summary>A move that a choice would make at once.</summary>
/// <param name="Text">In words.</param>
/// <param name="Claim">The claim that is countered.</param>
/// <param name="IsOurs">Whether that claim is our own.</param>
/// <param name="BondWei">Its bond.</param>
internal sealed record MoveView(string Text, int Claim, bool IsOurs, string BondWei);

/// <summary>What one choice costs.</summary>
/// <param name="Choice"><c>valid</c> or <c>invalid</c>.</param>
/// <param name="LostIfRightWei">Our bonds that stand against it.</param>
/// <param name="LostIfRightClaims">The claims of these.</param>
/// <param name="LostIfWrongWei">Our bonds that stand with it, and those of the moves that it makes at once.</param>
/// <param name="LostIfWrongClaims">The claims of the former.</param>
/// <param name="Moves">What it does at once.</param>
/// <param name="BondsNowWei">Bonds of these.</param>
/// <param name="WorstCaseWei">Bonds if every line is fought to its end.</param>
/// <param name="SetAside">Nodes without a voice beside it, and why.</param>
/// <param name="Unanswered">Claims for which it gives no answer, and why.</param>
internal sealed record ChoiceView(
    string Choice,
    string LostIfRightWei,
    IReadOnlyList<int> LostIfRightClaims,
    string LostIfWrongWei,
    IReadOnlyList<int> LostIfWrongClaims,
    IReadOnlyList<MoveView> Moves,
    string BondsNowWei,
    string WorstCaseWei,
    IReadOnlyList<string> SetAside,
    IReadOnlyList<string> Unanswered);

/// <summary>What a person who may decide a game has to know, as the agent's page tells it; amounts of wei are decimal text.</summary>
internal sealed record DecisionView
{
    public required string Chain { get; init; }

    public required string Game { get; init; }

    public required string L1Head { get; init; }

    public required string RootClaim { get; init; }

    /// <summary>The L2 block that the root is claimed of, as decimal text.</summary>
    public required string L2Block { get; init; }

    /// <summary>The L1 block at which it was judged last: hash and number.</summary>
    public required string L1Block { get; init; }

    /// <summary>Until when the root can be attacked.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>Seconds until then, of the chain's time; 0 or less when it is past.</summary>
    public required long SecondsLeft { get; init; }

    /// <summary>By which the game is played now.</summary>
    public required VerdictView Verdict { get; init; }

    /// <summary>What our nodes say by themselves.</summary>
    public required VerdictView NodesSay { get; init; }

    /// <summary>What a person has decided; null where nobody has.</summary>
    public StandingDecision? Decision { get; init; }

    public required ChoiceView Valid { get; init; }

    public required ChoiceView Invalid { get; init; }

    /// <summary>A value of an enumeration as JSON has it.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>The view of an outlook.</summary>
    /// <param name="outlook">The outlook.</param>
    /// <param name="isOurs">Whether an account is ours.</param>
    public static DecisionView Of(DecisionOutlook outlook, Func<Address, bool> isOurs)
    {
        Int128 left = outlook.Deadline - outlook.Judged.View.Timestamp;
        return new DecisionView
        {
            Chain = outlook.Chain,
            Game = outlook.Game.Game.ToString(),
            L1Head = outlook.Game.L1Head.ToString(),
            RootClaim = outlook.Game.RootClaim.ToString(),
            L2Block = outlook.Game.L2BlockNumber.ToString(),
            L1Block = outlook.Judged.View.Block.ToString(),
            Deadline = DateTimeOffset.FromUnixTimeSeconds((long)Int128.Clamp(outlook.Deadline, 0, int.MaxValue * 64L)),
            SecondsLeft = (long)Int128.Clamp(left, long.MinValue, long.MaxValue),
            Verdict = VerdictView.Of(outlook.Judged.Verdict),
            NodesSay = VerdictView.Of(outlook.Judged.NodesSay),
            Decision = outlook.InForce is { } decision ? StandingDecision.Of(outlook.Game.L1Head.ToString(), decision) : null,
            Valid = Choice(outlook, outlook.Valid, isOurs),
            Invalid = Choice(outlook, outlook.Invalid, isOurs),
        };
    }

    private static ChoiceView Choice(DecisionOutlook outlook, ChoiceOutlook choice, Func<Address, bool> isOurs)
    {
        Game game = outlook.Judged.Game;
        Supposition supposed = choice.Supposed;
        return new ChoiceView(
            Word(choice.Truth),
            Bonds(game, choice.Against).ToString(),
            choice.Against,
            (Bonds(game, choice.With) + supposed.Capital.Now).ToString(),
            choice.With,
            [.. supposed.Solution.Actions.Select(action => Move(outlook, game, action, isOurs))],
            supposed.Capital.Now.ToString(),
            supposed.Capital.WorstCase.ToString(),
            [.. supposed.Objections.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}: {entry.Value.Problem}")],
            [.. supposed.Solution.Unanswered.Select(claim => string.Create(CultureInfo.InvariantCulture, $"claim {claim.ClaimIndex}: {claim.Detail}"))]);
    }

    private static MoveView Move(DecisionOutlook outlook, Game game, GameAction action, Func<Address, bool> isOurs)
    {
        (string text, int claim, UInt256 bond) = action switch
        {
            MoveAction move => ($"{(move.IsAttack ? "attack" : "defend")} claim {move.ParentIndex} with {move.Value}", move.ParentIndex, outlook.Game.Rules!.Bonds[move.Position.Depth]),
            StepAction step => ($"step on claim {step.ClaimIndex}", step.ClaimIndex, UInt256.Zero),
            _ => ("prove that the root is the output of another block", 0, UInt256.Zero),
        };
        return new MoveView(text, claim, isOurs(game[claim].Claimant), bond.ToString());
    }

    private static UInt256 Bonds(Game game, IEnumerable<int> claims) => claims.Aggregate(UInt256.Zero, (sum, claim) => sum + game[claim].Bond);
}

/// <summary>What a command asks the agent to decide.</summary>
/// <param name="Chain">The chain's name.</param>
/// <param name="Game">The game.</param>
/// <param name="L1Head">Its L1 head as it was shown.</param>
/// <param name="Truth"><c>valid</c> or <c>invalid</c>; null to take a decision back.</param>
/// <param name="By">Who.</param>
/// <param name="Because">Why.</param>
internal sealed record DecisionRequest(string? Chain, string? Game, string? L1Head, string? Truth, string? By, string? Because);

/// <summary>Why the agent does not do what it was asked.</summary>
internal sealed record DecisionProblem(string Error);
