using System.Globalization;
using System.Text.Json.Nodes;
using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.TestKit;

namespace Gavel.Chains.Tests;

/// <summary>
/// What one game, one answer or one backend does wrong is that game's, answer's or backend's trouble: the other games are read in the same
/// update, nothing is concluded for ever, and each cause is told once. Each of these stopped or blinded the whole book before.
/// </summary>
public sealed class GameBookFaultTests(WatchedDevnet net) : IClassFixture<WatchedDevnet>, IDisposable
{
    private const string GameCount = "0x4d1975b4";
    private const string Version = "0x54fd4d50";
    private const string MaxGameDepth = "0xfa315aa9";
    private const string Vm = "0x3a768463";
    private const string ClaimDataLength = "0x8980e0cc";
    private const string Status = "0x200d2ed2";
    private const string ForeignCode = "0xfe00";
    private readonly Lines _lines = new();

    private FaultProxy Proxy => net.Proxy;

    public void Dispose() => Proxy.Clear();

    // A slip of the pen in the configuration, or a contract that is gone.
    [Fact]
    public async Task DrainingFactoryThatIsNone_IsADanger_AndHidesNoGameOfTheLiveOne()
    {
        Address none = Address.Parse("0x00000000000000000000000000000000000000fa");
        Address game = await net.CreateAsync("beside a factory that is none");
        GameBook book = new(net.L1, net.Factory, [], 1000, _lines, draining: [none]);
        await net.UpdateAsync(book);
        Assert.NotNull(Assert.Single(Games(book, game)).State);
        Danger danger = Assert.Single(book.Dangers, danger => danger.Code == "factory-unreadable");
        Assert.Equal((none.ToString(), DangerSeverity.Page), (danger.Subject, danger.Severity));
        Assert.False(book.HasReadAll); // nothing may be concluded from what was not seen
    }

    // One game whose code burns all gas, asks for too much, takes too long, or makes a client speak in its own words.
    [Theory]
    [InlineData(-32603, "EVM error: InvalidFEOpcode")]
    [InlineData(-32000, "out of gas")]
    [InlineData(-32000, "execution aborted (timeout = 5s)")]
    [InlineData(-32015, "VM execution error.")]
    [InlineData(-32000, "stack limit reached 1024 (1023)")]
    public async Task GameWhoseCallsTheNodeAnswersWithAnError_StopsNoOther_AndIsReadLater(int code, string message)
    {
        Address good = await net.CreateAsync($"good {message}");
        Address bad = await net.CreateAsync($"bad {message}");
        GameBook book = net.Book(_lines);
        await net.UpdateAsync(book);
        Assert.Equal(2, Games(book, good, bad).Count(game => game.State is not null));

        // Both have changed; one cannot be read.
        foreach (WatchedGame game in Games(book, good, bad).ToArray())
        {
            await net.AttackAsync(game, $"claim {message}");
        }

        Proxy.Instead(call => Is(call, bad), call => call.Error(code, message));
        await net.UpdateAsync(book);
        await net.UpdateAtNewBlockAsync(book);
        Assert.Equal(2, Game(book, good).Game!.Count);
        Assert.Single(Game(book, bad).Game!.Claims);
        Assert.Equal(1, _lines.Count($"Game {bad} cannot be read"));
        Assert.Contains(message, _lines.ToString(), StringComparison.Ordinal);
        Assert.Contains(book.Dangers, danger => danger.Code == "game-unreadable" && danger.Subject == bad.ToString() && danger.Problem.Contains(message, StringComparison.Ordinal));

        // A game that comes new with such code is listed and stops nothing either.
        Proxy.Clear();
        Address born = await net.CreateAsync($"born {message}");
        Proxy.Instead(call => Is(call, born), call => call.Error(code, message));
        await net.UpdateAsync(book);
        Assert.Null(Game(book, born).Metadata.Rules);
        Assert.Equal(2, Game(book, bad).Game!.Count);

        Proxy.Clear();
        await net.UpdateAtNewBlockAsync(book);
        Assert.NotNull(Game(book, born).State);
        Assert.Empty(book.Dangers);
    }

