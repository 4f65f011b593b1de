using Gavel.Cannon;
using Gavel.Cannon.Preimages;

namespace Gavel.Traces;

/// <summary>
/// Starts the preimage server only when a preimage is missing from the cache: going on from a checkpoint mostly needs none. Hints are kept
/// until then and delivered in their order before the first key they may concern.
/// </summary>
/// <param name="start">Starts the server.</param>
internal sealed class LazyPreimageServer(Func<ExternalPreimageServer> start) : IPreimageSource, IDisposable
{
    // More hints than this without a miss cannot all matter, but none is thrown away: the server is started and told them.
    private const int MostKept = 4096;

    private readonly List<byte[]> _kept = [];
    private ExternalPreimageServer? _server;

    public void Hint(ReadOnlySpan<byte> hint)
    {
        _kept.Add(hint.ToArray());
        if (_kept.Count > MostKept)
        {
            Deliver();
        }
    }

    public byte[] GetPreimage(Hash32 key) => Deliver().GetPreimage(key);

    public void Dispose() => _server?.Dispose();

    private ExternalPreimageServer Deliver()
    {
        _server ??= start();
        foreach (byte[] hint in _kept)
        {
            _server.Hint(hint);
        }

        _kept.Clear();
        return _server;
    }
}
