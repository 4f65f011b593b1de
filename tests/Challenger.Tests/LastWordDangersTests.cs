using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.GameSolver;
using Gavel.GameSolver.Solving;
using Gavel.Rollup;
using Gavel.TestKit;

namespace Gavel.Challenger.Tests;

/// <summary>A game that no move can win is told at once, also while L1 does not say whom to call, and is over with its cause.</summary>
public sealed class LastWordDangersTests : IAsyncLifetime
{
    private static readonly GameMetadata Sample = Samples.Game(GameGeneration.V2, 12);
    private static readonly GameStanding Respected = new(IsRespected: true, IsBlacklisted: false, IsRetired: false);
    private static readonly UnansweredClaim False = new(0, UnansweredReason.LastWordIsTheirs, "it is theirs");
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private FaultProxy? _proxy;
    private RpcEndpoint? _endpoint;
    private bool _answers = true;

    private LastWordDangers Dangers { get; set; } = null!;

    public async Task InitializeAsync()
    {
        _proxy = await FaultProxy.StartAsync("http://127.0.0.1:9");
        _proxy.Instead(
            call => call.Method == "eth_call",
            call => _answers ? call.Result($"0x{new string('0', 63)}1") : call.Error(-32603, "internal error"));
        _endpoint = new RpcEndpoint(EndpointUrl.Parse(_proxy.Url));
        Dangers = new LastWordDangers("chain", new ChainReader(_endpoint), null, _time);
    }

    public async Task DisposeAsync()
    {
        await _endpoint!.DisposeAsync();
        await _proxy!.DisposeAsync();
    }

