using System.Collections.Concurrent;

namespace Gavel.Devnet;

/// <summary>How a node misbehaves on the wire.</summary>
public enum WireFault
{
    /// <summary>It answers.</summary>
    None,

    /// <summary>HTTP 503.</summary>
    Unavailable,

    /// <summary>HTTP 429.</summary>
    RateLimited,

    /// <summary>The connection breaks without an answer.</summary>
    Disconnect,

    /// <summary>HTTP 200 with a body that is no JSON.</summary>
    Garbage,

    /// <summary>HTTP 200 with half of the answer.</summary>
    Truncated,

    /// <summary>No answer until the caller gives up.</summary>
    Hang,
}

/// <summary>
/// Every lie and failure that the rollup node can be told to produce, all off at first. Properties may be set at any time, from any
/// thread, and concern the answers from then on.
/// </summary>
public sealed class RollupNodeFaults
{
    /// <summary>Lags: the node has read L1 only up to this block, says so in its status, and knows nothing later.</summary>
    public ulong? LagAtL1Block { get; set; }

    /// <summary>Stale: the safe head at any L1 block is at most this L2 block, while the status stays that of a node in step.</summary>
    public ulong? StaleSafeHead { get; set; }

    /// <summary>The node keeps no record of safe heads: <c>optimism_safeHeadAtL1Block</c> is an error.</summary>
    public bool NoSafeHeadRecord { get; set; }

    /// <summary>Wrong fork of L2: from this block on the node serves a chain of its own, with other states, hashes and output roots.</summary>
    public ulong? L2ForkFrom { get; set; }

    /// <summary>Wrong fork of L1: from this block on the node names L1 blocks by hashes that L1 does not have.</summary>
    public ulong? L1ForkFrom { get; set; }

    /// <summary>Wrong output roots by L2 block; the other fields stay true, so recomputation shows the lie.</summary>
    public ConcurrentDictionary<ulong, Hash32> WrongOutputs { get; } = new();

    /// <summary>Wrong output roots from this L2 block on, each with all of its fields (state root too) made up to fit.</summary>
    public ulong? WrongStateFrom { get; set; }

    /// <summary>JSON-RPC errors by method (<c>*</c> for every method): code and message.</summary>
    public ConcurrentDictionary<string, (int Code, string Message)> Errors { get; } = new();

    /// <summary>Trouble on the wire, for every request.</summary>
    public WireFault Wire { get; set; }

    /// <summary>Slowness: how long each answer is held back.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The next so many requests fail as <see cref="FlakyWire"/> says, then all is well.</summary>
    public int FlakyRequests
    {
        get => Volatile.Read(ref _flaky);
        set => Volatile.Write(ref _flaky, value);
    }

    /// <summary>The fault of <see cref="FlakyRequests"/>. Default <see cref="WireFault.Unavailable"/>.</summary>
    public WireFault FlakyWire { get; set; } = WireFault.Unavailable;

    private int _flaky;

    /// <summary>Makes the node honest and well again.</summary>
    public void Clear()
    {
        LagAtL1Block = StaleSafeHead = L2ForkFrom = L1ForkFrom = WrongStateFrom = null;
        NoSafeHeadRecord = false;
        WrongOutputs.Clear();
        Errors.Clear();
        Wire = WireFault.None;
        Delay = TimeSpan.Zero;
        FlakyRequests = 0;
        FlakyWire = WireFault.Unavailable;
    }

    /// <summary>The wire fault of the request at hand.</summary>
    internal WireFault TakeWireFault()
    {
        while (true)
        {
            int left = Volatile.Read(ref _flaky);
            if (left <= 0)
            {
                return Wire;
            }

            if (Interlocked.CompareExchange(ref _flaky, left - 1, left) == left)
            {
                return FlakyWire;
            }
        }
    }
}
