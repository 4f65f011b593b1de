using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Gavel.Ethereum;

/// <summary>
/// JSON-RPC over one WebSocket, opened when it is first needed and again after it broke. Requests of many callers share it; what is under
/// way when it breaks fails with <see cref="RpcErrorKind.Network"/>, and subscriptions end.
/// </summary>
internal sealed class WebSocketTransport(EndpointUrl url, RpcOptions options, Action<string> stray) : IRpcTransport
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly CancellationTokenSource _disposed = new();
    private WebSocketConnection? _connection;
    private int _connections;

    public int Connections => Volatile.Read(ref _connections);

    public async Task<RpcReply[]> ExchangeAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        WebSocketConnection connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExchangeAsync(requests, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Subscribes on the present connection. The channel gives the <c>result</c> of each notification and ends with the connection.</summary>
    public async Task<ChannelReader<JsonElement>> SubscribeAsync(RpcRequest subscribe, int capacity, CancellationToken cancellationToken)
    {
        WebSocketConnection connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await connection.SubscribeAsync(subscribe, capacity, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        _disposed.Dispose();
    }

    private async Task<WebSocketConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (_connection is { IsOpen: true } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_connection is { IsOpen: true } opened)
            {
                return opened;
            }

            // Forgotten first: if no new one can be made, the next caller must not end the old one again.
            if (Interlocked.Exchange(ref _connection, null) is { } broken)
            {
                await broken.DisposeAsync().ConfigureAwait(false);
            }

            _connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            return _connection;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<WebSocketConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        ClientWebSocket socket = new();
        socket.Options.KeepAliveInterval = KeepAlive; // pings find a connection that died in silence
        socket.Options.KeepAliveTimeout = KeepAlive;
        string? proxy = Proxies.Name(HttpClient.DefaultProxy, url);
        if (proxy is null)
        {
            socket.Options.Proxy = null; // this machine is never reached through another
        }

        Uri target = url.Secret;
        if (target.UserInfo.Length > 0)
        {
            string[] parts = Uri.UnescapeDataString(target.UserInfo).Split(':', 2);
            string basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(string.Join(':', parts)));
            socket.Options.SetRequestHeader("Authorization", $"Basic {basic}");
            target = new UriBuilder(target) { UserName = "", Password = "" }.Uri;
        }

        try
        {
            await socket.ConnectAsync(target, either.Token).ConfigureAwait(false);
            Interlocked.Increment(ref _connections);
            return new WebSocketConnection(socket, url, options, stray);
        }
        catch (WebSocketException e)
        {
            HttpStatusCode status = socket.HttpStatusCode;
            socket.Dispose();
            throw new RpcException(
                status == HttpStatusCode.TooManyRequests ? RpcErrorKind.RateLimit : RpcErrorKind.Network,
                $"{url}: no WebSocket ({(status == 0 ? e.WebSocketErrorCode : $"HTTP status {(int)status}")}){(proxy is null ? "" : $" (through the proxy {proxy})")}")
            {
                IsUnreachable = true,
                HttpStatus = status == 0 ? null : (int)status,
            };
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }
}
