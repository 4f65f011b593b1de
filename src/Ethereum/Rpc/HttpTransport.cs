using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>JSON-RPC over HTTP: one POST for each exchange.</summary>
internal sealed class HttpTransport : IRpcTransport
{
    private readonly EndpointUrl _url;
    private readonly HttpClient _http;
    private readonly AuthenticationHeaderValue? _basic;
    private readonly Uri _target;
    private readonly RpcOptions _options;
    private readonly Action<string> _stray;
    private readonly string? _proxy;
    private long _nextId;

    /// <param name="url">The server.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="stray">Told of each answer that fits no question.</param>
    /// <param name="handler">What makes the connections; null for one of our own.</param>
    /// <param name="proxy">The machine's proxies; null for those that the environment names.</param>
    public HttpTransport(EndpointUrl url, RpcOptions options, Action<string> stray, HttpMessageHandler? handler = null, IWebProxy? proxy = null)
    {
        _url = url;
        _options = options;
        _stray = stray;
        proxy ??= HttpClient.DefaultProxy;
        _proxy = handler is null ? Proxies.Name(proxy, url) : null;
        _http = new HttpClient(handler ?? NewHandler(options, _proxy is null ? null : proxy)) { Timeout = Timeout.InfiniteTimeSpan };
        _target = new UriBuilder(url.Secret) { UserName = "", Password = "" }.Uri;
        if (url.Secret.UserInfo.Length > 0)
        {
            byte[] user = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.Secret.UserInfo));
            _basic = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(user));
        }
    }

    public async Task<RpcReply[]> ExchangeAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        long firstId = Interlocked.Add(ref _nextId, requests.Count) - requests.Count + 1;
        using HttpRequestMessage message = new(HttpMethod.Post, _target);
        message.Content = new ByteArrayContent(RpcWire.Encode(requests, firstId));
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Headers.Authorization = _basic;
        try
        {
            using HttpResponseMessage response = await _http
                .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            ReadOnlyMemory<byte> body = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            return Decode(response, body, requests, firstId);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or InvalidOperationException)
        {
            // The inner exception is not kept: its message names the host, which a provider may use as a credential, and nothing else of use.
            throw new RpcException(RpcErrorKind.Network, $"{_url}: {Describe(e)}{Via}") { IsUnreachable = NeverReached(e) };
        }
    }

    public int Connections => 0;

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private string Via => _proxy is null ? "" : $" (through the proxy {_proxy})";

    private static SocketsHttpHandler NewHandler(RpcOptions options, IWebProxy? proxy) => new()
    {
        Proxy = proxy,
        UseProxy = proxy is not null,
        // Connections are renewed so that a changed DNS record is seen; redirects would carry a credential elsewhere.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = options.Timeout,
        AutomaticDecompression = DecompressionMethods.All,
        AllowAutoRedirect = false,
        UseCookies = false,
    };

    private RpcReply[] Decode(HttpResponseMessage response, ReadOnlyMemory<byte> body, IReadOnlyList<RpcRequest> requests, long firstId)
    {
        int status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
        {
            return DecodeBody(body, requests, firstId);
        }

        // Several servers send proper JSON-RPC errors with status 400, some with 500. Where the status speaks of the server itself, its words
        // are heard and not believed: nothing but a result or a revert under the right id counts then.
        bool aboutServer = status is 401 or 402 or 403 or 407 or 408 or 413 or 429 or >= 500;
        long? code = null;
        string words = RpcWire.Start(body.Span, _url);
        try
        {
            RpcReply[] replies = DecodeBody(body, requests, firstId);
            if (!aboutServer || replies.Any(r => r.Error is null or { Kind: RpcErrorKind.Revert }))
            {
                return replies;
            }

            (code, words) = (replies[0].Error!.Code, replies[0].Error!.NodeMessage);
        }
        catch (RpcException e) when (e.Code is not null)
        {
            (code, words) = (e.Code, e.NodeMessage);
        }
        catch (RpcException)
        {
            // an error page
        }

        throw new RpcException(
            status is 429 or 402 or 413 ? RpcErrorKind.RateLimit : RpcErrorKind.Network,
            $"{_url}: HTTP status {status}{Via}: {(code is null ? "" : $"code {code}, ")}{words}")
        {
            HttpStatus = status,
            Code = code,
            NodeMessage = words,
            IsTooLarge = status == 413,
            RetryAfter = response.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - DateTimeOffset.UtcNow : null,
        };
    }

    private RpcReply[] DecodeBody(ReadOnlyMemory<byte> body, IReadOnlyList<RpcRequest> requests, long firstId)
    {
        using JsonDocument document = RpcWire.Parse(body, _url, _options.MaxDepth);
        return RpcWire.Decode(document.RootElement, requests, firstId, _url, _stray);
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > _options.MaxResponseBytes)
        {
            throw TooLarge();
        }

        using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        ArrayBufferWriter<byte> body = new(Math.Clamp((int)(response.Content.Headers.ContentLength ?? 0), 4096, 1 << 20));
        while (true)
        {
            int read = await stream.ReadAsync(body.GetMemory(4096), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return body.WrittenMemory;
            }

            body.Advance(read);
            if (body.WrittenCount > _options.MaxResponseBytes)
            {
                throw TooLarge();
            }
        }
    }

    private RpcException TooLarge() =>
        new(RpcErrorKind.RateLimit, $"{_url}: the answer is larger than {_options.MaxResponseBytes} bytes") { IsTooLarge = true };

    private string Describe(Exception e) => e switch
    {
        HttpRequestException { InnerException: AuthenticationException tls } => $"no trusted connection ({RpcWire.Readable(tls.Message, _url)})",
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http => $"no answer ({http.HttpRequestError})",
        _ when e.InnerException is SocketException socket => $"no answer ({socket.SocketErrorCode})",
        _ => $"no answer ({e.GetType().Name})",
    };

    private static bool NeverReached(Exception e) => e is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };
}
