using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.Intents;
using Gavel.Rollup;
using Gavel.TestKit;

namespace Gavel.Challenger.Tests;

/// <summary>A line that is lost unless it is played to its end is begun only with all of its bonds at hand, and played on once begun.</summary>
public sealed class LineFundsTests : IAsyncLifetime
{
    private const string Chain = "chain";
    private static readonly Address Us = Address.Parse("0x00000000000000000000000000000000000000aa");
    private static readonly GameMetadata One = Samples.Game(GameGeneration.V2, 12);
    private static readonly GameMetadata Other = One with { Game = Address.Parse("0x00112233445566778899aabbccddeeff00112244") };
    private readonly AccountFunds _funds = new(Us, TimeProvider.System);
    private FaultProxy? _proxy;
    private RpcEndpoint? _endpoint;
    private ulong _balance;
    private bool _answers = true;

    private LineFunds Lines { get; set; } = null!;

    public async Task InitializeAsync()
    {
        _proxy = await FaultProxy.StartAsync("http://127.0.0.1:9");
        _proxy.Instead(
            call => call.Method == "eth_getBalance",
            call => _answers ? call.Result($"0x{_balance:x}") : call.Error(-32603, "internal error"));
        _endpoint = new RpcEndpoint(EndpointUrl.Parse(_proxy.Url), new RpcOptions { MaxRetries = 0 });
        Lines = new LineFunds(Chain, Us, new ChainReader(_endpoint), _funds);
    }

    public async Task DisposeAsync()
    {
        await _endpoint!.DisposeAsync();
        await _proxy!.DisposeAsync();
    }

    [Fact]
    public async Task Line_IsBegunWithAllItsBondsAtHand_AndNotOneWeiLess()
    {
        Needs(next: 10); // one of them is this game's own answer
        _balance = 109;
        LineCover cover = await Lines.CoverAsync(One, Judged(line: 101, next: 1), default);
        Assert.Equal(new LineCover(false, new LineShortage(Us, 101UL, 109UL, 9UL)), cover);
        _balance = 110;
        Assert.Equal(LineCover.Whole, await Lines.CoverAsync(One, Judged(line: 101, next: 1), default));
    }

    [Fact]
    public async Task TwoLines_AreNotBegunOnTheBondsOfOne()
    {
        Needs(next: 2);
        _balance = 150;
        Assert.Equal(LineCover.Whole, await Lines.CoverAsync(One, Judged(line: 100, next: 1), default));
        Assert.Equal(new LineShortage(Us, 100UL, 150UL, 100UL), (await Lines.CoverAsync(Other, Judged(line: 100, next: 1), default)).Shortage);
        Assert.Equal(LineCover.Whole, await Lines.CoverAsync(One, Judged(line: 100, next: 1), default)); // it is not counted twice
        Lines.Keep(new HashSet<Address> { Other.Game });
        Assert.Equal(LineCover.Whole, await Lines.CoverAsync(Other, Judged(line: 100, next: 1), default));
    }

    [Fact]
    public async Task WhatWasBegun_IsPlayedOn_AndGoesBeforeWhatWasNot()
    {
        Needs(next: 2);
        _balance = 150;
        Assert.Equal(LineCover.Whole, await Lines.CoverAsync(One, Judged(line: 400, next: 1, isBegun: true), default));
        Assert.Equal(new LineShortage(Us, 100UL, 150UL, 400UL), (await Lines.CoverAsync(Other, Judged(line: 100, next: 1), default)).Shortage);
    }

    [Fact]
    public async Task WhatIsNotKnown_BeginsNoLine()
    {
        _balance = 1_000;
        Assert.Equal(default, await Lines.CoverAsync(One, Judged(line: 100, next: 1), default)); // no chain has told its needs
        Needs(next: 1);
        _answers = false;
        Assert.Equal(default, await Lines.CoverAsync(One, Judged(line: 100, next: 1), default));
        _answers = true;
        Assert.Equal(LineCover.Whole, await Lines.CoverAsync(One, Judged(line: 100, next: 1), default));
    }

    private void Needs(ulong next) => _funds.Need(Chain, new CapitalNeed(UInt256.Zero, next, next));

    private static Judgement Judged(ulong line, ulong next, bool isBegun = false)
    {
        Game game = Game.Create(
            new GameShape(8, 3),
            [
                new Claim(Claim.NoParent, Position.Root, Samples.Hash("root"), default, UInt256.One, new ChessClock(0, 1_000), default),
                new Claim(0, Position.Root.Attack(), Samples.Hash("one"), isBegun ? Us : default, UInt256.One, new ChessClock(0, 1_100)),
            ]);
        return new Judgement(
            new L1View(new BlockId(Samples.Hash("view"), 100), 1_200, default),
            game,
            Samples.Verdict(Truth.Invalid),
            new Solution(false, [new MoveAction(0, true, Position.Root.Attack(), Samples.Hash("ours"))], []),
            new CapitalNeed(UInt256.Zero, next, line));
    }
}