    // The same with real code, as a hostile implementation of a game type has it.
    [Fact]
    public async Task GameWhoseCodeIsInvalid_StopsNoOther()
    {
        Address good = await net.CreateAsync("good beside invalid code");
        Address bad = await net.CreateAsync("invalid code");
        await net.RpcAsync("anvil_setCode", bad.ToString(), "0xfe");
        GameBook book = net.Book(_lines);
        await net.UpdateAsync(book);
        await net.UpdateAtNewBlockAsync(book);
        Assert.NotNull(Game(book, good).State);
        Assert.Null(Game(book, bad).Metadata.Rules);
        Assert.Equal(1, _lines.Count($"Game {bad}"));
        await net.RpcAsync("anvil_setCode", bad.ToString(), "0x"); // not in the way of the other tests
    }

    // A node without the state answers "0x" for a while; so may a single call be hit, or an answer be cut.
    [Theory]
    [InlineData("", "0x")]
    [InlineData(Version, "0x")]
    [InlineData(MaxGameDepth, "0x")]
    [InlineData(Vm, "0x1234")]
    [InlineData(Version, "0x0000000000000000000000000000000000000000000000000000000000000020ffff")]
    public async Task GameThatComesOutAsUnsupportedInABadMoment_IsLookedAtAgain_AndSaid(string selector, string answer)
    {
        GameBook book = net.Book(_lines);
        await net.UpdateAsync(book);
        Address game = await net.CreateAsync($"bad moment {selector}{answer}");
        Proxy.Instead(
            call => IsCode(call, game) || (Is(call, game) && (selector.Length == 0 || call.Selector == selector)),
            call => call.Result(call.Method == "eth_getCode" ? ForeignCode : answer));
        await net.UpdateAsync(book);
        Assert.Null(Game(book, game).Metadata.Rules);
        Assert.Equal(1, _lines.Count($"Game {game} (type 255) cannot be played"));
        Assert.Contains(book.Dangers, danger => danger.Code == "game-unreadable" && danger.Subject == game.ToString());

        Proxy.Clear();
        await net.UpdateAtNewBlockAsync(book);
        Assert.Single(Game(book, game).Game!.Claims);
        Assert.DoesNotContain(book.Dangers, danger => danger.Subject == game.ToString());
        Assert.Equal(1, _lines.Count($"Game {game} (type 255, version 1.2.0) can be read again"));
    }

    [Fact]
    public async Task UnsupportedGame_IsLookedAtEverMoreRarely_ButAtEachAudit()
    {
        Address game = await net.CreateAsync("of a version to come");
        Proxy.Instead(
            call => IsCode(call, game) || (Is(call, game) && call.Selector == Version),
            call => call.Result(call.Method == "eth_getCode" ? ForeignCode : "0x0000000000000000000000000000000000000000000000000000000000000020" + "0000000000000000000000000000000000000000000000000000000000000005" + "392e302e30".PadRight(64, '0')));
        GameBook book = net.Book(_lines, auditInterval: 40);
        await net.UpdateAsync(book);
        List<int> looks = [];
        for (int i = 0; i < 40; i++)
        {
            await net.UpdateAtNewBlockAsync(book);
            looks.Add(Game(book, game).Looks);
        }

        Assert.Equal((2, 3, 7), (looks[0], looks[2], looks[^1])); // after 1, 2, 4, 8, 16 blocks, and the audit
        Assert.Equal(1, _lines.Count($"Game {game}"));
        Assert.DoesNotContain(book.Dangers, danger => danger.Subject == game.ToString()); // its version says that it is another
    }

    // Whatever a provider does with logs, and whether or not it tells all marks at once, a move is seen at the next look.
    [Theory]
    [InlineData("logs are hidden")]
    [InlineData("logs are refused")]
    [InlineData("calls without a contract are refused")]
    [InlineData("calls without a contract run out of gas")]
    [InlineData("calls without a contract give nothing")]
    [InlineData("the state is of another block")]
    public async Task Move_IsSeenAtTheNextLook(string fault)
    {
        Address game = await net.CreateAsync($"moved while {fault}");
        GameBook book = net.Book(_lines);
        await net.UpdateAsync(book);
        switch (fault)
        {
            case "logs are hidden":
                Proxy.HideLogs();
                break;
            case "logs are refused":
                Proxy.Fail("eth_getLogs", -32701, "Please specify an address in your request or, to remove restrictions, order a dedicated full node");
                break;
            case "calls without a contract are refused":
                Proxy.Instead(IsCreation, call => call.Error(-32602, "missing field `to`"));
                break;
            case "calls without a contract run out of gas":
                Proxy.Instead(IsCreation, call => call.Error(-32000, "out of gas"));
                break;
            case "calls without a contract give nothing":
                Proxy.Instead(IsCreation, call => call.Result("0x"));
                break;
            default:
                Proxy.Alter(IsCreation, (call, answer) => call.Result($"0x{new string('0', 63)}1{answer["result"]!.GetValue<string>()[66..]}"));
                break;
        }

        await net.UpdateAtNewBlockAsync(book);
        await net.AttackAsync(Game(book, game), fault);
        await net.UpdateAsync(book);
        Assert.Equal(2, Game(book, game).Game!.Count);
        ulong readAt = Game(book, game).ReadAt;
        await net.UpdateAtNewBlockAsync(book);
        Assert.Equal(readAt, Game(book, game).ReadAt); // nothing has happened
        Assert.Equal(fault.StartsWith("logs", StringComparison.Ordinal) ? 0 : 1, _lines.Count("asked one by one"));
        Assert.Equal(0, Proxy.Count("eth_getLogs"));
    }

