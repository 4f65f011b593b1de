namespace Gavel.Rollup;

/// <summary>What a piece of evidence that a block was not derivable by an L1 block rests on.</summary>
public enum PieceKind
{
    /// <summary>A: the node has worked through more L1 than that block, on our chain, and still has not derived the L2 block.</summary>
    Pipeline,

    /// <summary>B: our own log of what the node had derived when we first saw it past that L1 block.</summary>
    Log,

    /// <summary>C: the node's own record of safe heads, dense around that block. A gap in it looks the same, so it never counts alone.</summary>
    Record,

    /// <summary>D: a run of our own of the game's program, which did not arrive at the block's output. It needs the record beside it.</summary>
    Run,
}

/// <summary>Evidence of one node that all L2 blocks from one on were not derivable by a game's L1 head.</summary>
/// <param name="Kind">What it rests on.</param>
/// <param name="Node">Whose word it is.</param>
/// <param name="FirstUnderivable">The first L2 block that was not derivable.</param>
/// <param name="L1">The L1 block that it speaks of.</param>
/// <param name="At">When it was said.</param>
public sealed record Piece(PieceKind Kind, NodeLabel Node, ulong FirstUnderivable, BlockId L1, DateTimeOffset At);

/// <summary>All that one rollup node has to say of what was derivable by a game's L1 head.</summary>
/// <param name="Node">The node.</param>
/// <param name="Derived">The last L2 block that it shows as derived by that L1 block; null where it shows none.</param>
/// <param name="Pieces">Evidence that later blocks were not.</param>
/// <param name="SafeNow">The last L2 block that it derives from L1 today; null while it cannot be asked.</param>
public sealed record DerivationWitness(NodeLabel Node, ulong? Derived, IReadOnlyList<Piece> Pieces, ulong? SafeNow)
{
    /// <summary>False for a node that is silent now: what it said before stands, but not against those that are well.</summary>
    public bool IsWell { get; init; } = true;
}

/// <summary>Whether an L2 block was derivable by a game's L1 head.</summary>
public enum Derivable
{
    /// <summary>Nobody can tell, or too few.</summary>
    Unknown,

    /// <summary>It was.</summary>
    Yes,

    /// <summary>It was not, by positive evidence.</summary>
    No,

    /// <summary>Groups contradict each other.</summary>
    Contradicted,
}

/// <summary>The two sides of a safe head.</summary>
/// <param name="Last">The last block shown to have been derivable; null if none is.</param>
/// <param name="First">The first block shown not to have been; null if none is.</param>
public readonly record struct DerivableBounds(ulong? Last, ulong? First);

