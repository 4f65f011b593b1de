using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>The answers in one message, each put to the request that it is about.</summary>
internal sealed class RpcAnswers(IReadOnlyList<RpcRequest> requests, long firstId, EndpointUrl from, Action<string>? stray)
{
    private readonly RpcReply?[] _replies = new RpcReply?[requests.Count];
    private RpcException? _unaddressed;
    private string? _oddity;

    /// <summary>One reply for each request.</summary>
    public RpcReply[] Read(JsonElement answer)
    {
        if (answer.ValueKind == JsonValueKind.Array)
        {
            int items = answer.GetArrayLength();
            if (items > 2 * requests.Count + 16)
            {
                throw new RpcException(RpcErrorKind.Malformed, $"{from}: {items} answers to {requests.Count} requests");
            }

            foreach (JsonElement item in answer.EnumerateArray())
            {
                Take(item);
            }
        }
        else
        {
            Take(answer);
        }

        if (Array.TrueForAll(_replies, r => r is null))
        {
            if (_unaddressed is not null && requests.Count == 1)
            {
                return [new RpcReply(_unaddressed)]; // whose else
            }

            throw _unaddressed ?? Malformed(_oddity ?? $"no answer to {requests[0].Method}{(requests.Count > 1 ? $" and {requests.Count - 1} more" : "")}");
        }

        return [.. _replies.Select((reply, i) => reply
            ?? new RpcReply(_unaddressed ?? Malformed($"no answer to {requests[i].Method} (request {i + 1} of {requests.Count})")))];
    }

    private void Take(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            Stray($"an answer is no object but {item.ValueKind}");
            return;
        }

        bool failed = item.TryGetProperty("error"u8, out JsonElement error) && error.ValueKind != JsonValueKind.Null;
        if (!RpcWire.TryReadId(item, out long id))
        {
            // A server that could not or would not read the batch answers once, with the id null.
            if (failed)
            {
                _unaddressed ??= RpcErrors.FromNode(error, requests.Count == 1 ? requests[0].Method : $"a batch of {requests.Count}", from);
            }
            else
            {
                Stray("an answer without an id");
            }

            return;
        }

        long index = id - firstId;
        if (index < 0 || index >= _replies.Length)
        {
            Stray($"an answer to a request that was not made (id {id})");
            return;
        }

        string method = requests[(int)index].Method;
        _replies[index] = _replies[index] is not null ? new RpcReply(Malformed($"two answers to {method} (id {id})"))
            : failed ? new RpcReply(RpcErrors.FromNode(error, method, from))
            : item.TryGetProperty("result"u8, out JsonElement result) ? new RpcReply(result.Clone())
            : new RpcReply(Malformed($"the answer to {method} has neither result nor error"));
    }

    private void Stray(string what)
    {
        _oddity ??= what;
        stray?.Invoke($"{from}: {what}");
    }

    private RpcException Malformed(string what) => new(RpcErrorKind.Malformed, $"{from}: {what}");
}
