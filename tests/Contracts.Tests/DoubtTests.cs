using Gavel.Devnet;
using Gavel.Ethereum;

namespace Gavel.Contracts.Tests;

/// <summary>
/// A bad moment of a node must not make a game unplayable: reverted, garbled and failed are three different things, and what one look found is no conclusion. The code of before took any failed read of metadata for the game's own word and never asked again.
/// </summary>
public sealed class DoubtTests(SharedDevnet shared) : GameFixture(shared)
{
    /// <summary>What nodes were seen to answer about a game for a while, though it is there and well.</summary>
    public static TheoryData<string> BadMoments { get; } =
    [
        "every call of the game is 0x",
        "every call is 0x, and there is no code",
        "every call of every contract is 0x",
        "half of the calls fail",
        "each call fails",
        "the code cannot be had",
        "version() is 0x",
        "version() is other bytes",
        "version() is no hex",
        "version() fails",
        "gameData() is 0x and weth() fails",
        "startingOutputRoot() is cut short",
        "challengePeriod() fails",
        "getRequiredBond() of one depth is 0x",
        "proposer() fails",
        "delay() is another number's width",
    ];

    [Theory]
    [MemberData(nameof(BadMoments))]
    public async Task BadMoment_PassesByItself(string moment)
    {
        ListedGame listed = await CreateAsync();
        GameMetadata right = await new GameReader(Devnet.L1).MetadataAsync(listed, await HeadAsync(), None);
        Assert.NotNull(right.Rules);
        int calls = 0;
        Node.Spoil = request => Spoilt(moment, request, listed.Game, ref calls);
        GameMetadata first = await Reader.MetadataAsync(listed, await HeadAsync(), None);
        if (first.Rules is null)
        {
            Assert.Equal(GameGeneration.Unsupported, first.Generation);
            Assert.NotNull(first.Doubt);
            Assert.True(first.Doubt.Problem.Contains("0x", StringComparison.Ordinal) || first.Doubt.Problem.Contains("code", StringComparison.Ordinal), first.Doubt.Problem);
            Assert.Equal(moment.Contains("fail", StringComparison.Ordinal) || moment.Contains("no code", StringComparison.Ordinal) || moment.StartsWith("the code", StringComparison.Ordinal), !first.Doubt.IsGames);
        }
        else
        {
            Assert.Equal(right with { CodeHash = first.CodeHash, IsPrestateInCode = first.IsPrestateInCode }, first); // read in another way: by getters, not from the code
        }

        Node.Spoil = static _ => null;
        await Devnet.MineL1Async();
        GameMetadata later = await Reader.MetadataAsync(listed, await HeadAsync(), None);
        Assert.Equal(right with { CodeHash = later.CodeHash, IsPrestateInCode = later.IsPrestateInCode }, later);
    }

    /// <summary>What one game's code does to its own calls does not hide the others of the same batch.</summary>
    [Fact]
    public async Task OneGameThatCannotBeCalled_LeavesTheOthers()
    {
        ListedGame bad = await CreateAsync();
        ListedGame good = await CreateAsync();
        Node.Spoil = request => SpoilingRpc.IsAbout(request, bad.Game) && request.Method == "eth_call" ? SpoilingRpc.Error("out of gas") : null;
        Assert.Equal([true, true], await Reader.MatterAsync([bad, good], [DevnetAccounts.Challenger.Address], await HeadAsync(), None));
        IReadOnlyList<GameMetadata> both = await Reader.MetadataAsync([bad, good], await HeadAsync(), None);
        Assert.Null(both[0].Rules);
        Assert.NotNull(both[1].Rules);
    }

