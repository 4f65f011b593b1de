using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gavel.Devnet;

/// <summary>
/// A rollup node over HTTP that knows of L2 what L1 tells (<see cref="RollupDerivation"/>) and nothing else: there is no gossip of unsafe
/// blocks, so its unsafe head is its safe head. <see cref="Faults"/> makes it lie or fail.
/// </summary>
public sealed class DevnetRollupNode : IAsyncDisposable
{
    private static readonly byte[] s_garbage = "<html>bad gateway</html>"u8.ToArray();
    private readonly WebApplication _web;
    private readonly RollupNodeMethods _methods;

    private DevnetRollupNode(WebApplication web, RollupNodeMethods methods, RollupNodeFaults faults)
    {
        _web = web;
        _methods = methods;
        Faults = faults;
    }

    /// <summary>Where it answers.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Its switches.</summary>
    public RollupNodeFaults Faults { get; }

    /// <summary>Starts a node on a free port.</summary>
    internal static async Task<DevnetRollupNode> StartAsync(LocalDevnet devnet, CancellationToken cancellationToken)
    {
        RollupNodeFaults faults = new();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, OwnersLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        DevnetRollupNode node = new(builder.Build(), new RollupNodeMethods(devnet, faults), faults);
        node._web.Run(node.AnswerAsync);
        await node._web.StartAsync(cancellationToken).ConfigureAwait(false);
        node.Url = node._web.Urls.Single();
        return node;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Held-back answers end when the server stops; they are not waited for.
        using CancellationTokenSource now = new(TimeSpan.Zero);
        await _web.StopAsync(now.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        CancellationToken cancellationToken = context.RequestAborted;
        WireFault fault = Faults.TakeWireFault();
        try
        {
            if (Faults.Delay > TimeSpan.Zero)
            {
                await Task.Delay(Faults.Delay, cancellationToken).ConfigureAwait(false);
            }

            switch (fault)
            {
                case WireFault.Unavailable:
                    context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                    return;
                case WireFault.RateLimited:
                    context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                    return;
                case WireFault.Disconnect:
                    context.Abort();
                    return;
                case WireFault.Garbage:
                    await SendAsync(context, s_garbage).ConfigureAwait(false);
                    return;
                case WireFault.Hang:
                    await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
                    return;
                default:
                    byte[] reply = await ReplyAsync(context).ConfigureAwait(false);
                    await SendAsync(context, fault == WireFault.Truncated ? reply[..(reply.Length / 2)] : reply).ConfigureAwait(false);
                    return;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    private async Task<byte[]> ReplyAsync(HttpContext context)
    {
        JsonNode? reply;
        try
        {
            JsonNode? request = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false);
            reply = request is JsonArray batch
                ? new JsonArray(await Task.WhenAll(batch.Select(one => _methods.AnswerAsync(one, context.RequestAborted))).ConfigureAwait(false))
                : await _methods.AnswerAsync(request, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            reply = RollupNodeMethods.Error(null, -32700, $"parse error: {e.Message}");
        }

        return JsonSerializer.SerializeToUtf8Bytes(reply);
    }

    private static Task SendAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>The server ends with the devnet. The usual lifetime would take the process's signals for itself.</summary>
    private sealed class OwnersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
