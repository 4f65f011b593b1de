using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gavel.Sending.Tests.Sender;

/// <summary>
/// A real HTTP proxy that loses requests, loses answers, delays, doubles and damages them, and gives old answers again; seeded. Damage may hit
/// any byte of an answer, so that it may also be a lie that reads well.
/// </summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();
    private readonly string _behind;
    private readonly Lock _lock = new();
    private readonly Random _random;
    private readonly double _rate;
    private byte[] _previous = [];

    private FaultyProxy(string behind, int seed, double rate)
    {
        (_behind, _random, _rate) = (behind, new Random(seed), rate);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapPost("/", ForwardAsync);
    }

    private enum Fault
    {
        None,
        LoseRequest,
        LoseAnswer,
        Delay,
        Double,
        Damage,
        Cut,
        Repeat,
        LongDelay,
    }

    public string Url { get; private set; } = "";

    /// <summary>How often each fault was made.</summary>
    public Dictionary<string, int> Made { get; } = [];

    /// <param name="behind">Address of the node.</param>
    /// <param name="seed">Seed of the faults.</param>
    /// <param name="rate">How many of the exchanges have a fault, 0 … 1.</param>
    public static async Task<FaultyProxy> StartAsync(string behind, int seed, double rate)
    {
        var proxy = new FaultyProxy(behind, seed, rate);
        await proxy._app.StartAsync();
        proxy.Url = proxy._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Fault fault = Next();
        if (fault == Fault.LoseRequest)
        {
            context.Abort();
            return;
        }

        byte[] answer = await SendAsync(body.ToArray());
        if (fault == Fault.Double)
        {
            answer = await SendAsync(body.ToArray());
        }

        byte[] previous = Interlocked.Exchange(ref _previous, answer);
        switch (fault)
        {
            case Fault.LoseAnswer:
                context.Abort();
                return;
            case Fault.Delay:
                await Task.Delay(150);
                break;
            case Fault.LongDelay:
                await Task.Delay(1300); // more than the client waits
                break;
            case Fault.Damage:
                answer = Damaged(answer);
                break;
            case Fault.Cut:
                answer = answer[..(answer.Length / 2)];
                break;
            case Fault.Repeat:
                answer = previous;
                break;
        }

        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(answer);
    }

    private async Task<byte[]> SendAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using HttpResponseMessage answer = await _http.PostAsync(_behind, content);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private Fault Next()
    {
        lock (_lock)
        {
            Fault fault = _random.NextDouble() >= _rate ? Fault.None
                : _random.NextDouble() < 0.03 ? Fault.LongDelay
                : (Fault)_random.Next(1, (int)Fault.LongDelay);
            Made[$"{fault}"] = Made.GetValueOrDefault($"{fault}") + 1;
            return fault;
        }
    }

    /// <summary>One hex digit or, where the answer has none, one byte is another.</summary>
    private byte[] Damaged(byte[] answer)
    {
        byte[] damaged = [.. answer];
        lock (_lock)
        {
            int at = _random.Next(damaged.Length);
            damaged[at] = char.IsAsciiHexDigit((char)damaged[at]) ? (byte)"0123456789abcdef"[_random.Next(16)] : (byte)(damaged[at] ^ (1 << _random.Next(7)));
        }

        return damaged;
    }
}
