namespace Gavel.Agent.Configuring;

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Place">The option's path, for example <c>Challenger:Chains:0:PollSeconds</c>; empty where there is none.</param>
/// <param name="Text">What is wrong, and what mends it; holds no secret.</param>
/// <param name="Origin">Where it was written; null where nothing was.</param>
internal sealed record Finding(string Place, string Text, Origin? Origin)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Place.Length > 0 ? $"{Place}: " : "")}{Text}{(Origin is null ? "" : $" ({Origin})")}";
}

/// <summary>Collects all that is wrong with a configuration, so that it is told at once.</summary>
internal sealed class Findings
{
    private readonly List<Finding> _all = [];
    private readonly HashSet<string> _broken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What was found, in the order of finding.</summary>
    public IReadOnlyList<Finding> All => _all;

    /// <summary>Adds one.</summary>
    public void Add(string place, string text, Origin? origin)
    {
        _all.Add(new Finding(place, text, origin));
        _broken.Add(place);
    }

    /// <summary>True where something was found at this very place: what it holds is a default, about which there is nothing to say.</summary>
    public bool IsBroken(string place) => _broken.Contains(place);

    /// <summary>True where something was found below this place.</summary>
    public bool IsBrokenBelow(string place) => _broken.Any(broken => broken.StartsWith(place + ':', StringComparison.OrdinalIgnoreCase));

    /// <summary>Throws if anything was found.</summary>
    /// <exception cref="ConfigurationException">It lists all of them.</exception>
    public void ThrowIfAny()
    {
        if (_all.Count > 0)
        {
            throw new ConfigurationException(_all.Count == 1
                ? _all[0].ToString()
                : $"the configuration has {_all.Count} problems:\n  - {string.Join("\n  - ", _all)}");
        }
    }
}
