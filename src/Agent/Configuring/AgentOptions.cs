using Gavel.Challenger;

namespace Gavel.Agent.Configuring;

/// <summary>The whole configuration, as <c>appsettings.json</c> at the root of the repository documents it.</summary>
internal sealed class AgentOptions
{
    /// <summary>The challenger's part.</summary>
    public ChallengerOptions Challenger { get; init; } = new();

    /// <summary>What is served over HTTP.</summary>
    public HostOptions Host { get; init; } = new();

    /// <summary>What is logged, and how.</summary>
    public LoggingOptions Logging { get; init; } = new();

    /// <summary>Where traces go.</summary>
    public TelemetryOptions Telemetry { get; init; } = new();
}

/// <summary>What the host serves.</summary>
internal sealed class HostOptions
{
    /// <summary>Where <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c> are served; empty for nowhere.</summary>
    public string Listen { get; set; } = "http://127.0.0.1:7300";

    /// <summary>True: without that address the agent does not start. False: it says so and defends without.</summary>
    public bool Required { get; set; } = true;

    /// <summary>
    /// File with a secret of at least 32 characters by which <c>agent decide</c> shows that it may decide games; null: the agent takes no decisions.
    /// Read at the start.
    /// </summary>
    public string? OperatorTokenFile { get; set; }
}

/// <summary>How a line of the log looks.</summary>
internal enum LogFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One JSON object a line, with the fields of the message (chain, game …) by name.</summary>
    Json,
}

/// <summary>What is logged, and how.</summary>
internal sealed class LoggingOptions
{
    /// <summary>How a line looks.</summary>
    public LogFormat Format { get; set; } = LogFormat.Text;

    /// <summary>The least level by category; <c>Default</c> for those that are not named.</summary>
    public IDictionary<string, LogLevel> LogLevel { get; init; } = new Dictionary<string, LogLevel>
    {
        ["Default"] = Microsoft.Extensions.Logging.LogLevel.Information,
        ["Microsoft"] = Microsoft.Extensions.Logging.LogLevel.Warning,
    };
}

/// <summary>Where traces go.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>A collector of traces.</summary>
    public OtlpOptions Otlp { get; init; } = new();
}

/// <summary>A collector that takes OTLP over HTTP.</summary>
internal sealed class OtlpOptions
{
    /// <summary>Its address, for example <c>http://127.0.0.1:4318</c>; <c>/v1/traces</c> is added where there is no path. Null: no traces are made.</summary>
    public string? Endpoint { get; set; }
}
