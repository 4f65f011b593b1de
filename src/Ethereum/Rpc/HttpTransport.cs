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
    private readonly int _maxResponseBytes;
    private long _nextId;

    public HttpTransport(EndpointUrl url, RpcOptions options, HttpMessageHandler? handler = null)
    {
        _url = url;
        _maxResponseBytes = options.MaxResponseBytes;
        _http = new HttpClient(handler ?? NewHandler(options)) { Timeout = Timeout.InfiniteTimeSpan };
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
            throw new RpcException(RpcErrorKind.Network, $"{_url}: {Describe(e)}");
        }
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static SocketsHttpHandler NewHandler(RpcOptions options) => new()
    {
        // Connections are renewed so that a changed DNS record is seen; redirects would carry a credential elsewhere.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = options.Timeout,
        AutomaticDecompression = DecompressionMethods.All,
        AllowAutoRedirect = false,
        UseCookies = false,
    };

    private RpcReply[] Decode(HttpResponseMessage response, ReadOnlyMemory<byte> body, IReadOnlyList<RpcRequest> requests, long firstId)
    {
        if (response.IsSuccessStatusCode)
        {
            using JsonDocument document = RpcWire.Parse(body, _url);
            return RpcWire.Decode(document.RootElement, requests, firstId, _url);
        }

        int status = (int)response.StatusCode;
        string words = RpcWire.Start(body.Span, _url);
        if (status is not (429 or 413) && LooksLikeAnswer(body))
        {
            // Several servers send proper JSON-RPC errors with status 400 or 500.
            using JsonDocument document = RpcWire.Parse(body, _url);
            return RpcWire.Decode(document.RootElement, requests, firstId, _url);
        }

        bool tooLarge = status == 413 || RpcErrors.IsAboutSize(words);
        bool limited = tooLarge || status is 429 or 402;
        throw new RpcException(limited ? RpcErrorKind.RateLimit : RpcErrorKind.Network, $"{_url}: HTTP status {status}: {words}")
        {
            HttpStatus = status,
            NodeMessage = words,
            IsTooLarge = tooLarge,
            RetryAfter = response.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - DateTimeOffset.UtcNow : null,
        };
    }

    private bool LooksLikeAnswer(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = RpcWire.Parse(body, _url);
            JsonElement root = document.RootElement;
            JsonElement first = root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0 ? root[0] : root;
            return first.ValueKind == JsonValueKind.Object && first.TryGetProperty("jsonrpc"u8, out _);
        }
        catch (RpcException)
        {
            return false; // an error page
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > _maxResponseBytes)
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
            if (body.WrittenCount > _maxResponseBytes)
            {
                throw TooLarge();
            }
        }
    }

    private RpcException TooLarge() =>
        new(RpcErrorKind.RateLimit, $"{_url}: the answer is larger than {_maxResponseBytes} bytes") { IsTooLarge = true };

    private string Describe(Exception e) => e switch
    {
        HttpRequestException { InnerException: AuthenticationException tls } => $"no trusted connection ({RpcWire.Readable(tls.Message, _url)})",
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http => $"no answer ({http.HttpRequestError})",
        _ when e.InnerException is SocketException socket => $"no answer ({socket.SocketErrorCode})",
        _ => $"no answer ({e.GetType().Name})",
    };
}
