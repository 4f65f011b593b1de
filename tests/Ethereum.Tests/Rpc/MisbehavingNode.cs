using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>
/// A real HTTP server that answers JSON-RPC requests with their own first parameter, unless the test makes it do something else.
/// </summary>
internal sealed class MisbehavingNode : IAsyncDisposable
{
    private readonly WebApplication _app;

    private MisbehavingNode(WebApplication app) => _app = app;

    /// <summary>What is done instead, given the requests of one POST; null for the good answer.</summary>
    public Func<HttpContext, IReadOnlyList<JsonObject>, Task<bool>>? Instead { get; set; }

    /// <summary>What is done with a WebSocket; null refuses it.</summary>
    public Func<HttpContext, WebSocket, Task>? Socket { get; set; }

    /// <summary>Number of requests in each POST that came.</summary>
    public ConcurrentQueue<int> Posts { get; } = [];

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
        RetryDelay = TimeSpan.FromMilliseconds(1),
        Timeout = TimeSpan.FromSeconds(5),
    });

    public static JsonObject Good(JsonObject request) => new()
    {
        ["jsonrpc"] = "2.0",
        ["id"] = request["id"]!.DeepClone(),
        ["result"] = request["params"]![0]?.DeepClone(),
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
        Posts.Enqueue(requests.Length);
        if (Instead is { } instead && await instead(context, requests))
        {
            return;
        }

        JsonNode answer = body is JsonArray ? new JsonArray([.. requests.Select(Good)]) : Good(requests[0]);
        await context.Response.WriteAsync(answer.ToJsonString());
    }
}
