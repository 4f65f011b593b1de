using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gavel.TestKit;

/// <summary>One request that passes a <see cref="FaultProxy"/>.</summary>
/// <param name="Request">The JSON-RPC request; a rule may change it before it is forwarded.</param>
public sealed record ProxiedCall(JsonObject Request)
{
    /// <summary>Its method.</summary>
    public string Method => Request["method"]?.GetValue<string>() ?? "";

    /// <summary>One of its parameters, or null.</summary>
    public JsonNode? Parameter(int index) => Request["params"] is JsonArray list && list.Count > index ? list[index] : null;

    /// <summary>The contract of an <c>eth_call</c>, in lower case; empty for other methods and for calls without one.</summary>
    public string To => Method == "eth_call" ? Parameter(0)?["to"]?.GetValue<string>().ToLowerInvariant() ?? "" : "";

    /// <summary>The selector of an <c>eth_call</c> with its <c>0x</c>, in lower case; empty for other methods.</summary>
    public string Selector => Method == "eth_call" && (Parameter(0)?["data"] ?? Parameter(0)?["input"])?.GetValue<string>() is { Length: >= 10 } data
        ? data[..10].ToLowerInvariant()
        : "";

    /// <summary>A good answer to it.</summary>
    public JsonObject Result(JsonNode? result) => new() { ["jsonrpc"] = "2.0", ["id"] = Request["id"]?.DeepClone(), ["result"] = result };

    /// <summary>An error as its answer.</summary>
    public JsonObject Error(int code, string message, JsonNode? data = null)
    {
        JsonObject error = new() { ["code"] = code, ["message"] = message };
        if (data is not null)
        {
            error["data"] = data;
        }

        return new() { ["jsonrpc"] = "2.0", ["id"] = Request["id"]?.DeepClone(), ["error"] = error };
    }
}

