using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>One server at one address.</summary>
public sealed class RpcEndpoint : IJsonRpc, IAsyncDisposable
{
    private readonly HttpTransport _transport;
    private readonly RpcOptions _options;

    /// <summary>Makes no connection yet.</summary>
    public RpcEndpoint(EndpointUrl url, RpcOptions? options = null)
    {
        Url = url;
        _options = options ?? new RpcOptions();
        _transport = new HttpTransport(url, _options);
    }

    /// <summary>The server's address.</summary>
    public EndpointUrl Url { get; }

    /// <inheritdoc/>
    public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) =>
        (await BatchAsync([request], cancellationToken).ConfigureAwait(false))[0].Result;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        List<RpcReply> replies = new(requests.Count);
        foreach (RpcRequest[] chunk in requests.Chunk(_options.MaxBatchSize))
        {
            replies.AddRange(await ExchangeAsync(chunk, cancellationToken).ConfigureAwait(false));
        }

        return replies;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    private async Task<RpcReply[]> ExchangeAsync(RpcRequest[] requests, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.Timeout);
        try
        {
            return await _transport.ExchangeAsync(requests, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(RpcErrorKind.Timeout, $"{Url}: no answer within {_options.Timeout.TotalSeconds:0.#} s");
        }
    }
}
