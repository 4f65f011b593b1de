using System.Collections.Concurrent;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.Rollup;
using Gavel.TestKit;

namespace Gavel.Challenger.Tests;

/// <summary>Games wait by urgency, and what hangs holds up neither another game nor a cycle.</summary>
public sealed class GameQueueTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(4);
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly ConcurrentQueue<(int Game, ulong View)> _decided = [];

    [Fact]
    public async Task MostUrgent_ComesFirst_AndTheYoungestOfThoseThatAreAsUrgent()
    {
        await using GameQueue queue = new(1, Decide, (game, _) => IndexOf(game) is 2 or 4 ? 10 : 20);
        await queue.RefreshAsync(Games(5), View(1), Soon, _time, default);
        Assert.Equal([4, 2, 3, 1, 0], _decided.Select(decided => decided.Game));
        Assert.Equal(0, queue.Waiting);
    }

    [Fact]
    public async Task GamesThatHang_LetAllOthersBeDecided_InThisCycleAndTheNext()
    {
        TaskCompletionSource answer = new();
        int running = 0;
        int most = 0;
        await using GameQueue queue = new(64, DecideAsync, (_, _) => 0);
        foreach (ulong cycle in new ulong[] { 1, 2, 3 })
        {
            Task refreshing = queue.RefreshAsync(Games(82), View(cycle), Soon, _time, default);
            await Eventually.TrueAsync(() => _decided.Count(decided => decided.View == cycle) == 41, TimeSpan.FromSeconds(30));
            Assert.False(refreshing.IsCompleted);
            _time.Advance(Soon);
            await refreshing;
            Assert.Equal(41, queue.Waiting);
        }

        // What hung is decided as it was begun, and then once more at the newest view.
        answer.SetResult();
        await Eventually.TrueAsync(() => queue.Waiting == 0, TimeSpan.FromSeconds(30));
        Assert.Equal(41, _decided.Count(decided => decided is { View: 1, Game: < 41 }));
        Assert.Equal(41, _decided.Count(decided => decided is { View: 3, Game: < 41 }));
        Assert.DoesNotContain(_decided, decided => decided is { View: 2, Game: < 41 });
        Assert.InRange(most, 41, 64);

        async Task DecideAsync(WatchedGame game, L1View view, CancellationToken cancellationToken)
        {
            Max(ref most, Interlocked.Increment(ref running));
            if (IndexOf(game.Metadata.Game) < 41)
            {
                await answer.Task;
            }

            Interlocked.Decrement(ref running);
            await Decide(game, view, cancellationToken);
        }
    }

    [Fact]
    public async Task GameThatIsNotCoveredAnyMore_IsNotBegun_AndNoneIsAfterTheEnd()
    {
        TaskCompletionSource answer = new();
        GameQueue queue = new(1, async (game, view, cancellationToken) =>
        {
            await Decide(game, view, cancellationToken);
            await answer.Task.WaitAsync(cancellationToken);
        }, (_, _) => 0);
        Task first = queue.RefreshAsync(Games(3), View(1), Soon, _time, default); // the third is begun
        await Eventually.TrueAsync(() => !_decided.IsEmpty, TimeSpan.FromSeconds(30));
        Task second = queue.RefreshAsync(Games(1), View(2), Soon, _time, default);
        _time.Advance(Soon);
        await Task.WhenAll(first, second);
        await queue.DisposeAsync(); // though it hangs
        Assert.Equal([(2, 1UL)], _decided);
    }

    [Fact]
    public async Task WhatStopsTheChain_IsThrownOnce_AndOthersAreDecided()
    {
        await using GameQueue queue = new(2, (game, view, cancellationToken) =>
            view.Block.Number == 1 && IndexOf(game.Metadata.Game) == 0 ? throw new InvalidOperationException("the disk is gone") : Decide(game, view, cancellationToken), (_, _) => 0);
        await Assert.ThrowsAsync<InvalidOperationException>(() => queue.RefreshAsync(Games(3), View(1), Soon, _time, default));
        Assert.Equal(2, _decided.Count);
        await queue.RefreshAsync(Games(3), View(2), Soon, _time, default);
        Assert.Equal(5, _decided.Count);
    }

    private Task Decide(WatchedGame game, L1View view, CancellationToken cancellationToken)
    {
        _decided.Enqueue((IndexOf(game.Metadata.Game), view.Block.Number));
        return Task.CompletedTask;
    }

    private static void Max(ref int most, int value)
    {
        int known;
        while ((known = Volatile.Read(ref most)) < value)
        {
            Interlocked.CompareExchange(ref most, value, known);
        }
    }

    private static IEnumerable<WatchedGame> Games(int count) => Enumerable.Range(0, count).Select(index =>
    {
        GameMetadata metadata = Samples.Game(GameGeneration.V1, 13) with { Game = AddressOf(index) };
        return new WatchedGame(new ListedGame((ulong)index, metadata.GameType, metadata.CreatedAt, metadata.Game), metadata, 1);
    });

    private static Address AddressOf(int index)
    {
        byte[] bytes = new byte[Address.Size];
        bytes[^1] = (byte)index;
        return new Address(bytes);
    }

    private static int IndexOf(Address game) => Address.BytesOf(in game)[^1];

    private static L1View View(ulong block) => new(new BlockId(Samples.Hash($"block {block}"), block), 1_000 + block, Samples.Hash($"block {block - 1}"));
}
