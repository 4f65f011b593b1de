using Gavel.Challenger;

namespace Gavel.Agent.Hosting;

/// <summary>The whole configuration, as <c>appsettings.json</c> at the root of the repository documents it.</summary>
internal sealed class AgentOptions
{
    /// <summary>The challenger's part.</summary>
    public ChallengerOptions Challenger { get; init; } = new();

    /// <summary>The host's part.</summary>
    public HostOptions Host { get; init; } = new();
}

/// <summary>What the host serves.</summary>
internal sealed class HostOptions
{
    /// <summary>Where <c>/healthz</c> and <c>/readyz</c> are served; empty for nowhere.</summary>
    public string Listen { get; set; } = "http://127.0.0.1:7300";
}
