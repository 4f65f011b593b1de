using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Gavel.GameSolver;

/// <summary>
/// A dispute game as the chain shows it at one block: its claims in contract order and what has become of them. A value: every change
/// makes a new game and leaves the old one as it was. Adding a claim to the newest game of a family costs the same at any size, since the
/// family shares one append-only store.
/// </summary>
public sealed class Game : IEquatable<Game>
{
    private readonly ClaimStore _store;
    private readonly ImmutableDictionary<int, ClaimEnd> _ends;

    private Game(GameShape shape, ClaimStore store, int count, ImmutableDictionary<int, ClaimEnd> ends, GameStatus status, Address blockChallenger)
    {
        Shape = shape;
        _store = store;
        Count = count;
        _ends = ends;
        Status = status;
        BlockChallenger = blockChallenger;
    }

    /// <summary>A game that has only its root claim.</summary>
    /// <exception cref="ArgumentException">The claim is no root.</exception>
    public static Game Create(GameShape shape, Claim root) => Create(shape, [root]);

    /// <summary>A game from its claims in contract order.</summary>
    /// <exception cref="ArgumentException">
    /// There is no claim, the first is no root, or another is no legal answer to an earlier one; the message names the claim.
    /// </exception>
    public static Game Create(GameShape shape, IReadOnlyList<Claim> claims)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(claims);
        if (claims.Count == 0)
        {
            throw new ArgumentException("a game has at least its root claim", nameof(claims));
        }

        ImmutableDictionary<int, ClaimEnd>.Builder ends = ImmutableDictionary.CreateBuilder<int, ClaimEnd>();
        ClaimStore store = ClaimStore.Create(claims.Count);
        for (int i = 0; i < claims.Count; i++)
        {
            Check(shape, store, i, claims[i]);
            store.Append(claims[i]);
            if (!claims[i].CounteredBy.IsZero)
            {
                ends.Add(i, new ClaimEnd(claims[i].CounteredBy, claims[i].Position.Depth < shape.MaxDepth));
            }
        }

