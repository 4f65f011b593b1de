using System.Net;
using System.Net.Sockets;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>A socket that accepts and never says a whole answer: nothing at all, or a byte now and then.</summary>
internal sealed class SilentNode : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _accepting;
    private int _connections;

    public SilentNode(string? dripping = null)
    {
        _listener.Start();
        _accepting = AcceptAsync(dripping);
    }

    public EndpointUrl Url => EndpointUrl.Parse($"http://{_listener.LocalEndpoint}");

    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private async Task AcceptAsync(string? dripping)
    {
        while (true)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_closing.Token);
            Interlocked.Increment(ref _connections);
            _ = HoldAsync(client, dripping);
        }
    }

    private async Task HoldAsync(TcpClient client, string? dripping)
    {
        using TcpClient held = client;
        try
        {
            foreach (char c in dripping ?? "")
            {
                await held.GetStream().WriteAsync(new[] { (byte)c }, _closing.Token);
                await Task.Delay(20, _closing.Token);
            }

            await Task.Delay(Timeout.Infinite, _closing.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // hung up, or closing
        }
    }
}
