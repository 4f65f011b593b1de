using System.Text.Json;
using Gavel.Chains;
using Gavel.Ethereum;
using Gavel.Sending;
using Microsoft.Extensions.Logging;

namespace Gavel.Intents;

/// <summary>
/// A desk's ways to L1. It reads through the nodes of every chain that shares it, those of the first preferred: none of them alone keeps the
/// others' moves from being sent. It sends to what each chain names for sending, or else to that chain's nodes. To each endpoint for sending one
/// connection is made, whoever names it, which is not used for reading: what goes wrong there costs nothing here.
/// </summary>
internal sealed class DeskEndpoints : IJsonRpc, ILeavesOut, IAsyncDisposable
{
    private const string User = "sender";

    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ulong _chainId;
    private readonly List<(EndpointUrl Url, RpcOptions Access)> _read = [];
    private readonly List<FailoverRpc> _readers = [];
    private readonly Dictionary<EndpointUrl, RpcEndpoint> _sending = [];
    private readonly List<SendingEndpoint> _public = [];
    private readonly List<SendingEndpoint> _private = [];
    private readonly Lock _lock = new();
    private readonly Dictionary<EndpointUrl, string> _leftOut = []; // for readers to come
    private volatile FailoverRpc? _reader;

    /// <summary>Knows no endpoint yet.</summary>
    /// <param name="chainId">The chain that they must be of.</param>
    /// <param name="clock">The host's clock.</param>
    /// <param name="logger">Where odd answers are told.</param>
    public DeskEndpoints(ulong chainId, TimeProvider clock, ILogger logger) => (_chainId, _clock, _logger) = (chainId, clock, logger);

    /// <summary>Adds those of a chain. Not to be called by two at the same time.</summary>
    /// <param name="l1">The chain's L1 nodes.</param>
    /// <param name="options">What it names for sending.</param>
    /// <param name="access">How endpoints are treated that no chain before it named.</param>
    /// <exception cref="FormatException">An address is malformed; then none is added.</exception>
    public void Add(IEnumerable<string> l1, SendingOptions options, RpcOptions access)
    {
        EndpointUrl[] nodes = [.. l1.Select(EndpointUrl.Parse)];
        EndpointUrl[] open = options.Endpoints.Count > 0 ? [.. options.Endpoints.Select(EndpointUrl.Parse)] : nodes;
        EndpointUrl[] hidden = [.. options.PrivateEndpoints.Select(EndpointUrl.Parse)];
        _public.AddRange(open.Select(url => Connect(url, access)).Where(endpoint => !_public.Exists(known => known.Name == endpoint.Name)));
        _private.AddRange(hidden.Select(url => Connect(url, access)).Where(endpoint => !_private.Exists(known => known.Name == endpoint.Name)));
        EndpointUrl[] added = [.. nodes.Where(url => !_read.Exists(known => known.Url.Equals(url))).Distinct()];
        if (added.Length > 0)
        {
            _read.AddRange(added.Select(url => (url, access)));
            ReadThroughAll();
        }
    }

    /// <summary>The same options with these endpoints.</summary>
    public SenderOptions Into(SenderOptions options) => options with { Endpoints = [.. _public], PrivateEndpoints = [.. _private] };

    /// <inheritdoc/>
    public Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) => _reader!.RequestAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken) =>
        _reader!.BatchAsync(requests, cancellationToken);

    /// <inheritdoc/>
    public bool LeaveOut(EndpointUrl url, string contradiction)
    {
        lock (_lock)
        {
            _leftOut[url] = contradiction;
            return _reader!.LeaveOut(url, contradiction);
        }
    }

    /// <inheritdoc/>
    public void TakeBack(EndpointUrl url)
    {
        lock (_lock)
        {
            _leftOut.Remove(url);
            _reader!.TakeBack(url);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable client in _readers.Concat<IAsyncDisposable>(_sending.Values))
        {
            await client.DisposeAsync();
        }
    }

    // What is asked at the moment ends with the reader before, which lives as long as the desk.
    private void ReadThroughAll()
    {
        RpcEndpoint[] endpoints = [.. _read.Select(one => new RpcEndpoint(one.Url, one.Access, _clock))];
        foreach (RpcEndpoint endpoint in endpoints)
        {
            EndpointVoice.Listen(endpoint, User, _logger);
        }

        FailoverRpc reader = new(endpoints, _read[0].Access with { ExpectedChainId = _chainId }, _clock);
        _readers.Add(reader);
        lock (_lock)
        {
            foreach ((EndpointUrl url, string contradiction) in _leftOut)
            {
                reader.LeaveOut(url, contradiction);
            }

            _reader = reader;
        }
    }

    private SendingEndpoint Connect(EndpointUrl url, RpcOptions access)
    {
        if (!_sending.TryGetValue(url, out RpcEndpoint? endpoint))
        {
            _sending[url] = endpoint = new RpcEndpoint(url, access, _clock);
            EndpointVoice.Listen(endpoint, User, _logger);
        }

        return new SendingEndpoint($"{endpoint.Url}", endpoint);
    }
}
