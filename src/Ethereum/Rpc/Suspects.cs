using System.Security.Cryptography;
using System.Text;

namespace Gavel.Ethereum;

/// <summary>
/// Requests that brought no answer when they were asked alone, while the endpoint answered others: a contract may be made so that its calls
/// hold up a node, or break it. They are kept out of batches, and asked alone, behind all others. Blocks play no part: calls of every cycle
/// are pinned to another one.
/// </summary>
internal sealed class Suspects(RpcOptions options, TimeProvider time)
{
    private const int Most = 256;
    private const int TriesForMore = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Record> _records = [];

    /// <summary>The places of those among some requests, the one that has waited longest first.</summary>
    public int[] Among(IReadOnlyList<RpcRequest> requests)
    {
        lock (_lock)
        {
            if (_records.Count == 0)
            {
                return [];
            }

            return
            [
                .. Enumerable.Range(0, requests.Count).Select(i => (Place: i, Record: Find(Key(requests[i])))).Where(s => s.Record is not null)
                    .OrderBy(s => s.Record!.LastAt).Select(s => s.Place),
            ];
        }
    }

    /// <summary>
    /// How long such a request is given: longer each time, up to the timeout, since it may be slow and honest; little once it has kept silent
    /// for that long.
    /// </summary>
    public TimeSpan Limit(RpcRequest request)
    {
        int failures;
        lock (_lock)
        {
            failures = Find(Key(request))?.Failures ?? 0;
        }

        TimeSpan limit = 3 * options.Patience * (failures < TriesForMore ? 1 << failures : 1);
        return limit < options.Timeout ? limit : options.Timeout;
    }

    /// <summary>It brought no answer alone.</summary>
    public void Failed(RpcRequest request)
    {
        string key = Key(request);
        lock (_lock)
        {
            if (Find(key) is { } known)
            {
                _records[key] = known with { Failures = known.Failures + 1, LastAt = time.GetTimestamp() };
                return;
            }

            if (_records.Count >= Most)
            {
                _records.Remove(_records.MinBy(r => r.Value.FirstAt).Key);
            }

            _records[key] = new Record(time.GetTimestamp(), time.GetTimestamp(), 1);
        }
    }

    /// <summary>It was answered.</summary>
    public void Answered(RpcRequest request)
    {
        lock (_lock)
        {
            if (_records.Count > 0)
            {
                _records.Remove(Key(request));
            }
        }
    }

    // Of calldata, which may be long, no more than its hash is kept.
    private static string Key(RpcRequest request) => request.Parameters.Count == 0
        ? request.Method
        : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Method} {request.Parameters[0]?.ToJsonString()}")));

    private Record? Find(string key)
    {
        if (_records.TryGetValue(key, out Record? record) && time.GetElapsedTime(record.FirstAt).TotalSeconds >= options.CapabilitySeconds)
        {
            _records.Remove(key);
            return null;
        }

        return record;
    }

    private sealed record Record(long FirstAt, long LastAt, int Failures);
}