/// <summary>
/// A real HTTP proxy before a JSON-RPC node that does what bad nodes and providers do: it is silent or slow, answers with a page, replaces
/// or drops single answers, stands still, hides logs, or is of another chain. Modes may be set and taken back at any time, from any thread.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();
    private readonly string _behind;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, int> _requests = new();
    private readonly Lock _lock = new();
    private List<Rule> _rules = [];
    private TaskCompletionSource? _silence;
    private List<Func<ProxiedCall, bool>> _hangs = [];
    private TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _delay;
    private (int Status, string Body, string Type)? _says;
    private ulong? _frozenAt;
    private int _posts;

    private FaultProxy(string behind)
    {
        _behind = behind;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapPost("/{**any}", ForwardAsync);
    }

    private delegate JsonObject? Rule(ProxiedCall call, JsonObject? answer);

    /// <summary>Its address.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>How many HTTP requests have come.</summary>
    public int Posts => Volatile.Read(ref _posts);

    /// <summary>How many JSON-RPC requests have come, those of batches counted one by one.</summary>
    public int Requests => _requests.Values.Sum();

    /// <summary>How many requests of a method have come.</summary>
    public int Count(string method) => _requests.GetValueOrDefault(method);

    /// <summary>Starts a proxy.</summary>
    /// <param name="behind">HTTP address of the node.</param>
    public static async Task<FaultProxy> StartAsync(string behind)
    {
        FaultProxy proxy = new(behind);
        await proxy._app.StartAsync().ConfigureAwait(false);
        return proxy;
    }

    /// <summary>Takes all modes and rules back; requests that were held are answered.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _rules = [];
            _delay = default;
            _says = null;
            _frozenAt = null;
            _silence?.TrySetResult();
            _silence = null;
            _hangs = [];
            _held.SetResult();
            _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Takes connections and requests and says nothing, until <see cref="Clear"/>.</summary>
    public void BeSilent()
    {
        lock (_lock)
        {
            _silence ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Answers each HTTP request only after a while.</summary>
    public void BeSlow(TimeSpan delay) => _delay = delay;

    /// <summary>Answers each HTTP request with this, whatever it was.</summary>
    public void Say(int status, string body, string contentType = "application/json")
    {
        lock (_lock)
        {
            _says = (status, body, contentType);
        }
    }

    /// <summary>Answers certain requests itself; they do not reach the node.</summary>
    /// <param name="when">Which.</param>
    /// <param name="answer">With what; null drops the answer (a batch then has one item less, a single request an empty body).</param>
    public void Instead(Func<ProxiedCall, bool> when, Func<ProxiedCall, JsonObject?> answer) =>
        Add((call, real) => real is null && when(call) ? answer(call) ?? Dropped : real);

    /// <summary>Answers a method itself with a result.</summary>
    public void Result(string method, Func<ProxiedCall, JsonNode?> result) => Instead(call => call.Method == method, call => call.Result(result(call)));

    /// <summary>Answers a method itself with an error.</summary>
    public void Fail(string method, int code, string message) => Instead(call => call.Method == method, call => call.Error(code, message));

    /// <summary>Changes the node's own answers to certain requests.</summary>
    public void Alter(Func<ProxiedCall, bool> when, Func<ProxiedCall, JsonObject, JsonObject> change) =>
        Add((call, real) => real is not null && real != Dropped && when(call) ? change(call, real) : real);

    /// <summary>Leaves the answers to certain requests out of batches.</summary>
    public void Drop(Func<ProxiedCall, bool> when) => Instead(when, _ => null);

    /// <summary>Takes certain requests and says nothing, until <see cref="Clear"/>; a batch with one of them is held whole.</summary>
    public void Hang(Func<ProxiedCall, bool> when)
    {
        lock (_lock)
        {
            _hangs = [.. _hangs, when];
        }
    }

    /// <summary>Answers all calls of a contract with <c>0x</c>, as a node does that does not have its state.</summary>
    public void ForgetCode(string address) =>
        Instead(call => call.To.Equals(address, StringComparison.OrdinalIgnoreCase), call => call.Result("0x"));

    /// <summary>Knows of no logs.</summary>
    public void HideLogs() => Result("eth_getLogs", _ => new JsonArray());

    /// <summary>Says to be of another chain.</summary>
    public void BeOfChain(ulong chainId)
    {
        Result("eth_chainId", _ => Quantity(chainId));
        Result("net_version", _ => chainId.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Stands still at the node's present head, or some blocks below it: later blocks do not exist, by tag, number or hash.</summary>
    public async Task FreezeHeadAsync(ulong below = 0)
    {
        JsonNode head = (await AskAsync("eth_blockNumber").ConfigureAwait(false))!;
        lock (_lock)
        {
            _frozenAt = Number(head)!.Value - below;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Clear();
        await _end.CancelAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _http.Dispose();
        _end.Dispose();
    }

    private static readonly JsonObject Dropped = [];

    private void Add(Rule rule)
    {
        lock (_lock)
        {
            _rules = [.. _rules, rule];
        }
    }

    private async Task ForwardAsync(HttpContext context)
    {
        Interlocked.Increment(ref _posts);
        JsonNode body = (await JsonNode.ParseAsync(context.Request.Body).ConfigureAwait(false))!;
        ProxiedCall[] calls = body is JsonArray list
            ? [.. list.Select(item => new ProxiedCall((JsonObject)item!.DeepClone()))]
            : [new ProxiedCall((JsonObject)body.DeepClone())];
        foreach (ProxiedCall call in calls)
        {
            _requests.AddOrUpdate(call.Method, 1, static (_, count) => count + 1);
        }

        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _end.Token);
        try
        {
            (Task? silence, TimeSpan delay, (int Status, string Body, string Type)? says) = Modes(calls);
            await (silence?.WaitAsync(gone.Token) ?? Task.CompletedTask).ConfigureAwait(false);
            await Task.Delay(delay, gone.Token).ConfigureAwait(false);
            if (says is { } page)
            {
                context.Response.StatusCode = page.Status;
                context.Response.ContentType = page.Type;
                await context.Response.WriteAsync(page.Body, gone.Token).ConfigureAwait(false);
                return;
            }

            JsonObject[] answers = [.. (await AnswerAsync(calls, gone.Token).ConfigureAwait(false)).Where(answer => answer != Dropped)];
            context.Response.ContentType = "application/json";
            string text = body is JsonArray ? new JsonArray([.. answers]).ToJsonString() : answers.SingleOrDefault()?.ToJsonString() ?? "";
            await context.Response.WriteAsync(text, gone.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    private (Task? Silence, TimeSpan Delay, (int Status, string Body, string Type)? Says) Modes(ProxiedCall[] calls)
    {
        lock (_lock)
        {
            return (_silence?.Task ?? (_hangs.Exists(calls.Any) ? _held.Task : null), _delay, _says);
        }
    }

    private async Task<JsonObject[]> AnswerAsync(ProxiedCall[] calls, CancellationToken cancellationToken)
    {
        List<Rule> rules;
        ulong? frozen;
        lock (_lock)
        {
            (rules, frozen) = (_rules, _frozenAt);
        }

        JsonObject?[] answers = new JsonObject?[calls.Length];
        for (int i = 0; i < calls.Length; i++)
        {
            answers[i] = rules.Aggregate((JsonObject?)null, (answer, rule) => rule(calls[i], answer))
                ?? (frozen is ulong at ? await StandStillAsync(calls[i], at).ConfigureAwait(false) : null);
        }

        int[] open = [.. Enumerable.Range(0, calls.Length).Where(i => answers[i] is null)];
        if (open.Length > 0)
        {
            JsonArray asked = new([.. open.Select(i => WithId(calls[i].Request, i))]);
            JsonArray real = (JsonArray)(await PostAsync(asked, cancellationToken).ConfigureAwait(false))!;
            foreach (JsonObject answer in real.Select(item => (JsonObject)item!.DeepClone()))
            {
                int i = answer["id"]!.GetValue<int>();
                answer["id"] = calls[i].Request["id"]?.DeepClone();
                answers[i] = rules.Aggregate((JsonObject?)answer, (current, rule) => rule(calls[i], current));
            }
        }

        return [.. answers.Select(answer => answer ?? Dropped)];
    }

    // What a node at an older head says: tags mean that head, and later blocks are unknown.
    private async Task<JsonObject?> StandStillAsync(ProxiedCall call, ulong head)
    {
        if (call.Method == "eth_blockNumber")
        {
            return call.Result(Quantity(head));
        }

        foreach (JsonNode? parameter in call.Request["params"] is JsonArray list ? list.ToArray() : [])
        {
            if (parameter is JsonValue value && value.TryGetValue(out string? tag) && tag is "latest" or "pending" or "safe" or "finalized")
            {
                parameter!.ReplaceWith(Quantity(head));
            }
        }

        if (call.Method == "eth_getBlockByNumber")
        {
            return Number(call.Parameter(0)) > head ? call.Result(null) : null;
        }

        string? hash = call.Method is "eth_getBlockByHash" ? call.Parameter(0)?.GetValue<string>()
            : call.Method is "eth_getLogs" ? call.Parameter(0)?["blockHash"]?.GetValue<string>()
            : call.Parameter(1) is JsonObject at ? at["blockHash"]?.GetValue<string>() : null;
        if (hash is null || (await AskAsync("eth_getBlockByHash", hash, false).ConfigureAwait(false)) is not { } block || Number(block["number"]) <= head)
        {
            return null;
        }

        return call.Method == "eth_getBlockByHash" ? call.Result(null) : call.Error(-32000, "header for hash not found");
    }

    private async Task<JsonNode?> AskAsync(string method, params JsonNode[] parameters) =>
        (await PostAsync(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray([.. parameters]) }, _end.Token)
            .ConfigureAwait(false))!["result"];

    private async Task<JsonNode?> PostAsync(JsonNode body, CancellationToken cancellationToken)
    {
        using StringContent content = new(body.ToJsonString(), null, "application/json");
        using HttpResponseMessage answer = await _http.PostAsync(new Uri(_behind), content, cancellationToken).ConfigureAwait(false);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
    }

    private static JsonObject WithId(JsonObject request, int id)
    {
        JsonObject copy = (JsonObject)request.DeepClone();
        copy["id"] = id;
        return copy;
    }

    private static string Quantity(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");

    private static ulong? Number(JsonNode? quantity) =>
        quantity?.GetValueKind() == JsonValueKind.String
        && ulong.TryParse(quantity.GetValue<string>().AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong value) ? value : null;
}
