using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Gavel.Agent.Configuring;
using Gavel.Agent.Hosting;
using Gavel.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace Gavel.Agent.Tests;

/// <summary>A collector of traces that takes none is told once, and once more when it takes them again. Before, traces were lost without a word.</summary>
public sealed class CollectorTests : IDisposable
{
    private readonly ConcurrentQueue<string> _said = [];
    private readonly ActivitySource _spans = new(TraceSources.Ethereum);
    private ServiceProvider? _services;

    public void Dispose()
    {
        _services?.Dispose();
        _spans.Dispose();
    }

    [Fact]
    public void Collector_ThatIsNotThere_IsToldOnce_WithoutCredentials()
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        Connect($"http://user:hunter22@127.0.0.1:{port}/v1/traces?token=s3cr3ttoken");
        Export();
        Export();
        End();
        string line = Assert.Single(_said);
        Assert.Contains($"http://***@127.0.0.1:{port}", line, StringComparison.Ordinal);
        Assert.Contains("traces are lost", line, StringComparison.Ordinal);
        Assert.Contains("it is not reached (ConnectionError)", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter22", line, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3ttoken", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Collector_ThatKeepsSilent_IsToldOnce()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        Connect($"http://{silent.LocalEndpoint}", seconds: 0.5);
        Export();
        Export();
        End();
        Assert.Contains("it does not answer in time", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collector_ThatRefuses_IsToldOnce_AndOnceMoreWhenItTakesThem()
    {
        int status = 200;
        int asked = 0;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication collector = builder.Build();
        collector.Run(context =>
        {
            context.Response.StatusCode = status;
            Interlocked.Increment(ref asked);
            return Task.CompletedTask;
        });
        await collector.StartAsync();
        Connect(collector.Urls.Single());
        foreach (int answer in (int[])[200, 401, 404, 200, 200, 401]) // that all is well at first is no news
        {
            status = answer;
            int before = Volatile.Read(ref asked);
            Export();
            await Eventually.TrueAsync(() => Volatile.Read(ref asked) > before);
        }

        End();
        Assert.Collection(
            _said,
            line => Assert.Contains("it answers with HTTP status 401", line, StringComparison.Ordinal),
            line => Assert.Contains("again", line, StringComparison.Ordinal),
            line => Assert.Contains("it answers with HTTP status 401", line, StringComparison.Ordinal));
    }

    private void Connect(string endpoint, double seconds = 60)
    {
        ServiceCollection services = [];
        services.AddLogging(logging => logging.AddProvider(new Ear(_said)));
        TelemetrySetup.AddTraces(services, new OtlpOptions { Endpoint = endpoint });
        services.Configure<OtlpExporterOptions>(exporter => exporter.TimeoutMilliseconds = (int)(seconds * 1000));
        _services = services.BuildServiceProvider();
        _ = _services.GetRequiredService<TracerProvider>();
    }

    // A flush ends when the spans are taken from the queue, which may be before the collector has answered; the end of the provider waits for that.
    private void End() => _services!.GetRequiredService<TracerProvider>().Dispose();

    private void Export()
    {
        using (Activity? span = _spans.StartActivity("test"))
        {
            Assert.NotNull(span);
        }

        _services!.GetRequiredService<TracerProvider>().ForceFlush();
    }

    private sealed class Ear(ConcurrentQueue<string> said) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => categoryName == "Gavel.Agent" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            said.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
