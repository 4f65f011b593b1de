namespace Gavel.Contracts.Tests;

/// <summary>Prestates that are none.</summary>
public sealed class PlaceholderPrestateTests
{
    [Theory]
    [InlineData("0xdead000000000000000000000000000000000000000000000000000000000000", true)]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000000", true)]
    [InlineData("0x03000000000000000000000000000000000000000000000000000000000000aa", true)]
    [InlineData("0x03c7ae758795765c6664a5d39bf63841c71ff191e9189522bad8ebff5d4eca98", false)]
    [InlineData("0x0300000000000000000000000000007c71ff191e9189522bad8ebff5d4eca98c", false)]
    public void Placeholder_IsWhatNoHashLooksLike(string prestate, bool isOne) => Assert.Equal(isOne, PlaceholderPrestate.Is(Hash32.Parse(prestate)));
}
