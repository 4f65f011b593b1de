using Gavel.Ethereum;

namespace Gavel.Contracts.Tests;

/// <summary>What a clone's code says against metadata that were read elsewhere.</summary>
public sealed class GameCodeTests(SharedDevnet shared) : GameFixture(shared)
{
    public static TheoryData<string, string> Words => new()
    {
        { "root", "root claim" },
        { "head", "L1 head" },
        { "block", "L2 block" },
        { "creator", "creator" },
        { "code", "code with hash" },
    };

    [Theory]
    [MemberData(nameof(Words))]
    public async Task WordThatIsOtherwise_IsNamed(string what, string words)
    {
        (GameMetadata metadata, GameCode code) = await ReadAsync();
        GameMetadata otherwise = what switch
        {
            "root" => metadata with { RootClaim = Keccak256.Hash([1]), CodeHash = null },
            "head" => metadata with { L1Head = Keccak256.Hash([1]), CodeHash = null },
            "block" => metadata with { L2BlockNumber = metadata.L2BlockNumber + UInt256.One, CodeHash = Keccak256.Hash([1]) },
            "creator" => metadata with { Creator = Address.Zero, CodeHash = null },
            _ => metadata with { CodeHash = Keccak256.Hash([1]) }, // of another implementation, for example
        };
        Assert.StartsWith(words, code.ContradictionOf(otherwise), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SameWords_HoweverRead_AreNoContradiction()
    {
        (GameMetadata metadata, GameCode code) = await ReadAsync();
        Assert.Equal(metadata.CodeHash, code.Hash);
        Assert.Equal(GameWords.Of(metadata), code.Words);
        Assert.Null(code.ContradictionOf(metadata));
        Assert.Null(code.ContradictionOf(metadata with { CodeHash = null }));
    }

    // 2.x: the chain's constants are in the clone too. The type is 1, the VM and so on as recorded.
    [Theory]
    [InlineData("type")]
    [InlineData("prestate")]
    [InlineData("vm")]
    [InlineData("chain id")]
    [InlineData("roles")]
    public async Task ConstantOfTheChainThatIsOtherwise_IsNamed(string what)
    {
        (GameMetadata template, _) = await ReadAsync();
        (GameCode code, ChainConstants chain) = Newer(template);
        GameMetadata right = template with
        {
            GameType = 1,
            CodeHash = null,
            Rules = template.Rules! with
            {
                AbsolutePrestate = chain.AbsolutePrestate,
                Vm = chain.Vm,
                Weth = chain.Weth,
                AnchorStateRegistry = chain.AnchorStateRegistry,
                L2ChainId = chain.L2ChainId,
                Permitted = chain.Permitted,
            },
        };
        Assert.Null(code.ContradictionOf(right));
        GameMetadata otherwise = what switch
        {
            "type" => right with { GameType = 0 },
            "prestate" => right with { Rules = right.Rules with { AbsolutePrestate = Keccak256.Hash([1]) } },
            "vm" => right with { Rules = right.Rules with { Vm = Address.Zero } },
            "chain id" => right with { Rules = right.Rules with { L2ChainId = 902 } },
            _ => right with { Rules = right.Rules with { Permitted = null } },
        };
        Assert.NotNull(code.ContradictionOf(otherwise));
    }

    [Fact]
    public void CodeOfAnotherKind_HoldsNoWords()
    {
        GameCode code = GameCode.Of(new byte[] { 0xfe });
        Assert.Null(code.Words);
        Assert.Equal(Keccak256.Hash([0xfe]), code.Hash);
    }

    private async Task<(GameMetadata Metadata, GameCode Code)> ReadAsync()
    {
        ListedGame listed = await CreateAsync();
        BlockRef at = await HeadAsync();
        return (await Reader.MetadataAsync(listed, at, None), GameCode.Of(await L1.GetCodeAsync(listed.Game, at, None)));
    }

    private static (GameCode Code, ChainConstants Chain) Newer(GameMetadata words)
    {
        UInt256 block = words.L2BlockNumber;
        byte[] arguments =
        [
            .. words.Creator.ToArray(), .. words.RootClaim.ToArray(), .. words.L1Head.ToArray(), 0, 0, 0, 1, .. Hash32.FromUInt256(block).ToArray(),
            .. Keccak256.Hash("prestate"u8).ToArray(),
            .. Enumerable.Repeat((byte)1, 20), .. Enumerable.Repeat((byte)2, 20), .. Enumerable.Repeat((byte)3, 20),
            .. Hash32.FromUInt256(901).ToArray(),
            .. Enumerable.Repeat((byte)4, 20), .. Enumerable.Repeat((byte)5, 20),
        ];
        CloneArguments read = CloneArguments.Parse(arguments)!;
        return (GameCode.Of(CloneCodeTests.CodeOf(arguments)), read.Constants!);
    }
}
