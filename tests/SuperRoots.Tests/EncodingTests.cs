using Gavel.TestKit.Judges;

namespace Gavel.SuperRoots.Tests;

/// <summary>Encodings of super roots and transition states, and what is refused by which name. The recorded ones are checked in Traces.Tests.</summary>
public sealed class EncodingTests
{
    [Fact]
    public void RandomStates_ReadBackToTheSameBytes_AndAreThoseOfAnotherWriter()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            Random random = new(seed);
            SuperRoot root = new((ulong)random.NextInt64(), [.. Enumerable.Range(0, random.Next(1, 128)).Select(_ => new ChainOutput(Random(random).ToUInt256(), Random(random)))]);
            Assert.Equal(root.Encoding.ToArray(), SuperRoot.Decode(root.Encoding.Span).Encoding.ToArray());
            Assert.Equal(Keccak256.Hash(root.Encoding.Span), root.Hash);
            int step = random.Next(128);
            TransitionState state = new(root, [.. Enumerable.Range(0, Math.Min(step, root.Chains.Count)).Select(_ => new OptimisticBlock(Random(random), Random(random)))], (ulong)step);
            byte[] judged = [0xff, .. RlpWriter.EncodeList(list => list
                .Bytes(root.Encoding.Span)
                .List(blocks =>
                {
                    foreach (OptimisticBlock block in state.Progress)
                    {
                        blocks.List(pair => pair.Hash32(block.BlockHash).Hash32(block.OutputRoot));
                    }
                })
                .UInt64((ulong)step))];
            Assert.Equal(judged, state.Encoding.ToArray());
            TransitionState read = TransitionState.Decode(judged);
            Assert.Equal((root.Hash, step, state.Hash), (read.Root.Hash, read.Step, read.Hash));
            Assert.Equal(state.Progress, read.Progress);
        }
    }

    [Fact]
    public void AnyOtherByte_IsRefused_OrGivesAnotherState()
    {
        TransitionState state = new(Root(10, 130), [new(Hash(1), Hash(2))], 1);
        foreach (SuperClaim good in (SuperClaim[])[SuperClaim.Of(state), SuperClaim.Of(state.Root)])
        {
            byte[] bytes = good.Preimage.ToArray();
            for (int at = 0; at < bytes.Length; at++)
            {
                byte was = bytes[at];
                foreach (byte other in (byte[])[0, 1, 0x7f, 0x80, 0xb8, 0xc0, 0xf8, 0xff, (byte)(was + 1), (byte)(was - 1)])
                {
                    bytes[at] = other;
                    SuperClaim? read = TryDecode(bytes);
                    Assert.True(read is null || read.Preimage.Span.SequenceEqual(bytes), $"byte {at} as {other} reads as {read}");
                }

                bytes[at] = was;
            }

            for (int length = 0; length < bytes.Length; length++)
            {
                SuperClaim? cut = TryDecode(bytes.AsSpan(0, length));
                Assert.True(cut is null || cut.Preimage.Length == length, $"cut to {length}");
            }

            Assert.Null(TryDecode([.. bytes, 0]));
        }
    }

    [Fact]
    public void OurOwn_IsSorted_AndHoldsNoChainTwice()
    {
        SuperRoot built = SuperRoot.Build(5, [new(130, Hash(2)), new(10, Hash(1))]);
        Assert.Equal([10, 130], built.Chains.Select(chain => (int)chain.ChainId.ToBigInteger()));
        Assert.True(built.IsAscending);
        Assert.Throws<ArgumentException>(() => SuperRoot.Build(5, [new(10, Hash(2)), new(10, Hash(1))]));
    }

    [Fact]
    public void OthersOrder_IsKept()
    {
        SuperRoot root = SuperRoot.Decode(Root(130, 10).Encoding.Span);
        Assert.Equal([130, 10], root.Chains.Select(chain => (int)chain.ChainId.ToBigInteger()));
        Assert.False(root.IsAscending);
        Assert.False(Root(10, 10).IsAscending);
        Assert.False(new SuperRoot(1, [new(new UInt256(0, 0, 1, 0), Hash(1))]).FitsProgram);
    }

    [Fact]
    public void PartsThatMakeNoState_AreRefusedByName()
    {
        SuperRoot root = Root(10, 130);
        Assert.Equal(SuperFault.Length, Fault(() => new SuperRoot(1, [])));
        Assert.Equal(SuperFault.Step, Fault(() => new TransitionState(root, [new(Hash(1), Hash(2)), new(Hash(1), Hash(2))], 128)));
        Assert.Equal(SuperFault.Progress, Fault(() => new TransitionState(root, [], 1)));
        Assert.Equal(SuperFault.Progress, Fault(() => new TransitionState(root, [new(Hash(1), Hash(2))], 2)));
        Assert.Equal(SuperFault.Progress, Fault(() => new TransitionState(root, [new(Hash(1), Hash(2)), new(Hash(1), Hash(2)), new(Hash(1), Hash(2))], 3)));
        Assert.Equal(SuperFault.NoBytes, Fault(() => TransitionState.Decode([0xff, .. RlpWriter.EncodeList(list => list.List(_ => { }).List(_ => { }).UInt64(0))])));
        SuperFormatException told = Assert.Throws<SuperFormatException>(() => TransitionState.Decode(root.Encoding.Span));
        Assert.Equal("a transition state of version 1: only version 255 is known", told.Message);
    }

    [Fact]
    public void TheWordInvalid_IsRecognisedBeforeAnyEncoding()
    {
        Assert.Equal(SuperClaimKind.Invalid, SuperClaim.Decode("invalid"u8).Kind);
        Assert.Equal("0xffd7db0f9d5cdeb49c4c9eba649d4dc6d852d64671e65488e57f58584992ac68", $"{SuperClaim.Invalid.Value}");
        Assert.Equal(SuperFault.Version, Fault(() => SuperClaim.Decode("invalid "u8)));
    }

    private static SuperFault Fault(Func<object> act) => Assert.Throws<SuperFormatException>(act).Fault;

    private static SuperClaim? TryDecode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return SuperClaim.Decode(bytes);
        }
        catch (SuperFormatException)
        {
            return null;
        }
    }

    private static SuperRoot Root(params ulong[] ids) => new(1_790_000_000, [.. ids.Select(id => new ChainOutput(id, Hash((byte)id)))]);

    private static Hash32 Hash(byte value) => new([.. Enumerable.Repeat(value, Hash32.Size)]);

    private static Hash32 Random(Random random)
    {
        byte[] bytes = new byte[Hash32.Size];
        random.NextBytes(bytes);
        return new Hash32(bytes);
    }
}
