namespace Gavel.GameSolver.Solving;

/// <summary>Turns open answers into actions, leaving out what the chain would refuse by now.</summary>
internal sealed class Plan(Game game, ITrace trace, GameTime? time, Decision[] decisions, IEnumerable<UnansweredClaim> unanswered)
{
    private readonly List<GameAction> _actions = [];
    private readonly List<UnansweredClaim> _unanswered = [];

    public Solution Make(List<int> open)
    {
        Stance root = decisions[0].Stance;
        bool? agrees = root switch
        {
            Stance.TrueRoot or Stance.RootOfOtherBlock => true,
            Stance.FalseRoot => false,
            Stance.NoHonestMove => false,
            _ => Unknown(),
        };
        if (game.Status != GameStatus.InProgress)
        {
            return new Solution(agrees, [], []);
        }

        _unanswered.AddRange(unanswered.Where(claim => !IsSettled(claim.ClaimIndex)));
        int final = _unanswered.Count;
        foreach (int index in open)
        {
            Add(index);
        }

        if (root is Stance.FalseRoot or Stance.RootOfOtherBlock && !game.IsBlockChallenged && !game.IsResolved(0))
        {
            ChallengeBlock();
        }

        if (_unanswered.Count > final)
        {
            _unanswered.Sort((left, right) => left.ClaimIndex.CompareTo(right.ClaimIndex));
        }

        return new Solution(agrees, _actions, _unanswered);
    }

    /// <summary>The root's value may be known to be right even while its block number is not.</summary>
    private bool? Unknown() =>
        unanswered.Any(claim => claim is { ClaimIndex: 0, Reason: UnansweredReason.RootBlockUnavailable }) ? true : null;

    private void Add(int index)
    {
        if (IsSettled(index))
        {
            return;
        }

        ref Decision decision = ref decisions[index];
        ref readonly Claim claim = ref game.At(index);
        if (claim.Position.Depth == game.Shape.MaxDepth)
        {
            Step(index, in decision, in claim);
            return;
        }

        if (time is { } moment && moment.Rules.IsExpired(game.ParentClock(index), claim.Clock, moment.Now))
        {
            _unanswered.Add(new UnansweredClaim(index, UnansweredReason.ClockExpired, "the clock of our side is used up"));
            return;
        }

        _actions.Add(new MoveAction(index, decision.IsAttack, decision.Position, decision.Value));
    }

    /// <summary>
    /// A leaf can be stepped on once. The contract looks at no clock there, and a step counts until the claim above is resolved, even where
    /// the leaf itself was resolved before. An inner claim takes moves until it is resolved, the root until its block number is challenged.
    /// </summary>
    private bool IsSettled(int index)
    {
        ref readonly Claim claim = ref game.At(index);
        if (claim.Position.Depth == game.Shape.MaxDepth)
        {
            return !game.CounteredBy(index).IsZero || game.IsWithinResolved((int)claim.ParentIndex);
        }

        return game.IsWithinResolved(index) || (index == 0 && game.IsBlockChallenged);
    }

    private void Step(int index, in Decision decision, in Claim claim)
    {
        UInt128 own = game.Shape.LeafIndex(claim.Position);
        UInt128 executed = decision.IsAttack ? own : own + 1;
        TraceAnswer<StepData> data = trace.StepAt(decision.Branch, executed);
        if (data.IsAvailable)
        {
            _actions.Add(new StepAction(index, decision.IsAttack, executed, decision.Branch, data.Value));
        }
        else
        {
            _unanswered.Add(new UnansweredClaim(index, UnansweredReason.StepUnavailable, data.Reason, data.IsUnderWay, data.Want));
        }
    }

    private void ChallengeBlock()
    {
        TraceAnswer<RootBlockProof?> proof = trace.RootBlock(game.At(0).Value);
        if (!proof.IsAvailable)
        {
            _unanswered.Add(new UnansweredClaim(0, UnansweredReason.RootBlockUnavailable, proof.Reason, proof.IsUnderWay, proof.Want));
        }
        else if (proof.Value is not null)
        {
            _actions.Add(new RootBlockAction(proof.Value));
            _unanswered.RemoveAll(claim => claim is { ClaimIndex: 0, Reason: UnansweredReason.LastWordIsTheirs }); // it counters the root without a bond
        }
    }
}
