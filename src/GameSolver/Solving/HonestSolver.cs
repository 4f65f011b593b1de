namespace Gavel.GameSolver.Solving;

/// <summary>
/// The moves of the honest party in one game: no more, since each bond is real ether, and no fewer, since one missed reply can lose the
/// game. Remembers what it decided, so that a game with one claim more costs one decision. Not for use by several threads at once.
/// The rules, with pictures, are in <c>docs/honest-strategy.md</c>.
/// </summary>
/// <param name="trace">The truth about this game.</param>
public sealed class HonestSolver(ITrace trace)
{
    private readonly SortedDictionary<int, UnansweredClaim> _unanswered = [];
    private readonly List<int> _open = []; // claims with an answer not on chain, ascending
    private Decision[] _decisions = [];
    private Game? _game;
    private LastWord? _lastWord; // null where the VM decides

    /// <summary>Decides the next actions.</summary>
    /// <param name="game">The game, on which all earlier decisions are kept as far as it extends the one before.</param>
    /// <param name="time">When the actions would be mined; without it no move is left out for its clock.</param>
    public Solution Solve(Game game, GameTime? time = null)
    {
        ArgumentNullException.ThrowIfNull(game);
        _lastWord = trace.HasFirstState ? null : new LastWord(game.Shape);
        int known = Adopt(game);
        Retry(game, known);
        for (int i = known; i < game.Count; i++)
        {
            Decide(game, i);
        }

        for (int i = known; i < game.Count; i++)
        {
            if (_decisions[i].IsOpen)
            {
                _open.Add(i);
            }
        }

        return new Plan(game, trace, time, _decisions, _unanswered.Values).Make(_open);
    }

