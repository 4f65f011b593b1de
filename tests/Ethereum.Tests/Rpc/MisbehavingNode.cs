using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>
/// A real HTTP and WebSocket server that answers JSON-RPC requests with their own first parameter, knows its chain's id and head, and does
/// something else where the test wants it.
/// </summary>
internal sealed class MisbehavingNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _probes;

    private MisbehavingNode(WebApplication app) => _app = app;

    /// <summary>What is done instead, given the requests of one POST; null for the good answer.</summary>
    public Func<HttpContext, IReadOnlyList<JsonObject>, Task<bool>>? Instead { get; set; }

    /// <summary>What is done with a WebSocket; null refuses it.</summary>
    public Func<HttpContext, WebSocket, Task>? Socket { get; set; }

    /// <summary>Whether questions for the chain's id and height are part of <see cref="Instead"/>; if not they are answered well.</summary>
    public bool ProbesToo { get; set; } = true;

    /// <summary>Number of requests in each POST that came, without questions for the chain's id and height.</summary>
    public ConcurrentQueue<int> Posts { get; } = [];

    /// <summary>Number of questions for the chain's id and height.</summary>
    public int Probes => Volatile.Read(ref _probes);

    /// <summary>Its answer to <c>eth_chainId</c>.</summary>
    public ulong ChainId { get; set; } = 900;

    /// <summary>Its newest block.</summary>
    public ulong Head { get; set; } = 7;

    /// <summary>Time of its newest block, seconds since 1970.</summary>
    public ulong HeadTime { get; set; } = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>Half of each block's hash, for other forks.</summary>
    public string Fork { get; set; } = "aa";

    public string Url => _app.Urls.Single();

    public static async Task<MisbehavingNode> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        MisbehavingNode node = new(app);
        app.UseWebSockets();
        app.Run(node.AnswerAsync);
        await app.StartAsync();
        return node;
    }

    /// <summary>A typed client of this server.</summary>
    public RpcEndpoint Connect(RpcOptions? options = null) => new(EndpointUrl.Parse(Url), options ?? new RpcOptions
    {
        RetryDelaySeconds = 0.001,
        TimeoutSeconds = 5,
    });

    public static JsonObject Good(JsonObject request) => Result(request, request["params"] is JsonArray { Count: > 0 } list ? list[0]?.DeepClone() : null);

    public static JsonObject Result(JsonObject request, JsonNode? result) => new()
    {
        ["jsonrpc"] = "2.0",
        ["id"] = request["id"]!.DeepClone(),
        ["result"] = result,
    };

    /// <summary>The answer to one request or to a batch, item by item.</summary>
    public static JsonNode Each(IReadOnlyList<JsonObject> requests, Func<JsonObject, JsonObject> answer) =>
        requests.Count == 1 ? answer(requests[0]) : new JsonArray([.. requests.Select(answer)]);

    /// <summary>The good answer of this node.</summary>
    public JsonObject Answer(JsonObject request) => (string)request["method"]! switch
    {
        "eth_chainId" => Result(request, Hex.Quantity(ChainId)),
        "eth_blockNumber" => Result(request, Hex.Quantity(Head)),
        "eth_getBlockByNumber" => Result(request, Block()),
        _ => Good(request),
    };

    /// <summary>The newest block, as far as heads need it.</summary>
    public JsonObject Block() => new()
    {
        ["number"] = Hex.Quantity(Head),
        ["hash"] = $"0x{Head:x62}{Fork}",
        ["parentHash"] = $"0x{Head - 1:x62}{Fork}",
        ["timestamp"] = Hex.Quantity(HeadTime),
    };

    public static JsonObject Error(JsonNode? id, int code, string message, JsonNode? data = null) => new()
    {
        ["jsonrpc"] = "2.0",
        ["id"] = id?.DeepClone(),
        ["error"] = data is null
            ? new JsonObject { ["code"] = code, ["message"] = message }
            : new JsonObject { ["code"] = code, ["message"] = message, ["data"] = data },
    };

    /// <summary>Always answers with this text.</summary>
    public void Say(string body, int status = 200) => Instead = async (context, _) =>
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body);
        return true;
    };

    public static async Task<bool> SayAsync(HttpContext context, JsonNode body)
    {
        await context.Response.WriteAsync(body.ToJsonString());
        return true;
    }

    /// <summary>Answers requests that come over a WebSocket.</summary>
    /// <param name="socket">The accepted socket.</param>
    /// <param name="answers">After so many messages it is closed.</param>
    /// <param name="close">How; null without a word.</param>
    /// <param name="change">Makes of an answer the messages that are sent.</param>
    /// <param name="subscribed">Called after each subscription.</param>
    public async Task ServeAsync(
        WebSocket socket, int answers = int.MaxValue, WebSocketCloseStatus? close = null, Func<JsonNode, string[]>? change = null, Action? subscribed = null)
    {
        byte[] buffer = new byte[1 << 20];
        try
        {
            for (int i = 0; i < answers; i++)
            {
                int length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                JsonNode body = JsonNode.Parse(buffer.AsSpan(0, length))!;
                JsonObject[] requests = body is JsonArray list ? [.. list.Select(r => (JsonObject)r!)] : [(JsonObject)body];
                bool subscribe = (string)requests[0]["method"]! == "eth_subscribe";
                JsonNode answer = body is JsonArray ? new JsonArray([.. requests.Select(Answer)])
                    : subscribe ? Result(requests[0], "0x5") : Answer(requests[0]);
                foreach (string text in change?.Invoke(answer) ?? [answer.ToJsonString()])
                {
                    await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);
                }

                if (subscribe)
                {
                    subscribed?.Invoke();
                }
            }

            if (close is { } status)
            {
                await socket.CloseOutputAsync(status, "going", CancellationToken.None);
            }
        }
        catch (WebSocketException)
        {
            // the client is gone
        }
    }

    /// <summary>Announces the newest block to a subscriber.</summary>
    public async Task AnnounceAsync(WebSocket socket)
    {
        JsonObject notice = new()
        {
            ["jsonrpc"] = "2.0",
            ["method"] = "eth_subscription",
            ["params"] = new JsonObject { ["subscription"] = "0x5", ["result"] = Block() },
        };
        await socket.SendAsync(Encoding.UTF8.GetBytes(notice.ToJsonString()), WebSocketMessageType.Text, true, CancellationToken.None);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            if (Socket is null)
            {
                context.Response.StatusCode = 403;
                return;
            }

            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            await Socket(context, socket);
            return;
        }

        JsonNode body = (await JsonNode.ParseAsync(context.Request.Body))!;
        JsonObject[] requests = body is JsonArray list ? [.. list.Select(r => (JsonObject)r!)] : [(JsonObject)body];
        bool probe = requests.Length == 1 && (string)requests[0]["method"]! is "eth_chainId" or "eth_blockNumber";
        if (probe)
        {
            Interlocked.Increment(ref _probes);
        }
        else
        {
            Posts.Enqueue(requests.Length);
        }

        if ((ProbesToo || !probe) && Instead is { } instead && await instead(context, requests))
        {
            return;
        }

        JsonNode answer = body is JsonArray ? new JsonArray([.. requests.Select(Answer)]) : Answer(requests[0]);
        await context.Response.WriteAsync(answer.ToJsonString());
    }
}
