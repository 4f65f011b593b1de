using Gavel.GameSolver;

namespace Gavel.Simulator;

/// <summary>
/// FaultDisputeGame 1.2.0 in memory: its checks in their order, its clocks, resolution and payout. Written from the contract's behaviour
/// and compared with it on a chain; shares nothing with the solver but plain values. Calls answer null when they succeed.
/// </summary>
public sealed class SimulatedGame
{
    private const uint NoParent = uint.MaxValue;
    private readonly List<SimulatedClaim> _claims = [];
    private readonly HashSet<(UInt128, Hash32, uint)> _known = [];
    private readonly Dictionary<Address, UInt256> _credits = [];
    private readonly SimulatedRules _rules;

    /// <summary>As the factory creates it.</summary>
    public SimulatedGame(SimulatedRules rules, Address creator, Hash32 root, UInt256 initBond, ulong now)
    {
        _rules = rules;
        _claims.Add(new SimulatedClaim
        {
            ParentIndex = NoParent,
            Position = 1,
            Value = root,
            Claimant = creator,
            Bond = initBond,
            Duration = 0,
            Timestamp = now,
        });
    }

    public SimulatedRules Rules => _rules;

    public IReadOnlyList<SimulatedClaim> Claims => _claims;

    public GameStatus Status { get; private set; }

    public Address BlockChallenger { get; private set; }

    public IReadOnlyDictionary<Address, UInt256> Credits => _credits;

    /// <summary><c>getChallengerDuration</c>.</summary>
    public ulong ChallengerDuration(int index, ulong now)
    {
        SimulatedClaim claim = _claims[index];
        ulong before = claim.ParentIndex == NoParent ? 0 : _claims[(int)claim.ParentIndex].Duration;
        return Math.Min(before + (now - claim.Timestamp), _rules.MaxClockDuration);
    }

    /// <summary><c>move</c>.</summary>
    public Revert? Move(Address from, Hash32 disputed, int index, Hash32 value, bool isAttack, UInt256 wei, ulong now)
    {
        if (Status != GameStatus.InProgress)
        {
            return Revert.GameNotInProgress;
        }

        if (index >= _claims.Count)
        {
            return Revert.ArrayOutOfBounds;
        }

        SimulatedClaim parent = _claims[index];
        if (parent.Value != disputed)
        {
            return Revert.InvalidDisputedClaimIndex;
        }

        UInt128 position = GIndex.Move(parent.Position, isAttack);
        int depth = GIndex.Depth(position);
        if (!isAttack && (index == 0 || depth == _rules.SplitDepth + 2))
        {
            return Revert.CannotDefendRootClaim;
        }

        if (index == 0 && !BlockChallenger.IsZero)
        {
            return Revert.L2BlockNumberChallenged;
        }

        if (depth > _rules.MaxDepth)
        {
            return Revert.GameDepthExceeded;
        }

        if (depth == _rules.SplitDepth + 1 && !IsExecutionRoot(value, index, isAttack))
        {
            return Revert.UnexpectedRootClaim;
        }

        if (wei != _rules.Bonds[depth])
        {
            return Revert.IncorrectBondAmount;
        }

        ulong duration = ChallengerDuration(index, now);
        if (duration == _rules.MaxClockDuration)
        {
            return Revert.ClockTimeExceeded;
        }

        if (!_known.Add((position, value, (uint)index)))
        {
            return Revert.ClaimAlreadyExists;
        }

        parent.Children.Add(_claims.Count);
        _claims.Add(new SimulatedClaim
        {
            ParentIndex = (uint)index,
            Position = position,
            Value = value,
            Claimant = from,
            Bond = wei,
            Duration = Extended(duration, depth),
            Timestamp = now,
        });
        return null;
    }

