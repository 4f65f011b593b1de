using System.Collections;
using Gavel.Chains;
using Gavel.Challenger;
using Microsoft.Extensions.Options;

namespace Gavel.Agent.Configuring;

/// <summary>The configuration cannot be used; the message lists every problem.</summary>
internal sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Reads the configuration: the defaults beside the program, a file of the operator's, environment variables, the later over the earlier. Lists
/// of several sources are joined by number; an empty list clears what came before.
/// </summary>
internal static class Configuration
{
    private const string Defaults = "appsettings.json";

    /// <summary>Reads and checks the configuration.</summary>
    /// <param name="file">The operator's file; null for none.</param>
    /// <exception cref="ConfigurationException">A file cannot be read, an option is not known, or a value is unusable.</exception>
    public static AgentOptions Read(FileInfo? file) => Read(file?.ToString(), Environment.GetEnvironmentVariables());

    /// <summary>The same with an environment of the caller's.</summary>
    /// <exception cref="ConfigurationException">A file cannot be read, an option is not known, or a value is unusable.</exception>
    internal static AgentOptions Read(string? file, IDictionary environment)
    {
        Findings findings = new();
        RawNode root = new(new Origin("the configuration", null));
        string defaults = Path.Combine(AppContext.BaseDirectory, Defaults);
        if (File.Exists(defaults))
        {
            JsonSource.Read(defaults, root, findings);
        }

        if (file is not null)
        {
            JsonSource.Read(file, root, findings);
        }

        findings.ThrowIfAny(); // nothing can be said of what is in a file that could not be read
        VariableSource.Read(environment, root);
        AgentOptions options = new();
        OptionsWalk walk = new(typeof(AgentOptions), findings);
        walk.Fill(root, options, "");
        Check(walk, root, findings);
        findings.ThrowIfAny();
        return options;
    }

    private static void Check(OptionsWalk walk, RawNode root, Findings findings)
    {
        HashSet<string> sections = [.. walk.Sections.Select(section => section.Place)];
        foreach (string problem in walk.Sections.SelectMany(section => ProblemsOf(section.Place, section.Section)).ToArray())
        {
            string place = problem.Split(": ")[0];
            if (!findings.IsBroken(place) && (sections.Contains(place) || !findings.IsBrokenBelow(place)))
            {
                findings.Add(place, problem[(place.Length + 2)..], OriginOf(place, root));
            }
        }
    }

    // One validator for each concern; classes of lower projects check themselves.
    private static IEnumerable<string> ProblemsOf(string place, object section) => section switch
    {
        ChallengerOptions options => Failures(new ChallengerOptionsValidator(), place, options),
        ChainOptions options => Failures(new ChainOptionsValidator(), place, options),
        AccountOptions options => Failures(new AccountOptionsValidator(), place, options),
        RemoteSignerSettings options => Failures(new RemoteSignerValidator(), place, options),
        KmsSettings options => Failures(new KmsValidator(), place, options),
        SendingOptions options => Failures(new SendingOptionsValidator(), place, options),
        CannonOptions options => Failures(new CannonOptionsValidator(), place, options),
        HostOptions options => Failures(new HostOptionsValidator(), place, options),
        OtlpOptions options => Failures(new OtlpOptionsValidator(), place, options),
        ICheckedOptions options => options.Problems().Select(problem => $"{(problem.Option.Length > 0 ? $"{place}:{problem.Option}" : place)}: {problem.Problem}"),
        _ => [],
    };

    private static IEnumerable<string> Failures<T>(IValidateOptions<T> validator, string place, T options)
        where T : class => validator.Validate(place, options).Failures ?? [];

    // Where an option was written, or the section that lacks it.
    private static Origin? OriginOf(string place, RawNode root)
    {
        RawNode node = root;
        foreach (string name in place.Split(':'))
        {
            if (!node.Children.TryGetValue(name, out RawNode? child))
            {
                break;
            }

            node = child;
        }

        return node == root ? null : node.Value?.Origin ?? node.Origin;
    }
}
