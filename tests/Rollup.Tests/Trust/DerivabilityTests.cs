namespace Gavel.Rollup.Tests.Trust;

/// <summary>
/// What was derivable by an L1 block: shown by a record; disproved by positive pieces alone, and by more of them where a node derives the block
/// today. A gap in a record, which tells too low a head, never makes a root false.
/// </summary>
public sealed class DerivabilityTests
{
    private const ulong Block = 10;
    private static readonly BlockId L1 = new(Keccak256.Hash("l1"u8), 100);

    // A node is written as group:derived/pieces/now; pieces are letters (P pipeline, L log, R record) with the first block they rule out.
    [Theory]
    [InlineData("a:10//12", 1, Derivable.Yes)]
    [InlineData("a:9//12", 1, Derivable.Unknown)]
    [InlineData("a:6/R7/12", 1, Derivable.Unknown)] // a gap in the record, and the node derives the block today
    [InlineData("a:6/R7/6", 1, Derivable.Unknown)] // the record alone, never
    [InlineData("a:6/P7/6", 1, Derivable.No)]
    [InlineData("a:6/L7/6", 1, Derivable.No)]
    [InlineData("a:6/L7/12", 1, Derivable.Unknown)] // our log alone, against a block that the node derives today
    [InlineData("a:6/L7/6 b:?//12", 1, Derivable.Unknown)] // nor against one that another derives
    [InlineData("a:6/L7R7/12", 1, Derivable.No)]
    [InlineData("a:6/P7R7/12", 1, Derivable.No)]
    [InlineData("a:6/P11/12", 1, Derivable.Unknown)] // it speaks of later blocks
    [InlineData("a:6/R7/12 b:6/R7/12", 2, Derivable.No)] // two of different groups
    [InlineData("a:6/R7/12 a:6/R7/12", 1, Derivable.Unknown)] // two of one group are one
    [InlineData("a:6/P7/6 a:5/P7/6", 2, Derivable.Unknown)]
    [InlineData("a:10//12 a:11//12", 2, Derivable.Unknown)]
    [InlineData("a:6/L7R7/12", 2, Derivable.Unknown)] // fewer groups than the minimum
    [InlineData("a:6/L7/12 b:6/L7/12", 2, Derivable.No)]
    [InlineData("a:6/P7/6 b:10//12", 1, Derivable.Contradicted)] // one against one
    [InlineData("a:6/P7/6 b:10//12", 2, Derivable.Contradicted)]
    [InlineData("a:6/P7/6 b:6/P7/6 c:10//12", 2, Derivable.No)] // one dissenting voice
    [InlineData("a:10//12 b:10//12 c:6/P7/6", 2, Derivable.Yes)]
    [InlineData("a:10//12", 2, Derivable.Unknown)]
    [InlineData("a:10//12 b:10//12", 2, Derivable.Yes)]
    [InlineData("a:10/P7/6", 1, Derivable.Contradicted)] // one voice that says both
    [InlineData("a:6/L7/?", 1, Derivable.Unknown)] // whether it is derived today is not known
    [InlineData("a:6/P7/?", 1, Derivable.Unknown)]
    [InlineData("a:6/L7R7/?", 1, Derivable.No)]
    [InlineData("a:6/P7/? b:6//6", 1, Derivable.Unknown)] // another group does not say it for the first
    [InlineData("a:?//?", 1, Derivable.Unknown)]
    [InlineData("a:10//12 z:6/P7R7/?", 1, Derivable.Yes)] // z is silent now: what it said stands, but not against those that are well
    [InlineData("a:6/P7/6 z:10//?", 1, Derivable.No)]
    [InlineData("a:10//12 z:10//?", 2, Derivable.Yes)]
    [InlineData("a:6/R7/12 z:6/R7/?", 2, Derivable.No)]
    [InlineData("a:10//12 z:6/P7R7/?", 2, Derivable.Contradicted)]
    [InlineData("", 1, Derivable.Unknown)]
    public void Pieces_AreWeighed(string nodes, int minimum, Derivable expected) =>
        Assert.Equal(expected, new Derivability(Read(nodes), minimum, minimum).Of(Block));

    // Runs of our own: the last block at which one arrived, the first at which one did not.
    [Theory]
    [InlineData("a:6/R7/12", 1, null, 7UL, Derivable.No)] // the record and the run
    [InlineData("a:6/R7/12", 1, null, 11UL, Derivable.Unknown)] // a run that speaks of later blocks
    [InlineData("a:?//12", 1, null, 7UL, Derivable.Unknown)] // the run alone, never
    [InlineData("a:6/R7/12", 2, null, 7UL, Derivable.Unknown)] // it is no group's voice
    [InlineData("a:6/R7/12 b:6/R7/12 c:10//12", 2, null, 7UL, Derivable.No)]
    [InlineData("a:6/R7/12 b:10//12", 1, null, 7UL, Derivable.Contradicted)]
    [InlineData("a:?//12", 1, 10UL, null, Derivable.Yes)] // no record is needed for what the program derives
    [InlineData("a:?//12", 2, 10UL, null, Derivable.Unknown)] // but the minimum of voices
    [InlineData("a:10//12 b:?//12", 2, 10UL, null, Derivable.Yes)]
    [InlineData("a:6/R7/12", 1, 10UL, null, Derivable.Yes)] // the record has a gap
    [InlineData("a:6/R7/12", 1, 7UL, null, Derivable.Unknown)] // and says nothing of later blocks either
    [InlineData("a:6/L7/12", 1, 10UL, null, Derivable.Contradicted)] // our own log says otherwise
    [InlineData("a:6/P7R7/6 b:6/P7/6", 2, 10UL, null, Derivable.No)] // so do two groups of nodes
    public void Runs_AreWeighed(string nodes, int minimum, ulong? last, ulong? first, Derivable expected) =>
        Assert.Equal(expected, new Derivability(Read(nodes), minimum, minimum, run: new DerivableBounds(last, first)).Of(Block));