    [Fact]
    public async Task FailedReads_SayWhichOfThreeThingsHappened()
    {
        ListedGame listed = await CreateAsync();
        GameMetadata game = await Reader.MetadataAsync(listed, await HeadAsync(), None);
        (string Answer, ReadFault Fault)[] cases =
        [
            ("\"0x\"", ReadFault.Garbled),
            ("\"0x01\"", ReadFault.Garbled),
            ("\"zz\"", ReadFault.Garbled),
            ("7", ReadFault.Garbled),
            ($"\"{Hash32.FromUInt256(3)}\"", ReadFault.Garbled), // no status has this number
        ];
        foreach ((string answer, ReadFault fault) in cases)
        {
            Node.Spoil = request => SpoilingRpc.Calls(request, "status()") ? SpoilingRpc.Result(answer) : null;
            ContractReadException error = await Assert.ThrowsAsync<ContractReadException>(async () => await Reader.StatesAsync([game], [], await HeadAsync(), None));
            Assert.Equal((fault, "status()", game.Game), (error.Fault, error.Function, error.Contract));
        }

        Node.Spoil = request => SpoilingRpc.Calls(request, "status()") ? SpoilingRpc.Error("invalid jump destination") : null;
        ContractReadException failed = await Assert.ThrowsAsync<ContractReadException>(async () => await Reader.StatesAsync([game], [], await HeadAsync(), None));
        Assert.Equal(ReadFault.Unanswered, failed.Fault);

        RpcException revert = new(RpcErrorKind.Revert, "reverted") { RevertData = Hex.Decode("0x67fe1950") };
        Node.Spoil = request => SpoilingRpc.Calls(request, "status()") ? new RpcReply(revert) : null;
        ContractReadException reverted = await Assert.ThrowsAsync<ContractReadException>(async () => await Reader.StatesAsync([game], [], await HeadAsync(), None));
        Assert.Equal(ReadFault.Reverted, reverted.Fault);
        Assert.Contains("GameNotInProgress()", reverted.Message, StringComparison.Ordinal);

        // Nothing was answered at all: that is about the node, not about a contract.
        Node.Spoil = static request => request.Method == "eth_call" ? SpoilingRpc.Error("header not found") : null;
        await Assert.ThrowsAsync<RpcException>(async () => await Reader.StatesAsync([game, game with { Game = Factory }], [], await HeadAsync(), None));
    }

    private static RpcReply? Spoilt(string moment, RpcRequest request, Address game, ref int calls)
    {
        RpcReply empty = SpoilingRpc.Result("\"0x\"");
        bool isCall = request.Method == "eth_call";
        bool isGames = SpoilingRpc.IsAbout(request, game);
        return moment switch
        {
            "every call of the game is 0x" => isCall && isGames ? empty : null,
            "every call is 0x, and there is no code" => isGames ? empty : null,
            "every call of every contract is 0x" => isCall ? empty : null,
            "half of the calls fail" => isCall && calls++ % 2 == 0 ? SpoilingRpc.Error("execution timeout") : null,
            "each call fails" => isCall ? SpoilingRpc.Error("missing trie node") : null,
            "the code cannot be had" => request.Method == "eth_getCode" ? SpoilingRpc.Error("method not supported") : null,
            "version() is 0x" => SpoilingRpc.Calls(request, "version()") ? empty : null,
            "version() is other bytes" => SpoilingRpc.Calls(request, "version()") ? SpoilingRpc.Result($"\"{Hash32.FromUInt256(7)}\"") : null,
            "version() is no hex" => SpoilingRpc.Calls(request, "version()") ? SpoilingRpc.Result("\"1.2.0\"") : null,
            "version() fails" => SpoilingRpc.Calls(request, "version()") ? SpoilingRpc.Error("request timed out") : null,
            "gameData() is 0x and weth() fails" => SpoilingRpc.Calls(request, "gameData()") ? empty
                : SpoilingRpc.Calls(request, "weth()") ? SpoilingRpc.Error("busy") : null,
            "startingOutputRoot() is cut short" => SpoilingRpc.Calls(request, "startingOutputRoot()") ? SpoilingRpc.Result($"\"{Hash32.Zero}\"") : null,
            "challengePeriod() fails" => SpoilingRpc.Calls(request, "challengePeriod()") ? SpoilingRpc.Error("busy") : null,
            "getRequiredBond() of one depth is 0x" => SpoilingRpc.Calls(request, "getRequiredBond(uint128)") && calls++ == 1 ? empty : null,
            "proposer() fails" => SpoilingRpc.Calls(request, "proposer()") ? SpoilingRpc.Error("busy") : null,
            "delay() is another number's width" => SpoilingRpc.Calls(request, "delay()") ? SpoilingRpc.Result($"\"0x{new string('f', 64)}\"") : null,
            _ => throw new ArgumentOutOfRangeException(nameof(moment), moment, null),
        };
    }
}
