using Gavel.GameSolver;

namespace Gavel.Contracts.Simulation;

/// <summary>The outputs that an execution game is about.</summary>
internal readonly record struct Disagreement(Hash32 Starting, UInt128 StartingPosition, Hash32 Disputed, Position DisputedPosition)
{
    /// <summary>The context under which its local data lie.</summary>
    public Hash32 Context => StartingPosition == 0
        ? LocalContext.OfFirstBlock(Disputed, DisputedPosition.GIndex)
        : LocalContext.Of(Starting, StartingPosition, Disputed, DisputedPosition.GIndex);
}

/// <summary>The claims of a simulated game, and what lies between them.</summary>
internal sealed class ClaimTree(int maxDepth, int splitDepth, Hash32 absolutePrestate, Hash32 startingRoot)
{
    private readonly List<SimulatedClaim> _claims = [];

    public IReadOnlyList<SimulatedClaim> Claims => _claims;

    /// <summary>A claim by index.</summary>
    /// <exception cref="SimulatedRevert">There is none.</exception>
    public SimulatedClaim this[long index] => index >= 0 && index < _claims.Count ? _claims[(int)index] : throw SimulatedRevert.OutOfBounds();

    public void Add(SimulatedClaim claim)
    {
        if (claim.ParentIndex != SimulatedClaim.NoParent)
        {
            _claims[(int)claim.ParentIndex].Children.Add(_claims.Count);
        }

        _claims.Add(claim);
    }

    /// <summary>Whether the status of an execution game's first claim fits what its mover says of the disputed output.</summary>
    public bool IsExecutionRoot(Hash32 value, int parentIndex, bool isAttack)
    {
        SimulatedClaim disputed = AncestorAt(new Position(_claims[parentIndex].Position.GIndex + 1).TraceAncestor(), parentIndex);
        bool refutes = isAttack || disputed.Position.Depth % 2 == splitDepth % 2;
        return refutes ? value.FirstByte is 1 or 2 : value.FirstByte == 0;
    }

    /// <summary>The state that a step on a leaf begins with, and the claim that it is compared with.</summary>
    public (Hash32 Before, SimulatedClaim Expected) StatesAround(SimulatedClaim leaf, bool isAttack)
    {
        UInt128 position = leaf.Position.GIndex;
        if (!isAttack)
        {
            return (leaf.Value, AncestorAt(Below(position + 1), leaf.ParentIndex));
        }

        return leaf.Position.IndexAtDepth % (UInt128.One << (maxDepth - splitDepth - 1)) == 0
            ? (absolutePrestate, leaf)
            : (AncestorAt(Below(position - 1), leaf.ParentIndex).Value, leaf);
    }

    /// <summary>What the execution game around a claim is about.</summary>
    /// <exception cref="SimulatedRevert">There is no such claim, or it lies at the split depth or above.</exception>
    public Disagreement DisagreementAbove(long index)
    {
        SimulatedClaim claim = this[index];
        if (claim.Position.Depth <= splitDepth)
        {
            throw SimulatedRevert.Of("ClaimAboveSplit");
        }

        Position executionRoot = claim.Position;
        while (claim.Position.Depth > splitDepth)
        {
            executionRoot = claim.Position;
            index = claim.ParentIndex;
            claim = this[index];
        }

        if (executionRoot != claim.Position.Attack())
        {
            SimulatedClaim disputed = AncestorAt(new Position(claim.Position.GIndex + 1).TraceAncestor(), index);
            return new(claim.Value, claim.Position.GIndex, disputed.Value, disputed.Position);
        }

        if (claim.Position.IndexAtDepth == 0)
        {
            return new(startingRoot, 0, claim.Value, claim.Position);
        }

        SimulatedClaim starting = AncestorAt(new Position(claim.Position.GIndex - 1).TraceAncestor(), index);
        return new(starting.Value, starting.Position.GIndex, claim.Value, claim.Position);
    }

    private Position Below(UInt128 position) => new Position(position) is var at && at.Depth > splitDepth ? at.TraceAncestorBelow(splitDepth + 1) : at;

    private SimulatedClaim AncestorAt(Position position, long index)
    {
        SimulatedClaim claim = this[index];
        while (claim.Position != position)
        {
            claim = this[claim.ParentIndex];
        }

        return claim;
    }
}
