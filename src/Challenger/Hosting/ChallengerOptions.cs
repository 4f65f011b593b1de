namespace Gavel.Challenger;

/// <summary>The challenger's configuration: a list of chains from the first day.</summary>
public sealed class ChallengerOptions
{
    /// <summary>Folder for the outbox, the audit trail and caches.</summary>
    public string DataDirectory { get; set; } = "data";

    /// <summary>The chains to defend.</summary>
    public IList<ChainOptions> Chains { get; init; } = [];
}
