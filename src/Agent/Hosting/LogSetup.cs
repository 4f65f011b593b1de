using Gavel.Agent.Configuring;
using Microsoft.Extensions.Logging.Console;

namespace Gavel.Agent.Hosting;

/// <summary>The log on standard output: one line a message, times in UTC, levels by category.</summary>
internal static class LogSetup
{
    private const string Timestamp = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>Replaces whatever logging there is.</summary>
    public static void Apply(ILoggingBuilder logging, LoggingOptions options)
    {
        logging.ClearProviders();
        if (options.Format == LogFormat.Json)
        {
            logging.AddJsonConsole(console => (console.TimestampFormat, console.UseUtcTimestamp) = (Timestamp, true));
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = $"{Timestamp} ";
                console.UseUtcTimestamp = true;
                console.ColorBehavior = Console.IsOutputRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
            });
        }

        foreach ((string category, LogLevel level) in options.LogLevel)
        {
            if (category.Equals("Default", StringComparison.OrdinalIgnoreCase))
            {
                logging.SetMinimumLevel(level);
            }
            else
            {
                logging.AddFilter(category, level);
            }
        }
    }
}