    [Fact]
    public async Task FalseRoot_IsAPage_WithTheGuardiansCalls()
    {
        await Dangers.NoteAsync(Sample, Respected, Judged(false, False), null, default);
        Danger danger = Assert.Single(Dangers.Dangers);
        Assert.Equal(("game-unwinnable", DangerSeverity.Page, DangerOrigin.Chain), (danger.Code, danger.Severity, danger.Origin));
        Assert.Equal($"a false root cannot be beaten: it is theirs (absolute prestate {Sample.Rules!.AbsolutePrestate}); no bond is put", danger.Problem);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_000 + 300), danger.Deadline);
        Assert.Contains($"AnchorStateRegistry {Sample.Rules.AnchorStateRegistry}.blacklistDisputeGame({Sample.Game}) (data 0x7d6be8dc", danger.Mend, StringComparison.Ordinal);
        await Dangers.NoteAsync(Sample, Respected, Judged(false), null, default);
        Assert.Empty(Dangers.Dangers);
    }

    [Theory]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    [InlineData(false, false, 1)] // of a type that is not respected: no withdrawal hangs on it now
    public async Task Game_ThatTheGuardianHasDisowned_IsNoDangerAnyMore(bool isBlacklisted, bool isRetired, int left)
    {
        await Dangers.NoteAsync(Sample, null, Judged(false, False), null, default);
        Assert.Single(Dangers.Dangers);
        await Dangers.NoteAsync(Sample, new GameStanding(IsRespected: false, isBlacklisted, isRetired), Judged(false, False), null, default);
        Assert.Equal(left, Dangers.Dangers.Count);
    }

    [Fact]
    public async Task TrueRoot_IsToldByTheClaimsAgainstIt()
    {
        await Dangers.NoteAsync(Sample, Respected, Judged(true, False with { ClaimIndex = 1 }), null, default);
        Assert.StartsWith("a true root is attacked by claim 1 and cannot be held: ", Assert.Single(Dangers.Dangers).Problem, StringComparison.Ordinal);
        Dangers.Keep(new HashSet<Address>());
        Assert.Empty(Dangers.Dangers);
    }

    [Fact]
    public async Task L1_ThatDoesNotAnswer_DelaysNothing_AndIsAskedAgain()
    {
        _answers = false;
        await Dangers.NoteAsync(Sample, Respected, Judged(false, False), null, default); // the endpoint is in trouble, which is no answer
        Danger first = Assert.Single(Dangers.Dangers);
        Assert.Contains($"SuperchainConfig (see the chain's SystemConfig).pause(address); AnchorStateRegistry {Sample.Rules!.AnchorStateRegistry}.blacklistDisputeGame({Sample.Game}) (data ", first.Mend, StringComparison.Ordinal);
        _answers = true;
        _time.Advance(TimeSpan.FromMinutes(1));
        await Dangers.NoteAsync(Sample, Respected, Judged(false, False), null, default);
        Danger second = Assert.Single(Dangers.Dangers);
        Assert.Contains("SuperchainConfig 0x0000000000000000000000000000000000000001.pause(address)", second.Mend, StringComparison.Ordinal);
        Assert.Equal(first.Since, second.Since);
    }

    [Fact]
    public async Task L1_IsAskedOnceABlock()
    {
        await Dangers.NoteAsync(Sample, Respected, Judged(false, False), null, default);
        int asked = _proxy!.Requests;
        Assert.True(asked > 0);
        await Dangers.NoteAsync(Sample, Respected, Judged(false, False), null, default);
        Assert.Equal(asked, _proxy.Requests);
        Judgement next = Judged(false, False) with { View = new L1View(new BlockId(Samples.Hash("next view"), 101), 1_212, default) };
        await Dangers.NoteAsync(Sample, Respected, next, null, default);
        Assert.True(_proxy.Requests > asked);
        Assert.Single(Dangers.Dangers);
    }

    [Fact]
    public async Task WhateverFailsOnTheWayToTheGuardiansCalls_ThePageIsTold()
    {
        await _endpoint!.DisposeAsync(); // no RpcException comes of this
        await Dangers.NoteAsync(Sample, Respected, Judged(false, False), null, default);
        Assert.Contains("call the guardian", Assert.Single(Dangers.Dangers).Mend, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LineThatCannotBePaid_IsAPage_WithTheAmountsAndTheGuardiansCalls()
    {
        Address account = Address.Parse("0x00000000000000000000000000000000000000aa");
        Judgement judgement = Judged(false) with { Solution = new Solution(false, [new MoveAction(0, true, Position.Root.Attack(), Samples.Hash("ours"))], []) };
        await Dangers.NoteAsync(Sample, Respected, judgement, new LineShortage(account, Ethers(9), Ethers(7), Ethers(3)), default);
        Danger danger = Assert.Single(Dangers.Dangers);
        Assert.Equal(("game-unwinnable", DangerSeverity.Page), (danger.Code, danger.Severity));
        Assert.StartsWith("a false root is not attacked for want of funds: ", danger.Problem, StringComparison.Ordinal);
        Assert.Contains($"may take 9 ETH in bonds, and {account} has 7 ETH, of which 3 ETH are for other open games; no bond is put", danger.Problem, StringComparison.Ordinal);
        Assert.StartsWith($"funds: send at least 5 ETH to {account}", danger.Mend, StringComparison.Ordinal);
        Assert.Contains($"blacklistDisputeGame({Sample.Game}) (data 0x7d6be8dc", danger.Mend, StringComparison.Ordinal);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_000 + 300), danger.Deadline);
        await Dangers.NoteAsync(Sample, Respected, judgement, null, default);
        Assert.Empty(Dangers.Dangers);
    }

    private static UInt256 Ethers(int ether) => (UInt256)(ulong)ether * 1_000_000_000_000_000_000UL;

    private static Judgement Judged(bool agrees, params UnansweredClaim[] unanswered)
    {
        Game game = Game.Create(
            new GameShape(8, 3),
            [
                new Claim(Claim.NoParent, Position.Root, Samples.Hash("root"), default, UInt256.One, new ChessClock(0, 1_000), default),
                new Claim(0, Position.Root.Attack(), Samples.Hash("one"), default, UInt256.One, new ChessClock(0, 1_100), default),
            ]);
        return new Judgement(
            new L1View(new BlockId(Samples.Hash("view"), 100), 1_200, default), game, Samples.Verdict(agrees ? Truth.Valid : Truth.Invalid), new Solution(agrees, [], unanswered), default);
    }
}
