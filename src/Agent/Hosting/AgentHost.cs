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

    // A cycle that takes longer than this, or ten polls, is no cycle any more.
    private static readonly TimeSpan LongestCycle = TimeSpan.FromMinutes(5);

    // Ready when every configured chain has been read of late, its sender works, and nothing is wrong with its last cycle.
    private static IResult Ready(ChallengerService challenger, ChallengerOptions options, TimeProvider clock)
    {
        string[] problems =
        [
            .. options.Chains.Select(chain => (chain.Name, Problem: ProblemOf(chain, challenger.Health.GetValueOrDefault(chain.Name), clock.GetUtcNow())))
                .Where(chain => chain.Problem is not null)
                .Select(chain => $"{chain.Name}: {chain.Problem}"),
        ];
        return problems.Length == 0 ? Results.Text("ready") : Results.Text(string.Join('\n', problems), statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static string? ProblemOf(ChainOptions chain, ChainHealth? health, DateTimeOffset now)
    {
        TimeSpan longest = TimeSpan.FromSeconds(Math.Max(LongestCycle.TotalSeconds, 10 * chain.PollSeconds));
        return health switch
        {
            null => "not read yet",
            { Problem: { } problem } => problem,
            { L1Block: null } => "not read yet",
            _ when now - health.At > longest => $"no cycle has ended since {health.At:u}",
            _ => null,
        };
    }
}
