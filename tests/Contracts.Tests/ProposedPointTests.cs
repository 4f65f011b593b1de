namespace Gavel.Contracts.Tests;

/// <summary>What a root is claimed for, in words.</summary>
public sealed class ProposedPointTests
{
    private const string Greatest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";

    [Theory]
    [InlineData("12", SequenceUnit.Block, "block 12")]
    [InlineData(Greatest, SequenceUnit.Block, "block " + Greatest)]
    [InlineData("1700000000", SequenceUnit.Timestamp, "timestamp 1700000000 (2023-11-14 22:13:20Z)")]
    [InlineData("253402300799", SequenceUnit.Timestamp, "timestamp 253402300799 (9999-12-31 23:59:59Z)")]
    [InlineData("253402300800", SequenceUnit.Timestamp, "timestamp 253402300800")] // no date any more; anybody can create it
    [InlineData("18446744073709551615", SequenceUnit.Timestamp, "timestamp 18446744073709551615")]
    [InlineData("7", SequenceUnit.Unknown, "sequence number 7")]
    public void Point_NamesItsUnit(string number, SequenceUnit unit, string expected) => Assert.Equal(expected, new ProposedPoint(UInt256.Parse(number), unit).ToString());

    [Theory]
    [InlineData(true, false, false, "respected")]
    [InlineData(false, false, false, "not respected")]
    [InlineData(true, true, false, "blacklisted")]
    [InlineData(true, true, true, "blacklisted, retired")]
    [InlineData(false, false, true, "retired, not respected")]
    public void Standing_NamesWhatIsAgainstAGame(bool isRespected, bool isBlacklisted, bool isRetired, string expected) =>
        Assert.Equal((expected, expected == "respected"), (new GameStanding(isRespected, isBlacklisted, isRetired).ToString(), new GameStanding(isRespected, isBlacklisted, isRetired).Counts));
}