    [Fact]
    public void SafeHead_NeedsBothSides()
    {
        Assert.Equal((6UL, 7UL, 6UL), Sides("a:6/P7/6", 1));
        Assert.Equal((6UL, 9UL, null), Sides("a:6/P9/8", 1)); // what lies between is not known
        Assert.Equal((6UL, null, null), Sides("a:6//12", 1));
        Assert.Equal((null, 7UL, null), Sides("a:?/P7/6", 1));
        Assert.Equal((5UL, 7UL, null), Sides("a:5/L8R6/12 b:6/L7R7/12 c:5/L8/12", 2));
    }

    [Fact]
    public void WhatWasShown_StandsThroughSilence_UntilTheMinimumSaysTheOpposite()
    {
        DerivableBounds held = new(6, 7);
        Assert.Equal(Derivable.No, new Derivability([], 1, 1, held).Of(Block));
        Assert.Equal(Derivable.Yes, new Derivability([], 1, 1, held).Of(6));
        Assert.Equal(Derivable.Unknown, new Derivability([], 1, 1, new DerivableBounds(6, 11)).Of(Block));
        Assert.Equal(Derivable.No, new Derivability(Read("a:10//12"), 2, 2, held).Of(Block)); // one voice of two
        Assert.Equal(Derivable.Yes, new Derivability(Read("a:10//12 b:10//12"), 2, 2, held).Of(Block));
        Assert.Equal(Derivable.Yes, new Derivability(Read("a:10//12"), 1, 1, held).Of(Block));
        Assert.Equal(6UL, new Derivability([], 1, 1, held).SafeHead);
        Assert.Equal(Derivable.Contradicted, new Derivability(Read("a:10/P7/6"), 1, 1, held).Of(Block)); // whose word it rested on now says both
        Assert.Equal(Derivable.Contradicted, new Derivability(Read("a:6/P5/4"), 1, 1, held).Of(6));
    }

    // Whatever the nodes say, "derivable" ends before "not derivable" begins.
    [Fact]
    public void Bounds_NeverCross()
    {
        Random random = new(7);
        for (int round = 0; round < 20_000; round++)
        {
            int minimum = random.Next(1, 3);
            ulong last = (ulong)random.Next(0, 12);
            DerivableBounds run = new(random.Next(3) == 0 ? last : null, random.Next(3) == 0 ? last + (ulong)random.Next(1, 4) : null);
            Derivability derivability = new([.. Enumerable.Range(0, random.Next(0, 5)).Select(_ => Any(random))], minimum, minimum, run: run);
            if (derivability is { LastDerivable: { } lastDerivable, FirstUnderivable: { } first })
            {
                Assert.True(lastDerivable < first, $"round {round}: {lastDerivable} {first}");
            }

            for (ulong block = 1; block < 14; block++)
            {
                Derivable at = derivability.Of(block);
                Assert.True(at != Derivable.Yes || block <= derivability.LastDerivable);
                Assert.True(at != Derivable.No || block >= derivability.FirstUnderivable);
                Assert.True(at == Derivable.Yes || !(block <= derivability.LastDerivable), $"round {round} block {block}: {at}, last {derivability.LastDerivable}");
                Assert.True(at == Derivable.No || !(block >= derivability.FirstUnderivable), $"round {round} block {block}: {at}, first {derivability.FirstUnderivable}");
            }
        }
    }

    private static (ulong?, ulong?, ulong?) Sides(string nodes, int minimum)
    {
        Derivability derivability = new(Read(nodes), minimum, minimum);
        return (derivability.LastDerivable, derivability.FirstUnderivable, derivability.SafeHead);
    }

    private static DerivationWitness Any(Random random)
    {
        NodeLabel node = new(NodeKind.Rollup, "n", ((char)('a' + random.Next(3))).ToString());
        Piece[] pieces = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => new Piece((PieceKind)random.Next(3), node, (ulong)random.Next(1, 13), L1, default))];
        return new DerivationWitness(node, random.Next(3) == 0 ? null : (ulong)random.Next(1, 13), pieces, random.Next(3) == 0 ? null : (ulong)random.Next(1, 13)) { IsWell = random.Next(4) != 0 };
    }

    private static DerivationWitness[] Read(string nodes) =>
    [
        .. nodes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text =>
        {
            string[] parts = text[2..].Split('/');
            NodeLabel node = new(NodeKind.Rollup, text, text[..1]);
            Piece[] pieces = [.. System.Text.RegularExpressions.Regex.Matches(parts[1], "([PLR])([0-9]+)").Select(match => new Piece(
                match.Groups[1].Value switch { "P" => PieceKind.Pipeline, "L" => PieceKind.Log, _ => PieceKind.Record }, node, Number(match.Groups[2].Value)!.Value, L1, default))];
            return new DerivationWitness(node, Number(parts[0]), pieces, Number(parts[2])) { IsWell = node.Group != "z" };
        }),
    ];

    private static ulong? Number(string text) => text == "?" ? null : ulong.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
