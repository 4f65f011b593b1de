using Gavel.Agent.Configuring;
using Gavel.Chains;

namespace Gavel.Agent.Operating;

/// <summary>The chains that an operator command may mean.</summary>
internal static class ConfiguredChains
{
    /// <summary>The configuration, and its chains: all, or the one that is named.</summary>
    /// <param name="file">The operator's file; null where the environment alone configures.</param>
    /// <param name="name">A chain's name; null for all.</param>
    /// <exception cref="OperatorException">There is none.</exception>
    /// <exception cref="ConfigurationException">The configuration cannot be used.</exception>
    public static (AgentOptions Options, IReadOnlyList<ChainOptions> Chains) Read(FileInfo? file, string? name)
    {
        AgentOptions options = Configuration.Read(file);
        IList<ChainOptions> chains = options.Challenger.Chains;
        return (name, chains.Count) switch
        {
            (_, 0) => throw OperatorException.BadInput(
                "no chain is configured: give --config FILE, or, where the command takes it, --l1 URL with --system-config ADDRESS or --factory ADDRESS"),
            (null, _) => (options, [.. chains]),
            _ => chains.FirstOrDefault(chain => chain.Name == name) is { } named
                ? (options, [named])
                : throw OperatorException.BadInput($"--chain: no chain is called \"{name}\"; there is: {string.Join(", ", chains.Select(chain => chain.Name))}"),
        };
    }
}
