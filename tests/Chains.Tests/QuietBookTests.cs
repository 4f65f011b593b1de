using System.Text.Json.Nodes;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.TestKit;

namespace Gavel.Chains.Tests;

/// <summary>What a book reads in quiet times, and that it forgets nothing in bad ones. Each test has a devnet of its own.</summary>
public sealed class QuietBookTests : IAsyncLifetime
{
    private const string Status = "0x200d2ed2";
    private readonly WatchedDevnet _net = new();
    private readonly Lines _lines = new();

    public Task InitializeAsync() => _net.InitializeAsync();

    public Task DisposeAsync() => _net.DisposeAsync();

    [Fact]
    public async Task IdleUpdate_CostsThreeRequests_HoweverManyGamesThereAre()
    {
        for (int i = 0; i < 3; i++)
        {
            await _net.CreateAsync($"idle {i}");
        }

        GameBook book = _net.Book(_lines);
        await _net.UpdateAsync(book);
        int before = _net.Proxy.Requests;
        await _net.UpdateAtNewBlockAsync(book);
        Assert.Equal(3, _net.Proxy.Requests - before); // the head, the number of games, their marks
        await _net.UpdateAsync(book);
        Assert.Equal(6, _net.Proxy.Requests - before); // the same head for the second time: the same again
        await _net.UpdateAsync(book);
        Assert.Equal(7, _net.Proxy.Requests - before); // and for the third: nothing to ask
    }

    // anvil, and nodes behind a load balancer, may announce a block a moment before they answer with its state.
    [Fact]
    public async Task StateThatComesAMomentAfterItsHead_IsSeenAtTheSecondLook()
    {
        (GameBook book, Hash32 before, L1View after) = await AttackedAsync();
        _net.Proxy.Instead(
            call => call.Method == "eth_call" && call.Request.ToJsonString().Contains(after.Block.Hash.ToString(), StringComparison.OrdinalIgnoreCase),
            call => call.Result(StateAt(before, call, after.Block.Hash)));
        await book.UpdateAsync(after, default);
        Assert.Equal(1, book.Games.Single().Game!.Count);
        _net.Proxy.Clear();
        await book.UpdateAsync(after, default);
        Assert.Equal(2, book.Games.Single().Game!.Count);
    }

    // anvil tells the state of the block that it is about to publish; of two requests one may be answered so and the other not.
    [Fact]
    public async Task MarkThatIsNewerThanTheState_HidesNothing()
    {
        (GameBook book, Hash32 before, L1View after) = await AttackedAsync();
        string game = book.Games.Single().Metadata.Game.ToString();
        _net.Proxy.Instead(
            call => call.To.Equals(game, StringComparison.OrdinalIgnoreCase) && call.Request.ToJsonString().Contains(after.Block.Hash.ToString(), StringComparison.OrdinalIgnoreCase),
            call => call.Result(StateAt(before, call, after.Block.Hash)));
        await book.UpdateAsync(after, default);
        Assert.Equal(1, book.Games.Single().Game!.Count); // read, and old
        _net.Proxy.Clear();
        await _net.UpdateAtNewBlockAsync(book);
        Assert.Equal(2, book.Games.Single().Game!.Count); // nothing has happened since, and it is seen all the same
    }

    // A book that has seen a game, which was attacked since: the block before the attack, and that of it.
    private async Task<(GameBook Book, Hash32 Before, L1View After)> AttackedAsync()
    {
        await _net.CreateAsync("attacked");
        GameBook book = _net.Book(_lines);
        await _net.UpdateAsync(book);
        Hash32 before = (await _net.Devnet.L1.GetBlockAsync(BlockRef.Latest, default)).Hash;
        await _net.AttackAsync(book.Games.Single(), "attack");
        return (book, before, await L1View.OfHeadAsync(_net.Devnet.L1, default));
    }

    private JsonNode? StateAt(Hash32 block, ProxiedCall call, Hash32 asked)
    {
        JsonArray parameters = (JsonArray)JsonNode.Parse(call.Request["params"]!.ToJsonString().Replace(asked.ToString(), block.ToString(), StringComparison.OrdinalIgnoreCase))!;
        return JsonNode.Parse(_net.Devnet.L1.Rpc.RequestAsync(new RpcRequest(call.Method, [.. parameters.Select(parameter => parameter!.DeepClone())]), default).GetAwaiter().GetResult().GetRawText());
    }

    [Fact]
    public async Task FinishedGameThatCannotBeAsked_IsNotForgotten()
    {
        Address game = await _net.CreateAsync("finished in a bad moment");
        await _net.Devnet.WarpAsync(TimeSpan.FromSeconds(301));
        await _net.SendAsync(FaultDisputeGame.ResolveClaim(game, 0, 0));
        await _net.SendAsync(FaultDisputeGame.Resolve(game));
        GameBook book = new(_net.L1, _net.Factory, [DevnetAccounts.Proposer.Address], 1000, _lines);
        _net.Proxy.Instead(call => call.To.Equals(game.ToString(), StringComparison.OrdinalIgnoreCase) && call.Selector != Status, call => call.Result("0x"));
        await _net.UpdateAsync(book);
        _net.Proxy.Clear();
        await _net.UpdateAtNewBlockAsync(book);
        Assert.NotNull(book.Games.Single(watched => watched.Listed.Game == game).State); // it owes its proposer the bond
    }
}
