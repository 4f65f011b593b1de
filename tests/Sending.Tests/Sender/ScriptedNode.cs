using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gavel.Sending.Tests.Sender;

/// <summary>A node of our own in front of a real one: a test answers some requests itself, lets it fall silent, and sees what is asked.</summary>
internal sealed class ScriptedNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();
    private readonly string _behind;
    private readonly CancellationTokenSource _end = new();

    private ScriptedNode(string behind)
    {
        _behind = behind;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapPost("/", AnswerAsync);
    }

    public string Url { get; private set; } = "";

    /// <summary>Gives <c>{"result":…}</c> or <c>{"error":…}</c> for a request (method and parameters), or null to pass it on.</summary>
    public Func<string, JsonArray, JsonObject?> Script { get; set; } = (_, _) => null;

    /// <summary>Gives a whole answer (status and body) to whatever is asked, or null.</summary>
    public Func<string, (int Status, string Body)?> Instead { get; set; } = _ => null;

    /// <summary>While true it takes requests and says nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>While true it does what it is asked, and says nothing of it.</summary>
    public bool IsMute { get; set; }

    /// <summary>The methods that were asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public static JsonObject Error(int code, string message) => new() { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } };

    public static JsonObject Result(JsonNode? result) => new() { ["result"] = result };

    public static async Task<ScriptedNode> StartAsync(string behind)
    {
        var node = new ScriptedNode(behind);
        await node._app.StartAsync();
        node.Url = node._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return node;
    }

    public int Count(string method) => Asked.Count(asked => asked == method);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _app.DisposeAsync();
        _http.Dispose();
        _end.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        string body = await reader.ReadToEndAsync();
        JsonNode asked = JsonNode.Parse(body)!;
        JsonObject[] requests = [.. (asked is JsonArray list ? list.Select(one => one!.AsObject()) : [asked.AsObject()])];
        Array.ForEach(requests, request => Asked.Enqueue((string)request["method"]!));
        if (IsSilent)
        {
            await SilenceAsync(context);
            return;
        }

        if (Instead(body) is (int status, string words))
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(words);
            return;
        }

        List<JsonNode> answers = [];
        foreach (JsonObject request in requests)
        {
            JsonObject? own = Script((string)request["method"]!, request["params"]?.AsArray() ?? []);
            if (own is not null)
            {
                own = own.DeepClone().AsObject();
                own["jsonrpc"] = "2.0";
                own["id"] = request["id"]!.DeepClone();
            }

            answers.Add(own ?? await PassAsync(request));
        }

        if (IsMute)
        {
            await SilenceAsync(context);
            return;
        }

        string answer = asked is JsonArray ? new JsonArray([.. answers]).ToJsonString() : answers[0].ToJsonString();
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer);
    }

    private async Task SilenceAsync(HttpContext context)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, context.RequestAborted);
        await Task.Delay(Timeout.Infinite, end.Token).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private async Task<JsonNode> PassAsync(JsonObject request)
    {
        using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _http.PostAsync(_behind, content);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }
}