/// <summary>
/// What was derivable by one L1 block, from what the rollup nodes show. That a block was derivable is shown by its record; that it was not
/// needs positive evidence, and more of it where a node derives the block today: then a gap in the record, or a log written while the node was
/// not well, would make a true root false.
/// </summary>
/// <param name="witnesses">The nodes that may be believed.</param>
/// <param name="minimum">How many groups must agree that a block was not derivable.</param>
/// <param name="minimumForYes">How many must agree that it was.</param>
/// <param name="held">What was shown before: it stands until the minimum of groups says the opposite, since silence undoes no evidence.</param>
/// <param name="decided">What a person's decision says of it: against that nothing stands.</param>
/// <param name="run">
/// What runs of our own have shown: the program that judges the game checks all it reads against hashes. Where it arrives at a block, that is one
/// voice for it, and a record that ends before shows a gap; where it does not, that is the second piece that a record needs.
/// </param>
public sealed class Derivability(
    IReadOnlyList<DerivationWitness> witnesses,
    int minimum,
    int minimumForYes,
    DerivableBounds held = default,
    DerivableBounds decided = default,
    DerivableBounds run = default)
{
    private ulong? _last;
    private ulong? _first;
    private bool _isBounded;

    /// <summary>The last block that is known to have been derivable; null if none is.</summary>
    public ulong? LastDerivable => Bounded()._last;

    /// <summary>The first block that is known not to have been derivable; null if none is.</summary>
    public ulong? FirstUnderivable => Bounded()._first;

    /// <summary>The safe head, where both of its sides are known: the last block that was derivable and the first that was not.</summary>
    public ulong? SafeHead => LastDerivable is { } last && last != ulong.MaxValue && FirstUnderivable == last + 1 ? last : null;

    /// <summary>Whether a block was derivable.</summary>
    public Derivable Of(ulong block)
    {
        if (decided.Last >= block)
        {
            return Derivable.Yes;
        }

        if (decided.First <= block)
        {
            return Derivable.No;
        }

        Derivable all = Count(witnesses, block);
        if (all is Derivable.Yes or Derivable.No || witnesses.All(witness => witness.IsWell))
        {
            return all;
        }

        // A node that lied and then fell silent cannot take it back.
        Derivable well = Count([.. witnesses.Where(witness => witness.IsWell)], block);
        return well is Derivable.Yes or Derivable.No ? well : all;
    }

    private Derivable Count(IReadOnlyList<DerivationWitness> heard, ulong block)
    {
        int yes = 0;
        int no = 0;
        int torn = 0;
        List<Piece> pieces = [];
        foreach (IGrouping<string, DerivationWitness> group in heard.GroupBy(witness => witness.Node.Group, StringComparer.Ordinal))
        {
            Piece[] against = [.. group.SelectMany(witness => witness.Pieces).Where(piece => IsAgainst(piece, block))];
            bool derived = group.Any(witness => witness.Derived >= block);
            if (derived && against.Length > 0)
            {
                torn++; // one voice that says both says nothing
            }
            else if (derived)
            {
                yes++;
            }
            else if (against.Length > 0)
            {
                no++;
                pieces.AddRange(against);
            }
        }

        if (run.Last >= block)
        {
            yes++;
        }

        if (yes >= minimumForYes && yes > no)
        {
            return Derivable.Yes;
        }

        if (no >= minimum && no > yes && IsEnough(pieces, block))
        {
            return Derivable.No;
        }

        if (held.Last >= block && no + torn < minimum)
        {
            return Derivable.Yes;
        }

        if (held.First <= block && yes + torn < minimum)
        {
            return Derivable.No;
        }

        return torn > 0 || (yes > 0 && no > 0) ? Derivable.Contradicted : Derivable.Unknown;
    }

    /// <summary>The pieces that speak against a block.</summary>
    public IReadOnlyList<Piece> Against(ulong block) =>
        [.. witnesses.SelectMany(witness => witness.Pieces).Where(piece => IsAgainst(piece, block))];

    private bool IsAgainst(Piece piece, ulong block) =>
        piece.FirstUnderivable <= block && !(piece.Kind == PieceKind.Record && piece.FirstUnderivable <= run.Last);

    private bool IsEnough(List<Piece> pieces, ulong block)
    {
        if (decided.First is not null)
        {
            return true; // a person has said that a block came too early: who agrees is believed as to which was the last that did not
        }

        // Whether the block is derived today must be known: silence is no reason to ask for less.
        bool isUnderivedToday = !witnesses.Any(witness => witness.SafeNow >= block)
            && witnesses.Any(witness => witness.SafeNow < block && pieces.Exists(piece => piece.Node.Group == witness.Node.Group));
        bool ofTwoGroups = pieces.Select(piece => piece.Node.Group).Distinct(StringComparer.Ordinal).Skip(1).Any();
        bool hasOther = pieces.Exists(piece => piece.Kind != PieceKind.Record) || run.First <= block;
        return ofTwoGroups || (hasOther && (isUnderivedToday || pieces.Exists(piece => piece.Kind == PieceKind.Record)));
    }

    private IEnumerable<ulong> Firsts() => witnesses.SelectMany(witness => witness.Pieces).Select(piece => piece.FirstUnderivable);

    private Derivability Bounded()
    {
        if (!_isBounded)
        {
            // What is said changes at these blocks only, and "derivable" never comes back above a block that was not.
            ulong[] derived =
            [
                .. witnesses.Select(witness => witness.Derived).Append(held.Last).Append(decided.Last).Append(run.Last).OfType<ulong>()
                    .Concat(Firsts().Where(block => block > 0).Select(block => block - 1))
                    .Concat(witnesses.Select(witness => witness.SafeNow).OfType<ulong>()).Distinct().OrderDescending(),
            ];
            ulong[] firsts =
            [
                .. Firsts().Concat(new[] { held.First, decided.First, run.First }.OfType<ulong>()).Concat(derived.Where(block => block < ulong.MaxValue).Select(block => block + 1))
                    .Concat(witnesses.Select(witness => witness.SafeNow).OfType<ulong>().Where(block => block < ulong.MaxValue).Select(block => block + 1))
                    .Distinct().Order(),
            ];
            foreach (ulong block in derived.Where(block => Of(block) == Derivable.Yes).Take(1))
            {
                _last = block;
            }

            foreach (ulong block in firsts.Where(block => Of(block) == Derivable.No).Take(1))
            {
                _first = block;
            }

            _isBounded = true;
        }

        return this;
    }
}