        return new Game(shape, store, claims.Count, ends.ToImmutable(), GameStatus.InProgress, default);
    }

    /// <summary>Depths of the game.</summary>
    public GameShape Shape { get; }

    /// <summary>How many claims there are.</summary>
    public int Count { get; }

    /// <summary>The contract's status.</summary>
    public GameStatus Status { get; }

    /// <summary>Who proved that the root claim belongs to another block number (<c>l2BlockNumberChallenger</c>); zero for nobody.</summary>
    public Address BlockChallenger { get; }

    /// <summary>True once <c>challengeRootL2Block</c> succeeded: the root takes no more moves and counts as countered.</summary>
    public bool IsBlockChallenged => !BlockChallenger.IsZero;

    /// <summary>The claim at a contract index, with its present <see cref="Claim.CounteredBy"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such claim.</exception>
    public Claim this[int index]
    {
        get
        {
            Claim claim = At(index);
            return _ends.TryGetValue(index, out ClaimEnd end) ? claim with { CounteredBy = end.CounteredBy } : claim;
        }
    }

    /// <summary>The claims in contract order.</summary>
    public IEnumerable<Claim> Claims
    {
        get
        {
            for (int i = 0; i < Count; i++)
            {
                yield return this[i];
            }
        }
    }

    /// <summary>The game with one more claim.</summary>
    /// <exception cref="ArgumentException">The claim is no legal answer: no such parent, no move from its position, or already there.</exception>
    public Game Add(Claim claim)
    {
        Check(Shape, _store, Count, claim);
        ClaimStore store = _store.Extend(Count, claim);
        ImmutableDictionary<int, ClaimEnd> ends = claim.CounteredBy.IsZero
            ? _ends
            : _ends.SetItem(Count, new ClaimEnd(claim.CounteredBy, claim.Position.Depth < Shape.MaxDepth));
        return new Game(Shape, store, Count + 1, ends, Status, BlockChallenger);
    }

    /// <summary>The game after a step against a claim at the maximum depth.</summary>
    /// <exception cref="ArgumentException">The claim is not at the maximum depth.</exception>
    public Game WithStep(int index, Address stepper)
    {
        if (At(index).Position.Depth != Shape.MaxDepth)
        {
            throw new ArgumentException($"claim {index} is above the maximum depth and cannot be stepped on", nameof(index));
        }

        bool resolved = IsResolved(index);
        return WithEnd(index, new ClaimEnd(stepper, resolved, resolved));
    }

    /// <summary>The game after <c>resolveClaim</c> finished a claim's subgame.</summary>
    /// <param name="index">The claim.</param>
    /// <param name="counteredBy">Who won it; zero where the claim stood.</param>
    public Game WithResolved(int index, Address counteredBy)
    {
        _ = At(index);
        return WithEnd(index, new ClaimEnd(counteredBy, true));
    }

    /// <summary>The game with another status.</summary>
    public Game WithStatus(GameStatus status) => new(Shape, _store, Count, _ends, status, BlockChallenger);

    /// <summary>The game after <c>challengeRootL2Block</c>.</summary>
    public Game WithBlockChallenged(Address challenger) => new(Shape, _store, Count, _ends, Status, challenger);

    /// <summary>True when the claim is marked as resolved: no move in its subgame is possible.</summary>
    public bool IsResolved(int index) => _ends.TryGetValue(index, out ClaimEnd end) && end.IsResolved;

    /// <summary>
    /// True when the claim or one above it is resolved: a subgame is resolved only after all below it, but the chain does not show it on
    /// claims that stood. Costs the length of the path.
    /// </summary>
    public bool IsWithinResolved(int index)
    {
        for (int? at = _ends.IsEmpty ? null : index; at is int claim; at = ParentOf(claim))
        {
            if (IsResolved(claim))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Present <c>counteredBy</c> of a claim.</summary>
    public Address CounteredBy(int index) => _ends.TryGetValue(index, out ClaimEnd end) ? end.CounteredBy : default;

    /// <summary>True when a leaf was stepped on only after it had been resolved, and its bond had gone back to its claimant.</summary>
    public bool IsSteppedLate(int index) => _ends.TryGetValue(index, out ClaimEnd end) && end.IsSteppedLate;

    /// <summary>Index of the claim that a claim answers, or null for the root.</summary>
    public int? ParentOf(int index)
    {
        uint parent = At(index).ParentIndex;
        return parent == Claim.NoParent ? null : (int)parent;
    }

    /// <summary>Indices of the claims that answer a claim, in contract order.</summary>
    public IEnumerable<int> ChildrenOf(int index)
    {
        _ = At(index);
        for (int child = FirstChild(index); child >= 0; child = NextSibling(child))
        {
            yield return child;
        }
    }

    /// <summary>True when nobody has answered the claim.</summary>
    public bool IsLeaf(int index) => FirstChild(index) < 0;

    /// <summary>Looks for a claim by its identity.</summary>
    public bool TryFind(ClaimId id, out int index)
    {
        index = _store.Find(in id, Count);
        return index >= 0;
    }

    /// <summary>True when the game has a claim of this identity, so that posting it again would revert (<c>ClaimAlreadyExists</c>).</summary>
    public bool Contains(ClaimId id) => TryFind(id, out _);

    /// <summary>The clock of a claim's parent, as <see cref="ClockRules"/> takes it; for the root the default.</summary>
    public ChessClock ParentClock(int index) => ParentOf(index) is int parent ? At(parent).Clock : default;

    /// <summary>
    /// The nearest claim at a position among a claim and those above it (the contract's <c>_findTraceAncestor</c>), or null.
    /// </summary>
    public int? FindUpwards(int index, Position position)
    {
        for (int at = index; ;)
        {
            ref readonly Claim claim = ref At(at);
            if (claim.Position == position)
            {
                return at;
            }

            if (claim.IsRoot)
            {
                return null;
            }

            at = (int)claim.ParentIndex;
        }
    }

    /// <summary>The branch of the execution game that a claim below the split depth belongs to, or null for one above.</summary>
    public ExecutionBranch? BranchOf(int index)
    {
        if (At(index).Position.Depth <= Shape.SplitDepth)
        {
            return null;
        }

        int root = index;
        while (At(root).Position.Depth > Shape.SplitDepth + 1)
        {
            root = (int)At(root).ParentIndex;
        }

        int leaf = (int)At(root).ParentIndex;
        return ExecutionBranch.Below(this, leaf, At(root).Position == At(leaf).Position.Attack());
    }

    /// <summary>True when this game has the other's claims, in the same order, and perhaps more after them.</summary>
    public bool Extends(Game other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Count >= other.Count && Shape == other.Shape
            && (_store.IsSameUpTo(other._store, other.Count) || StructureEquals(other, other.Count));
    }

    /// <summary>Equal claims, marks, status and shape.</summary>
    public bool Equals(Game? other) =>
        other is not null && (ReferenceEquals(this, other)
            || (Count == other.Count && Status == other.Status && BlockChallenger == other.BlockChallenger
                && Extends(other) && EndsEqual(other)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Game);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Shape, Count, At(Count - 1).Id, Status, _ends.Count);

    /// <summary>A claim without its mark, in place.</summary>
    internal ref readonly Claim At(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            ThrowNoClaim(index);
        }

        return ref _store[index];
    }

    internal int FirstChild(int index) => Known(_store.FirstChild(index));

    internal int NextSibling(int index) => Known(_store.NextSibling(index));

    private int Known(int index) => index < Count ? index : -1;

    private Game WithEnd(int index, ClaimEnd end) => new(Shape, _store, Count, _ends.SetItem(index, end), Status, BlockChallenger);

    private bool EndsEqual(Game other) =>
        ReferenceEquals(_ends, other._ends)
        || (_ends.Count == other._ends.Count && _ends.All(own => other._ends.TryGetValue(own.Key, out ClaimEnd end) && end == own.Value));

    private bool StructureEquals(Game other, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (At(i) with { CounteredBy = default } != other.At(i) with { CounteredBy = default })
            {
                return false;
            }
        }

        return true;
    }

    private static void Check(GameShape shape, ClaimStore store, int index, in Claim claim)
    {
        if (index == 0)
        {
            if (!claim.IsRoot || !claim.Position.IsRoot)
            {
                throw new ArgumentException($"the first claim of a game is its root, at position 1, not {claim.Position} under {claim.ParentIndex}");
            }

            return;
        }

        if (claim.ParentIndex >= index)
        {
            throw new ArgumentException($"claim {index} answers claim {claim.ParentIndex}, which does not come before it");
        }

        Position parent = store[(int)claim.ParentIndex].Position;
        if (parent.Depth >= shape.MaxDepth)
        {
            throw new ArgumentException($"claim {index} lies beyond the maximum depth {shape.MaxDepth}");
        }

        if (claim.Position != parent.Attack() && (parent.IsRoot || claim.Position != parent.Defend()))
        {
            throw new ArgumentException($"claim {index} at position {claim.Position} is no move from position {parent}");
        }

        ClaimId id = claim.Id;
        if (store.Find(in id, index) is int twin and >= 0)
        {
            throw new ArgumentException($"claim {index} has the position, value and parent of claim {twin}");
        }
    }

    [DoesNotReturn]
    private void ThrowNoClaim(int index) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"the game has claims 0 to {Count - 1}");

    private readonly record struct ClaimEnd(Address CounteredBy, bool IsResolved, bool IsSteppedLate = false);
}