    // Marks that are asked for together and one by one are the same: to change from one to the other reads nothing anew.
    [Fact]
    public async Task Marks_AreTheSameOneByOne()
    {
        Address good = await net.CreateAsync("marked");
        Address moved = await net.CreateAsync("marked and moved");
        GameBook book = net.Book(_lines);
        await net.UpdateAsync(book);
        await net.AttackAsync(Game(book, moved), "mark");
        L1View view = await L1View.OfHeadAsync(net.L1, default);
        Address[] games = [good, moved, net.Factory, Address.Parse("0x00000000000000000000000000000000000a11ce"), good];
        IReadOnlyList<ulong> together = await GameMarks.ReadAsync(net.L1, games, view.Block.Number, view.Block.Hash, view.ParentHash, default);
        Assert.Equal(together, await GameMarks.ReadOneByOneAsync(net.L1, games, view.At, default));
        Assert.Equal(4, together.Distinct().Count() + (together[2] == together[3] ? 1 : 0));
        Assert.Equal(together[0], together[4]);
    }

    // Another node of a provider, or a failover to a slower endpoint, is behind by a few blocks.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)] // a block at which we did not look
    [InlineData(40)] // below everything that is remembered
    public async Task LowerHead_IsNoReorganisation_AndCostsNothing(ulong below)
    {
        await net.Devnet.MineL1Async(40);
        Address game = await net.CreateAsync($"lower head {below}");
        GameBook book = net.Book(_lines);
        await net.UpdateAsync(book);
        ulong readAt = Game(book, game).ReadAt;
        await net.Devnet.MineL1Async(2);
        await net.UpdateAsync(book);
        await net.UpdateAtNewBlockAsync(book);
        BookUpdate last = await net.UpdateAtNewBlockAsync(book);
        await Proxy.FreezeHeadAsync(below);
        int before = Proxy.Requests;
        BookUpdate lower = await net.UpdateAsync(book);
        Assert.Equal((false, 0, 0), (lower.WasReorg, lower.NewGames, lower.Reread));
        Assert.Equal(last.View, lower.View); // never back in view
        Assert.InRange(Proxy.Requests - before, 1, 3);
        Proxy.Clear();
        BookUpdate next = await net.UpdateAtNewBlockAsync(book);
        Assert.False(next.WasReorg);
        Assert.Equal(readAt, Game(book, game).ReadAt);
    }

    // A fork that is higher, as high or lower, found by a parent or by a hash at a known height, is one.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [InlineData(3, 6)]
    public async Task OtherForkAtAKnownHeight_IsAReorganisation_AndOnlyWhatCameAfterIsReadAnew(int back, int forth)
    {
        Address before = await net.CreateAsync($"before a fork {back} {forth}");
        await net.Devnet.WarpAsync(TimeSpan.FromSeconds(2));
        GameBook book = net.Book(_lines);
        await net.UpdateAsync(book);
        ulong readAt = Game(book, before).ReadAt;
        for (int i = 0; i < back - 1; i++)
        {
            await net.UpdateAtNewBlockAsync(book);
        }

        Address lost = await net.CreateAsync($"lost {back} {forth}");
        await net.UpdateAsync(book);
        Assert.NotNull(Game(book, lost).State);

        await net.RpcAsync("anvil_rollback", back);
        BookUpdate lower = await net.UpdateAsync(book);
        Assert.False(lower.WasReorg); // a lower head of the same chain, as far as anybody can tell
        Address found = await net.CreateAsync($"found {back} {forth}");
        for (int i = 1; i < forth; i++)
        {
            await net.Devnet.MineL1Async();
        }

        BookUpdate update = await net.UpdateAsync(book);
        Assert.True(update.WasReorg);
        Assert.Equal(1, update.NewGames);
        Assert.Equal(Samples.Hash($"found {back} {forth}"), Game(book, found).Metadata.RootClaim);
        Assert.Equal(readAt, Game(book, before).ReadAt);
    }