    /// <summary><c>step</c>.</summary>
    public Revert? Step(Address from, int index, bool isAttack, ReadOnlySpan<byte> state)
    {
        if (Status != GameStatus.InProgress)
        {
            return Revert.GameNotInProgress;
        }

        if (index >= _claims.Count)
        {
            return Revert.ArrayOutOfBounds;
        }

        SimulatedClaim leaf = _claims[index];
        int depth = GIndex.Depth(leaf.Position);
        if (depth != _rules.MaxDepth)
        {
            return Revert.InvalidParent;
        }

        (Hash32 before, SimulatedClaim after) = StatesOf(leaf, isAttack);
        if (Keccak256.Hash(state).WithFirstByte(0) != before.WithFirstByte(0))
        {
            return Revert.InvalidPrestate;
        }

        if (_rules.Vm.Step(state, ContextOf(index)) is not { } reached)
        {
            return Revert.VmReverted;
        }

        bool confirms = reached == after.Value;
        bool sameSide = (depth - GIndex.Depth(after.Position)) % 2 == 0;
        if (confirms == sameSide)
        {
            return Revert.ValidStep;
        }

        if (!leaf.CounteredBy.IsZero)
        {
            return Revert.DuplicateStep;
        }

        leaf.CounteredBy = from;
        return null;
    }

    /// <summary><c>addLocalData</c> of datum 4.</summary>
    public Revert? AddLocalData(int index)
    {
        if (Status != GameStatus.InProgress)
        {
            return Revert.GameNotInProgress;
        }

        if (index >= _claims.Count)
        {
            return Revert.ArrayOutOfBounds;
        }

        if (GIndex.Depth(_claims[index].Position) <= _rules.SplitDepth)
        {
            return Revert.ClaimAboveSplit;
        }

        _rules.Vm.Load(ContextOf(index));
        return null;
    }

    /// <summary><c>challengeRootL2Block</c> with a proof that is right.</summary>
    public Revert? ChallengeRootL2Block(Address from)
    {
        if (Status != GameStatus.InProgress)
        {
            return Revert.GameNotInProgress;
        }

        if (!BlockChallenger.IsZero)
        {
            return Revert.L2BlockNumberChallenged;
        }

        BlockChallenger = from;
        return null;
    }

    /// <summary><c>resolveClaim</c>.</summary>
    public Revert? ResolveClaim(int index, int numToResolve, ulong now)
    {
        if (Status != GameStatus.InProgress)
        {
            return Revert.GameNotInProgress;
        }

        if (index >= _claims.Count)
        {
            return Revert.ArrayOutOfBounds;
        }

        SimulatedClaim claim = _claims[index];
        if (ChallengerDuration(index, now) < _rules.MaxClockDuration)
        {
            return Revert.ClockNotExpired;
        }

        if (claim.IsResolved)
        {
            return Revert.ClaimAlreadyResolved;
        }

        if (claim.Children.Count == 0 && index != 0)
        {
            Finish(claim, claim.CounteredBy);
            return null;
        }

        return ResolveChildren(claim, index, numToResolve);
    }

    /// <summary><c>resolve</c>.</summary>
    public Revert? Resolve()
    {
        if (Status != GameStatus.InProgress)
        {
            return Revert.GameNotInProgress;
        }

        if (!_claims[0].IsResolved)
        {
            return Revert.OutOfOrderResolution;
        }

        Status = _claims[0].CounteredBy.IsZero ? GameStatus.DefenderWins : GameStatus.ChallengerWins;
        return null;
    }

    /// <summary>The outputs that the execution game around a claim is about.</summary>
    public StepContext ContextOf(int index)
    {
        int above = index;
        UInt128 executionRoot = _claims[index].Position;
        while (GIndex.Depth(_claims[above].Position) > _rules.SplitDepth)
        {
            executionRoot = _claims[above].Position;
            above = (int)_claims[above].ParentIndex;
        }

        SimulatedClaim leaf = _claims[above];
        if (executionRoot >> 1 != leaf.Position)
        {
            SimulatedClaim disputed = FindAncestor(GIndex.TraceAncestor(leaf.Position + 1), above);
            return new StepContext(leaf.Value, leaf.Position, disputed.Value, disputed.Position);
        }

        if (GIndex.IndexAtDepth(leaf.Position) == 0)
        {
            return new StepContext(_rules.StartingRoot, 0, leaf.Value, leaf.Position);
        }

        SimulatedClaim starting = FindAncestor(GIndex.TraceAncestor(leaf.Position - 1), above);
        return new StepContext(starting.Value, starting.Position, leaf.Value, leaf.Position);
    }

