using Gavel.Ethereum;
using AbiError = Gavel.TestKit.Judges.AbiError;

namespace Gavel.Contracts.Tests;

public sealed class DisputeErrorsTests
{
    /// <summary>Selectors as the real contracts raised them on a local chain.</summary>
    public static TheoryData<string, uint> Measured => new()
    {
        { "GameNotInProgress", 0x67fe1950 },
        { "NoImplementation", 0x031c6de4 },
        { "InvalidDisputedClaimIndex", 0x30140332 },
        { "GameAlreadyExists", 0x014f6fe5 },
        { "CannotDefendRootClaim", 0xa42637bc },
        { "IncorrectBondAmount", 0x8620aa19 },
        { "L2BlockNumberChallenged", 0x0ea2e752 },
        { "UnexpectedRootClaim", 0xf40239db },
        { "GameDepthExceeded", 0x56f57b2b },
        { "AnchorRootNotFound", 0x6a6bc3b2 },
        { "ClockTimeExceeded", 0x3381d114 },
        { "BadExtraData", 0x9824bdab },
        { "ClaimAlreadyExists", 0x80497e3b },
        { "BadAuth", 0xd386ef3e },
        { "InvalidParent", 0x5f53dd98 },
        { "AlreadyInitialized", 0x0dc149f0 },
        { "InvalidPrestate", 0x696550ff },
        { "InvalidLocalIdent", 0xff137e65 },
        { "ValidStep", 0xfb4e40dd },
        { "ClaimAboveSplit", 0xb34b5c22 },
        { "DuplicateStep", 0x9071e6af },
        { "BlockNumberMatches", 0xb8ed8830 },
        { "ClockNotExpired", 0xf2440b53 },
        { "InvalidOutputRootProof", 0x9cc00b5b },
        { "OutOfOrderResolution", 0x9a076646 },
        { "InvalidHeaderRLP", 0xd81d583b },
        { "ClaimAlreadyResolved", 0xf1a94581 },
        { "NoCreditToClaim", 0x17bfe5f7 },
        { "BondTransferFailed", 0x83e6cc6b },
        { "PartOffsetOOB", 0xfe254987 },
        { "InvalidProof", 0x09bde339 },
        { "ActiveProposal", 0x55d4cbf9 },
        { "InvalidPreimage", 0x1968a902 },
        { "BadProposal", 0xc334f069 },
        { "InvalidInputSize", 0x7b1dafd1 },
        { "InvalidInputSize", 0x07b1daf1 },
        { "WrongStartingBlock", 0x60f95d5a },
        { "AlreadyFinalized", 0x475a2535 },
        { "StatesNotContiguous", 0x9a3b1199 },
        { "NotInitialized", 0x87138d5c },
        { "PostStateMatches", 0x9843145b },
        { "NotEOA", 0xba092d16 },
        { "TreeSizeOverflow", 0x62295723 },
        { "InsufficientBond", 0xe92c469f },
        { "ShaFailed", 0xf9112969 },
        { "Panic", 0x4e487b71 },
    };

    [Theory]
    [MemberData(nameof(Measured))]
    public void Names_every_measured_error(string name, uint selector)
    {
        byte[] data = new byte[4 + 32];
        new Selector(selector).CopyTo(data);
        bool hasArgument = name is "NoImplementation" or "GameAlreadyExists" or "UnexpectedRootClaim" or "Panic";
        RevertReason reason = DisputeErrors.Decoder.Decode(data.AsMemory(0, hasArgument ? 36 : 4));
        Assert.Equal(name, reason.Name);
        Assert.Null(reason.Fault);
        Assert.Equal(hasArgument ? 1 : 0, reason.Arguments.Count);
    }

    [Theory]
    [InlineData("GameNotResolved()")]
    [InlineData("GameNotFinalized()")]
    [InlineData("GamePaused()")]
    [InlineData("AlreadyInitialized()")]
    public void Names_the_errors_of_newer_games(string signature)
    {
        byte[] data = new byte[4];
        Selector.Of(signature).CopyTo(data);
        Assert.Equal(signature, DisputeErrors.Decoder.Decode(data).ToString());
    }

    [Fact]
    public void Shows_arguments()
    {
        byte[] data = new AbiError("UnexpectedRootClaim(bytes32)").Encode(encoder => encoder.Bytes32(Hash32.FromUInt256(0x1234)));
        Assert.Equal(
            "UnexpectedRootClaim(rootClaim: 0x0000000000000000000000000000000000000000000000000000000000001234)",
            DisputeErrors.Decoder.Decode(data).ToString());
        data = new AbiError("NoImplementation(uint32)").Encode(encoder => encoder.UInt32(255));
        Assert.Equal("NoImplementation(gameType: 255)", DisputeErrors.Decoder.Decode(data).ToString());
    }

    [Fact]
    public void Names_the_bare_word_of_a_wrong_memory_proof()
    {
        RevertReason reason = DisputeErrors.Decoder.Decode(Hash32.FromUInt256(0x0badf00d).ToArray());
        Assert.Contains("memory proof", reason.Name, StringComparison.Ordinal);
        Assert.Null(DisputeErrors.Decoder.Decode(Hash32.FromUInt256(0x0badf00e).ToArray()).Name);
    }

    [Fact]
    public void Holds_no_error_twice() =>
        Assert.Equal(DisputeErrors.All.Count, DisputeErrors.All.Select(static error => error.Selector).Distinct().Count());
}
