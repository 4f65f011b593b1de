using System.Net.Sockets;
using Gavel.Agent.Configuring;
using Gavel.Agent.Deciding;
using Gavel.Chains;
using Gavel.Challenger;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Prometheus;

namespace Gavel.Agent.Hosting;

/// <summary>Puts the process together: the challenger as a hosted service, its health and metrics over HTTP, log and traces.</summary>
internal static partial class AgentHost
{
    /// <summary>A host that is ready to run. Nothing of the surroundings configures it: no file of the working directory, no variable of the framework's.</summary>
    public static WebApplication Build(AgentOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "agent", ContentRootPath = AppContext.BaseDirectory });
        LogSetup.Apply(builder.Logging, options.Logging);
        builder.Services.AddSingleton(options.Challenger);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<HttpClient>();
        builder.Services.AddSingleton<ChallengerService>();
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ChallengerService>());
        builder.Services.AddRoutingCore();
        TelemetrySetup.AddTraces(builder.Services, options.Telemetry.Otlp);
        if (options.Host.Listen.Length > 0)
        {
            builder.WebHost.UseKestrelCore().UseUrls(options.Host.Listen);
        }
        else
        {
            builder.Services.AddSingleton<IServer, NoPage>();
        }

        WebApplication host = builder.Build();
        TelemetrySetup.DeclareMetrics();
        ChallengerService challenger = host.Services.GetRequiredService<ChallengerService>();
        DangerBoard board = challenger.Dangers;
        DangerMetrics dangers = new(board);
        host.MapGet("/healthz", () => Results.Text("alive"));
        host.MapGet("/readyz", (Readiness readiness) => readiness.Lines() is { Count: > 0 } lines
            ? Results.Text(string.Join('\n', lines), statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ready"));
        host.MapGet("/dangers", (TimeProvider clock) => Results.Text(DangerView.Json(board.Dangers, clock.GetUtcNow()), "application/json"));
        host.MapGet("/dangers.txt", (TimeProvider clock) => Results.Text(DangerView.Text(board.Dangers, clock.GetUtcNow())));
        host.MapGet("/events", (TimeProvider clock) => Results.Text(EventView.Json(challenger.Upgrades, clock.GetUtcNow()), "application/json"));
        host.MapGet("/events.txt", () => Results.Text(EventView.Text(challenger.Upgrades)));
        if (options.Host is { Listen.Length: > 0, OperatorTokenFile: { Length: > 0 } file })
        {
            OperatorGate gate = new(OperatorToken.Read(file), TimeProvider.System, host.Services.GetRequiredService<ILogger<OperatorGate>>());
            new DecisionPage(challenger.Decisions, gate).Map(host);
        }

        host.Use((context, next) =>
        {
            if (context.Request.Path == "/metrics")
            {
                dangers.Refresh();
            }

            return next(context);
        });
        host.MapMetrics();
        return host;
    }

    /// <summary>Runs until it is stopped.</summary>
    /// <exception cref="ConfigurationException">The address cannot be listened at.</exception>
    public static async Task RunAsync(WebApplication host, AgentOptions options, CancellationToken cancellationToken)
    {
        ILogger logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Gavel.Agent");
        LogStart(logger, TelemetrySetup.Version, string.Join(", ", options.Challenger.Chains.Select(chain => chain.DryRun ? $"{chain.Name} (dry run)" : chain.Name)), Path.GetFullPath(options.Challenger.DataDirectory));
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException { InnerException: AddressInUseException } or SocketException or AddressInUseException)
        {
            throw new ConfigurationException(ListenCheck.Words(options.Host.Listen, (error.InnerException?.InnerException ?? error.InnerException ?? error) as SocketException), error);
        }

        if (options.Host.Listen.Length > 0)
        {
            LogListening(logger, string.Join(", ", host.Urls));
        }
        else
        {
            LogNotListening(logger);
        }

        await host.WaitForShutdownAsync(cancellationToken);
    }

    [LoggerMessage(8001, LogLevel.Information, "Gavel {Version} defends {Chains}; its data is in {DataDirectory}")]
    private static partial void LogStart(ILogger logger, string version, string chains, string dataDirectory);

    [LoggerMessage(8002, LogLevel.Information, "agent listens at {Addresses}: /healthz, /readyz, /dangers, /events, /metrics")]
    private static partial void LogListening(ILogger logger, string addresses);

    [LoggerMessage(8003, LogLevel.Information, "agent listens nowhere: no /healthz, /readyz, /dangers, /events, /metrics")]
    private static partial void LogNotListening(ILogger logger);
}