    /// <summary>What the honest party thinks of a claim of the game solved last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such claim, or nothing was solved yet.</exception>
    public Stance StanceOn(int claimIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(claimIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(claimIndex, _game?.Count ?? 0);
        return _decisions[claimIndex].Stance;
    }

    /// <summary>Whether the honest party makes moves to a depth of the game solved last, or steps where it is one more than the maximum.</summary>
    internal bool MovesTo(int depth) => _lastWord?.IsWonAt(depth) ?? true;

    /// <summary>Keeps what was decided for an earlier state of this game; returns the number of claims that it covers.</summary>
    private int Adopt(Game game)
    {
        int known = _game is not null && game.Extends(_game) ? _game.Count : 0;
        if (known == 0)
        {
            _open.Clear();
            _unanswered.Clear();
        }

        if (_decisions.Length < game.Count)
        {
            Array.Resize(ref _decisions, Math.Max(game.Count, 2 * _decisions.Length));
        }

        _game = game;
        return known;
    }

    /// <summary>Asks again where the trace had no answer, and decides what lies below.</summary>
    private void Retry(Game game, int known)
    {
        int[] undecided = [.. _unanswered.Keys.Where(index => _decisions[index].Stance == Stance.Undecided)];
        Stack<int> waiting = new(undecided.Reverse());
        List<int> decided = [];
        while (waiting.TryPop(out int index))
        {
            Decide(game, index);
            if (_decisions[index].Stance == Stance.Undecided)
            {
                continue;
            }

            decided.Add(index);
            for (int child = game.FirstChild(index); child >= 0 && child < known; child = game.NextSibling(child))
            {
                waiting.Push(child);
            }
        }

        foreach (int index in decided.Where(index => _decisions[index].IsOpen))
        {
            int place = _open.BinarySearch(index);
            _open.Insert(~place, index);
        }
    }

    private void Decide(Game game, int index)
    {
        _unanswered.Remove(index);
        ref Decision own = ref _decisions[index];
        own = default;
        ref readonly Claim claim = ref game.At(index);
        if (claim.IsRoot)
        {
            DecideRoot(game, ref own, in claim);
            return;
        }

        int parent = (int)claim.ParentIndex;
        ref Decision above = ref _decisions[parent];
        own.Stance = StanceOf(game, index, in claim, parent, ref above);
        if (own.Stance is Stance.AgainstUs or Stance.BesideUs or Stance.OurMove)
        {
            own.Branch = claim.Position.Depth == game.Shape.SplitDepth + 1 ? game.BranchOf(index) : above.Branch;
        }

        if (own.Stance is Stance.AgainstUs or Stance.BesideUs)
        {
            Answer(game, index, ref own, in claim);
        }
    }

    private Stance StanceOf(Game game, int index, in Claim claim, int parent, ref Decision above)
    {
        if (above.Stance is Stance.Undecided or Stance.BelowUndecided)
        {
            return Stance.BelowUndecided;
        }

        if (above.HasAnswer && above.Position == claim.Position && above.Value == claim.Value)
        {
            above.IsPosted = true;
            int place = _open.BinarySearch(parent);
            if (place >= 0)
            {
                _open.RemoveAt(place);
            }

            return Stance.OurMove;
        }

        if (game.IsResolved(index) && claim.Position.Depth < game.Shape.MaxDepth)
        {
            return Stance.Resolved;
        }

        if (above.IsHonest)
        {
            return Stance.AgainstUs;
        }

        // Where the last word beside our answer is another's, it may have the bond above: the claim above falls all the same.
        return above.HasAnswer && claim.Position <= above.Position && MovesTo(claim.Position.Depth + 1) ? Stance.BesideUs : Stance.Ignored;
    }

    private void DecideRoot(Game game, ref Decision own, in Claim claim)
    {
        TraceAnswer<Hash32> honest = trace.ValueAt(null, claim.Position);
        if (!honest.IsAvailable)
        {
            LeaveUndecided(0, ref own, honest.Reason, honest.IsUnderWay, honest.Want);
            return;
        }

        if (honest.Value != claim.Value)
        {
            own.Stance = Stance.FalseRoot;
            Answer(game, 0, ref own, in claim);
            return;
        }

        TraceAnswer<RootBlockProof?> other = trace.RootBlock(claim.Value);
        if (!other.IsAvailable)
        {
            own.Stance = Stance.Undecided;
            _unanswered[0] = new UnansweredClaim(0, UnansweredReason.RootBlockUnavailable, other.Reason, other.IsUnderWay, other.Want);
            return;
        }

        own.Stance = other.Value is null ? Stance.TrueRoot : Stance.RootOfOtherBlock;
    }

    /// <summary>Finds the answer to a claim that is to be countered: a defence where it is true, an attack where it is false.</summary>
    private void Answer(Game game, int index, ref Decision own, in Claim claim)
    {
        int depth = claim.Position.Depth;
        if (!MovesTo(depth + 1))
        {
            Concede(index, ref own, in claim);
            return;
        }

        TraceAnswer<Hash32> honest = ValueAt(own.Branch, claim.Position);
        if (!honest.IsAvailable)
        {
            LeaveUndecided(index, ref own, honest.Reason, honest.IsUnderWay, honest.Want);
            return;
        }

        // Without a first state no claim about states is true, whatever it repeats.
        bool attack = honest.Value != claim.Value || (_lastWord is not null && own.Branch is not null);
        if (depth == game.Shape.MaxDepth)
        {
            own.HasAnswer = true;
            own.IsAttack = attack;
            return;
        }

        if (!attack && depth == game.Shape.SplitDepth + 1)
        {
            Refuse(index, ref own, UnansweredReason.ExecutionRootIsTrue, "the execution root is true and cannot be defended");
            return;
        }

        ExecutionBranch? branch = depth == game.Shape.SplitDepth ? ExecutionBranch.Below(game, index, attack) : own.Branch;
        Position position = attack ? claim.Position.Attack() : claim.Position.Defend();
        TraceAnswer<Hash32> value = ValueAt(branch, position);
        if (!value.IsAvailable)
        {
            LeaveUndecided(index, ref own, value.Reason, value.IsUnderWay, value.Want);
            return;
        }

        if (depth == game.Shape.SplitDepth && !branch!.Accepts(value.Value, depth))
        {
            string wanted = branch.MustRefute(depth) ? "invalid or panic" : "valid";
            Refuse(index, ref own, UnansweredReason.StatusNotAccepted,
                $"the contract takes only status {wanted} in this execution root, the truth is {(VmStatus)value.Value.FirstByte}");
            return;
        }

        own.HasAnswer = true;
        own.IsAttack = attack;
        own.Position = position;
        own.Value = value.Value;
    }

    private TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position) =>
        _lastWord is not null && branch is not null ? TraceAnswer.Of(_lastWord.ValueAt(branch, position)) : trace.ValueAt(branch, position);

    /// <summary>No bond is put where the other side has the last word. A false root keeps its stance, since its block number may still be challenged.</summary>
    private void Concede(int index, ref Decision own, in Claim claim)
    {
        own.Stance = claim.IsRoot ? own.Stance : Stance.NoHonestMove;
        _unanswered[index] = new UnansweredClaim(
            index,
            UnansweredReason.LastWordIsTheirs,
            "the game's absolute prestate is a placeholder, so that nobody can step, and who claims at the maximum depth wins: that is the side of this claim");
    }

    private void LeaveUndecided(int index, ref Decision own, string reason, bool isUnderWay, TraceWant? want)
    {
        own.Stance = Stance.Undecided;
        _unanswered[index] = new UnansweredClaim(index, UnansweredReason.TraceUnavailable, reason, isUnderWay, want);
    }

    private void Refuse(int index, ref Decision own, UnansweredReason reason, string detail)
    {
        own.Stance = Stance.NoHonestMove;
        _unanswered[index] = new UnansweredClaim(index, reason, detail);
    }
}
