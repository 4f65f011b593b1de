using System.ComponentModel.DataAnnotations;
using Gavel.Chains;

namespace Gavel.Challenger;

/// <summary>The challenger's configuration: a list of chains from the first day.</summary>
public sealed class ChallengerOptions
{
    /// <summary>Folder for the outbox, the audit trail and caches.</summary>
    public string DataDirectory { get; set; } = "data";

    /// <summary>MiB of free disk of the data directory below which that is told as a danger; 0 for never. Default 2048.</summary>
    [Range(0, 1L << 30)]
    public long LowDiskMiB { get; set; } = 2048;

    /// <summary>The chains to defend.</summary>
    public IList<ChainOptions> Chains { get; init; } = [];
}
