using System.Net.WebSockets;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>
/// Announced heads make us look sooner, if they are news. Before, one endpoint that had once announced a head which nobody else had made every
/// pause as short as it may be, for ever.
/// </summary>
public sealed class AnnouncementTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(150);
    private readonly TaskCompletionSource<WebSocket> _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MisbehavingNode _preferred = null!;
    private MisbehavingNode _announcer = null!;
    private FailoverRpc _rpc = null!;

    public async Task InitializeAsync()
    {
        _preferred = await MisbehavingNode.StartAsync();
        _announcer = await MisbehavingNode.StartAsync();
        _announcer.Socket = (_, socket) => _announcer.ServeAsync(socket, subscribed: () => _subscribed.TrySetResult(socket));
        _rpc = new FailoverRpc(
            [EndpointUrl.Parse(_preferred.Url), ChainIdentityTests.SocketOf(_announcer)], Pair.Options with { ExpectedChainId = 900, HeadPollSeconds = 0.05 });
    }

    public async Task DisposeAsync()
    {
        await _rpc.DisposeAsync();
        await _preferred.DisposeAsync();
        await _announcer.DisposeAsync();
    }

    [Theory]
    [InlineData("the same block again and again")]
    [InlineData("a higher block each time")]
    [InlineData("nothing more")]
    [InlineData("a block of our height each time")]
    public async Task An_endpoint_that_announces_what_nobody_has_is_heard_once(string way)
    {
        ChainHead head = await LookAsync();
        WebSocket socket = await _subscribed.Task.WaitAsync(Soon);
        _announcer.Head = way == "a block of our height each time" ? 7UL : 1_000_000;
        _announcer.Fork = "00";
        Task<bool> heard = _rpc.Heads.AnnouncedAsync(head, Soon, None);
        await _announcer.AnnounceAsync(socket);
        Assert.True(await heard);

        for (int i = 1; i < 6; i++)
        {
            head = await LookAsync(); // the liar is asked for its head too, and says the same
            Assert.Equal(7UL, head.Number);
            Task<bool> again = _rpc.Heads.AnnouncedAsync(head, Moment, None);
            switch (way)
            {
                case "nothing more": break;
                case "a higher block each time": _announcer.Head++; break;
                case "a block of our height each time": _announcer.Fork = $"{i:x2}"; break;
                default: break;
            }

            if (way != "nothing more")
            {
                await _announcer.AnnounceAsync(socket);
            }

            Assert.False(await again);
        }
    }

    [Fact]
    public async Task One_whose_blocks_the_others_have_too_is_heard_each_time()
    {
        ChainHead head = await LookAsync();
        WebSocket socket = await _subscribed.Task.WaitAsync(Soon);
        for (ulong block = 8; block < 12; block++)
        {
            Task<bool> heard = _rpc.Heads.AnnouncedAsync(head, Soon, None);
            _announcer.Head = block;
            await _announcer.AnnounceAsync(socket);
            Assert.True(await heard);
            _preferred.Head = block;
            head = await LookAsync();
        }
    }

    [Fact]
    public async Task What_is_announced_between_a_look_and_the_wait_is_heard()
    {
        ChainHead head = await LookAsync();
        WebSocket socket = await _subscribed.Task.WaitAsync(Soon);
        _announcer.Head = 8;
        await _announcer.AnnounceAsync(socket);
        Assert.True(await _rpc.Heads.AnnouncedAsync(head, Soon, None));
        Assert.True(await _rpc.Heads.AnnouncedAsync(head, Soon, None)); // until it is looked at
        await LookAsync();
        Assert.False(await _rpc.Heads.AnnouncedAsync(head, Moment, None));
    }

    private async Task<ChainHead> LookAsync()
    {
        ChainHead head = await _rpc.Heads.HeadAsync(None);
        await _rpc.Heads.Looking;
        return head;
    }
}
