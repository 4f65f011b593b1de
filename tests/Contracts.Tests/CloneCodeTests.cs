using Gavel.Devnet;

namespace Gavel.Contracts.Tests;

/// <summary>Which code is taken for a clone's, and what is read of its arguments.</summary>
public sealed class CloneCodeTests
{
    private static readonly Address Implementation = Address.Parse("0x00000000000000000000000000000000000000ab");

    // Type 1 of recorded games of 2.4.2: prestate, VM, registry, bond store, chain id, proposer, challenger.
    private const string GameArgs = "03c7ae758795765c6664a5d39bf63841c71ff191e9189522bad8ebff5d4eca98c6e7df5e7b4f2a278906862b61205850344d4e7d5fc8d32690cc91d4c39d9d3a"
        + "bcbd16989f8757070165878a594ca255338adfa4d48449f69242eb8f00000000000000000000000000000000000000000000000000000000000003853c44cdddb6a900fa2b585d"
        + "d299e03d12fa4293bc90f79bf6eb2c4f870365e785982e1f101e93b906";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(116)]
    [InlineData(244)]
    [InlineData(284)]
    [InlineData(24_000)]
    public void Clones_OfAnyArguments_AreRead(int length)
    {
        byte[] arguments = [.. Enumerable.Range(0, length).Select(static i => (byte)i)];
        CloneCode clone = CloneCode.Parse(CodeOf(arguments))!;
        Assert.Equal(Implementation, clone.Implementation);
        Assert.Equal(arguments, clone.Arguments.ToArray());
    }

    [Fact]
    public void AnyOtherByteOfTheProxy_IsAnotherContract()
    {
        byte[] code = CodeOf(new byte[116]);
        for (int at = 0; at < code.Length; at++)
        {
            code[at] ^= 0x10;
            CloneCode? clone = CloneCode.Parse(code);
            bool isOwn = at is (>= 65 and < 85) or (>= 98 and < 98 + 116);
            Assert.Equal(isOwn, clone is not null);
            code[at] ^= 0x10;
        }

        for (int length = 0; length < code.Length; length++)
        {
            Assert.Null(CloneCode.Parse(code.AsMemory(0, length)));
        }

        Assert.Null(CloneCode.Parse((byte[])[.. code, 0]));
        Assert.Null(CloneCode.Parse(new byte[100_000]));
    }

    [Fact]
    public void ArgumentsOfNewerGames_HoldTheChainsConstants()
    {
        byte[] args = Convert.FromHexString(GameArgs);
        Hash32 root = Keccak256.Hash("root"u8);
        Hash32 head = Keccak256.Hash("head"u8);
        byte[] arguments = [.. DevnetAccounts.Proposer.Address.ToArray(), .. root.ToArray(), .. head.ToArray(), 0, 0, 0, 1, .. Hash32.FromUInt256(1001).ToArray(), .. args];
        CloneArguments read = CloneArguments.Parse(arguments)!;
        Assert.Equal((DevnetAccounts.Proposer.Address, root, head, (UInt256)1001, 1U), (read.Creator, read.RootClaim, read.L1Head, read.L2BlockNumber, read.GameType!.Value));
        ChainConstants expected = new(
            Hash32.Parse("0x03c7ae758795765c6664a5d39bf63841c71ff191e9189522bad8ebff5d4eca98"),
            Address.Parse("0xc6e7df5e7b4f2a278906862b61205850344d4e7d"),
            Address.Parse("0x0165878a594ca255338adfa4d48449f69242eb8f"),
            Address.Parse("0x5fc8d32690cc91d4c39d9d3abcbd16989f875707"),
            901,
            (Address.Parse("0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc"), Address.Parse("0x90f79bf6eb2c4f870365e785982e1f101e93b906")));
        Assert.Equal(expected, read.Constants);
        Assert.Equal(expected with { Permitted = null }, CloneArguments.Parse(arguments.AsSpan(0, 244))!.Constants);
        Assert.Null(CloneArguments.Parse(arguments.AsSpan(0, 116))!.Constants);
        foreach (int length in (int[])[0, 115, 117, 240, 243, 245, 283])
        {
            Assert.Null(CloneArguments.Parse(arguments.AsSpan(0, length)));
        }

        arguments[212] = 1; // a chain id of more than 64 bits
        Assert.Null(CloneArguments.Parse(arguments));
    }

    internal static byte[] CodeOf(byte[] arguments) => CodeOf(Implementation, arguments);

    internal static byte[] CodeOf(Address implementation, byte[] arguments)
    {
        byte[] length = [(byte)((arguments.Length + 2) >> 8), (byte)(arguments.Length + 2)];
        return
        [
            .. Convert.FromHexString("36602c57343d527f9e4ac34f21c619cefc926c8bd93b54bf5a39c7ab2127a895af1cc0691d7e3dff593da1005b363d3d373d3d3d3d61"),
            .. length,
            .. Convert.FromHexString("806062363936013d73"),
            .. implementation.ToArray(),
            .. Convert.FromHexString("5af43d3d93803e606057fd5bf3"),
            .. arguments,
            .. length,
        ];
    }
}
