using Gavel.GameSolver;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace Gavel.Intents.Tests;

/// <summary>An intent's meaning as bytes: written and read back whole, and different for different meanings.</summary>
public sealed class IntentKeyTests
{
    private static readonly Address Target = Address.Parse("0x00112233445566778899aabbccddeeff00112233");

    public static TheoryData<IntentKind> Kinds => [.. Enum.GetValues<IntentKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Key_IsReadBackWhole(IntentKind kind)
    {
        IntentKey key = new(ulong.MaxValue - 1, kind, Target, Keccak256.Hash("subject"u8), uint.MaxValue, 0x01020304, Keccak256.Hash("basis"u8), Keccak256.Hash("head"u8));
        Assert.Equal(IntentKey.Size, key.Encode().Length);
        Assert.Equal(key, IntentKey.Decode(key.Encode()));
    }

    [Fact]
    public void BytesOfAnotherForm_AreNoKey()
    {
        byte[] good = new IntentKey(1, IntentKind.Step, Target).Encode();
        Assert.Null(IntentKey.Decode(good.AsSpan(1)));
        Assert.Null(IntentKey.Decode([]));
        Assert.Null(IntentKey.Decode([.. good, 0]));
        Assert.Null(IntentKey.Decode([0, .. good[1..]]));
        Assert.Null(IntentKey.Decode([200, .. good[1..]]));
    }

    [Fact]
    public void DifferentMeanings_HaveDifferentBytes()
    {
        Hash32 subject = Keccak256.Hash("subject"u8);
        IntentKey key = new(1, IntentKind.ResolveClaim, Target, subject, 3, 1);
        IntentKey[] others =
        [
            key with { ChainId = 2 }, key with { Kind = IntentKind.Move }, key with { Target = Address.Zero }, key with { Subject = Hash32.Zero },
            key with { Index = 4 }, key with { Page = 2 }, key with { Basis = subject }, key with { L1Head = subject },
        ];
        Assert.Equal(others.Length + 1, others.Append(key).Select(item => Hex.Encode(item.Encode())).Distinct().Count());
    }

    [Fact]
    public void MoveKey_IsTheClaimAsTheContractKnowsIt()
    {
        ClaimId claim = new(Position.Root.Attack(), Keccak256.Hash("claim"u8), 0);
        Hash32 answered = Keccak256.Hash("root"u8);
        IntentKey key = IntentKey.OfMove(1, Target, claim, answered, Keccak256.Hash("head"u8));
        Assert.Equal((claim.ContractHash(), 0u, IntentKind.Move), (key.Subject, key.Index, key.Kind));
        Assert.NotEqual(key, IntentKey.OfMove(1, Target, claim with { ParentIndex = 1 }, answered, key.L1Head));
        Assert.NotEqual(key, IntentKey.OfMove(1, Target, claim, answered, Keccak256.Hash("other head"u8)));
    }

    // As version 0.1 wrote it: no L1 head.
    [Fact]
    public void FormerKey_IsRead_AndMeansAnyGameAtTheAddress()
    {
        byte[] former = Hex.Decode(
            "0x010000000000000384"
            + "00112233445566778899aabbccddeeff00112233"
            + "1111111111111111111111111111111111111111111111111111111111111111"
            + "00000007" + "00000002"
            + "2222222222222222222222222222222222222222222222222222222222222222");
        IntentKey key = IntentKey.Decode(former)!;
        Assert.Equal(new IntentKey(900, IntentKind.Move, Target, Hash32.Parse($"0x{new string('1', 64)}"), 7, 2, Hash32.Parse($"0x{new string('2', 64)}")), key);
        Assert.True(key.L1Head.IsZero);
        Assert.Equal(former, (key with { L1Head = Keccak256.Hash("head"u8) }).EncodeFormer());
    }
}
