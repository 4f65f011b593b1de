using Gavel.Challenger;

namespace Gavel.Agent.Hosting;

/// <summary>Puts the process together: the challenger as a hosted service, and its health over HTTP.</summary>
internal static class AgentHost
{
    /// <summary>A host that is ready to run.</summary>
    public static WebApplication Build(AgentOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton(options.Challenger);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<HttpClient>();
        builder.Services.AddSingleton<ChallengerService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ChallengerService>());
        if (options.Host.Listen.Length > 0)
        {
            builder.WebHost.UseUrls(options.Host.Listen);
        }

        WebApplication host = builder.Build();
        host.MapGet("/healthz", () => Results.Text("alive"));
        host.MapGet("/readyz", Ready);
        return host;
    }

    // Ready when every configured chain has been read and nothing is wrong with its last cycle.
    private static IResult Ready(ChallengerService challenger, ChallengerOptions options)
    {
        string[] missing =
        [
            .. options.Chains.Where(chain => !challenger.Health.TryGetValue(chain.Name, out ChainHealth? health) || health.Problem is not null || health.L1Block is null)
                .Select(chain => $"{chain.Name}: {(challenger.Health.TryGetValue(chain.Name, out ChainHealth? health) ? health.Problem ?? "not read yet" : "not read yet")}"),
        ];
        return missing.Length == 0 ? Results.Text("ready") : Results.Text(string.Join('\n', missing), statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