    private Revert? ResolveChildren(SimulatedClaim claim, int index, int numToResolve)
    {
        SimulatedClaim.Checkpoint progress = claim.Progress;
        int page = !progress.IsStarted && numToResolve == 0 ? claim.Children.Count : numToResolve;
        int end = (int)Math.Min((long)progress.NextChild + page, claim.Children.Count);
        UInt128 leftmost = progress.Leftmost;
        Address countered = progress.CounteredBy;
        for (int i = progress.NextChild; i < end; i++)
        {
            SimulatedClaim child = _claims[claim.Children[i]];
            if (!child.IsResolved)
            {
                return Revert.OutOfOrderResolution;
            }

            if (child.CounteredBy.IsZero && child.Position < leftmost)
            {
                leftmost = child.Position;
                countered = child.Claimant;
            }
        }

        progress.IsStarted = true;
        progress.NextChild = end;
        progress.Leftmost = leftmost;
        progress.CounteredBy = countered;
        if (end == claim.Children.Count)
        {
            claim.CounteredBy = index == 0 && !BlockChallenger.IsZero ? BlockChallenger : countered;
            Finish(claim, claim.CounteredBy);
        }

        return null;
    }

    private void Finish(SimulatedClaim claim, Address counteredBy)
    {
        claim.IsResolved = true;
        claim.PaidTo = counteredBy.IsZero ? claim.Claimant : counteredBy;
        _credits[claim.PaidTo] = _credits.GetValueOrDefault(claim.PaidTo) + claim.Bond;
    }

    private (Hash32 Before, SimulatedClaim After) StatesOf(SimulatedClaim leaf, bool isAttack)
    {
        if (!isAttack)
        {
            UInt128 next = GIndex.TraceAncestorBounded(leaf.Position + 1, _rules.SplitDepth);
            return (leaf.Value, FindAncestor(next, (int)leaf.ParentIndex));
        }

        UInt128 leaves = UInt128.One << (_rules.MaxDepth - _rules.SplitDepth - 1);
        if (GIndex.IndexAtDepth(leaf.Position) % leaves == 0)
        {
            return (_rules.AbsolutePrestate, leaf);
        }

        UInt128 previous = GIndex.TraceAncestorBounded(leaf.Position - 1, _rules.SplitDepth);
        return (FindAncestor(previous, (int)leaf.ParentIndex).Value, leaf);
    }

    private bool IsExecutionRoot(Hash32 value, int leaf, bool isAttack)
    {
        SimulatedClaim disputed = FindAncestor(GIndex.TraceAncestor(_claims[leaf].Position + 1), leaf);
        bool refutes = isAttack || GIndex.Depth(disputed.Position) % 2 == _rules.SplitDepth % 2;
        return refutes ? value.FirstByte is 1 or 2 : value.FirstByte == 0;
    }

    private SimulatedClaim FindAncestor(UInt128 position, int from)
    {
        SimulatedClaim claim = _claims[from];
        while (claim.Position != position)
        {
            claim = _claims[(int)claim.ParentIndex];
        }

        return claim;
    }

    private ulong Extended(ulong duration, int depth)
    {
        ulong extension = depth == _rules.SplitDepth - 1 ? 2 * _rules.ClockExtension : _rules.ClockExtension;
        if (_rules.ExtendsByDepth && depth == _rules.MaxDepth - 1)
        {
            extension = _rules.ClockExtension + _rules.OracleChallengePeriod;
        }

        ulong measured = _rules.ExtendsByDepth ? extension : _rules.ClockExtension;
        return duration > _rules.MaxClockDuration - measured ? _rules.MaxClockDuration - extension : duration;
    }
}