    // One wrong digit of a number is no reason for billions of reads, nor for forgetting what is known.
    [Theory]
    [InlineData("7fffffffffffffff")]
    [InlineData("ffffffffffffffff")]
    [InlineData("100000000")]
    [InlineData("+10")]
    [InlineData("0")]
    public async Task ImplausibleNumberOfGames_IsTold_AndTheKnownGamesAreReadOn(string count)
    {
        Address known = await net.CreateAsync($"known {count}");
        GameBook book = net.Book(_lines);
        await net.UpdateAsync(book);
        await net.AttackAsync(Game(book, known), count);
        Proxy.Alter(call => call.Selector == GameCount, (call, answer) => call.Result(Word(count, answer)));
        int before = Proxy.Requests;
        await net.UpdateAsync(book);
        await net.UpdateAtNewBlockAsync(book);
        Assert.Equal(2, Game(book, known).Game!.Count);
        Assert.InRange(Proxy.Requests - before, 1, 60);
        Assert.Equal(1, _lines.Count($"The factory {net.Factory} cannot be read"));
        Assert.Contains(book.Dangers, danger => danger.Code == "factory-unreadable");
        Proxy.Clear();
        await net.CreateAsync($"new {count}");
        Assert.Equal(1, (await net.UpdateAsync(book)).NewGames);
        Assert.DoesNotContain(book.Dangers, danger => danger.Code == "factory-unreadable"); // other tests leave games behind that cannot be read
    }

    [Theory]
    [InlineData("ffffffff")]
    [InlineData("7fffffff")]
    [InlineData("10000")]
    [InlineData("+10")]
    public async Task ImplausibleNumberOfClaims_IsThatGamesTrouble(string count)
    {
        Address game = await net.CreateAsync($"claims {count}");
        Address other = await net.CreateAsync($"beside claims {count}");
        GameBook book = net.Book(_lines);
        Proxy.Alter(call => Is(call, game) && call.Selector == ClaimDataLength, (call, answer) => call.Result(Word(count, answer)));
        int before = Proxy.Requests;
        await net.UpdateAsync(book);
        Assert.NotNull(Game(book, other).State);
        Assert.Null(Game(book, game).State);
        Assert.InRange(Proxy.Requests - before, 1, 200 * book.Listed);
        Assert.Contains(book.Dangers, danger => danger.Subject == game.ToString());
        Proxy.Clear();
        await net.UpdateAtNewBlockAsync(book);
        Assert.Single(Game(book, game).Game!.Claims);
    }

    private static bool Is(ProxiedCall call, Address game) => call.To.Equals(game.ToString(), StringComparison.OrdinalIgnoreCase);

    // A game whose code is no plain clone's is read by its getters alone.
    private static bool IsCode(ProxiedCall call, Address game) =>
        call.Method == "eth_getCode" && string.Equals(call.Parameter(0)?.GetValue<string>(), game.ToString(), StringComparison.OrdinalIgnoreCase);

    private static bool IsCreation(ProxiedCall call) => call.Method == "eth_call" && call.Parameter(0)?["to"] is null;

    private static string Word(string count, JsonObject answer)
    {
        if (count[0] == '+')
        {
            ulong real = ulong.Parse(answer["result"]!.GetValue<string>().AsSpan(50), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            count = (real + ulong.Parse(count.AsSpan(1), CultureInfo.InvariantCulture)).ToString("x", CultureInfo.InvariantCulture);
        }

        return $"0x{count.PadLeft(64, '0')}";
    }

    private static WatchedGame Game(GameBook book, Address game) => Games(book, game).Single();

    private static IEnumerable<WatchedGame> Games(GameBook book, params Address[] games) => book.Games.Where(game => games.Contains(game.Listed.Game));
}
