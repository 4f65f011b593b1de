using System.Text;

namespace Gavel.Primitives.Tests.Values;

public sealed class PrimitivesTests
{
    [Theory]
    [InlineData("", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    public void Hash_OfKnownText_IsKnownAnswer(string text, string expected) =>
        Assert.Equal(expected, Keccak256.Hash(Encoding.ASCII.GetBytes(text)).ToString());

    [Fact]
    public void HashPair_OfZeros_IsTheKnownEmptyNode() =>
        Assert.Equal("0xad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5", Keccak256.HashPair(default, default).ToString());

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    public void Address_WithChecksum_RoundTrips(string text) => Assert.Equal(text, Address.Parse(text).ToString());

    [Fact]
    public void Address_WithWrongChecksum_NamesTheRightOne()
    {
        FormatException error = Assert.Throws<FormatException>(() => Address.Parse("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
        Assert.Contains("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UInt256_Arithmetic_IsChecked()
    {
        UInt256 ether = UInt256.Parse("1000000000000000000");
        Assert.Equal("0xde0b6b3a7640000", ether.ToQuantity());
        Assert.Equal(ether, UInt256.Parse("0xde0b6b3a7640000"));
        Assert.Throws<OverflowException>(() => UInt256.MaxValue + UInt256.One);
        Assert.Throws<OverflowException>(() => UInt256.Zero - UInt256.One);
        Assert.Equal(UInt256.MaxValue, UInt256.Parse(UInt256.MaxValue.ToString()));
    }
}
