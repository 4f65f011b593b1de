using System.CommandLine;
using Gavel.Devnet;

namespace Gavel.Agent.Commands;

/// <summary><c>--generation</c>: which dispute contracts a local chain has.</summary>
internal static class GenerationOption
{
    /// <summary>The option, by default the package's own contracts.</summary>
    public static Option<string> Create()
    {
        Option<string> generation = new("--generation")
        {
            Description = "the dispute contracts: 1.2.0, the package's own, or 2.x, our twins of the newer ones",
            DefaultValueFactory = _ => DevnetDescription.NameOf(DevnetGeneration.V1),
        };
        generation.AcceptOnlyFromAmong([.. Enum.GetValues<DevnetGeneration>().Select(DevnetDescription.NameOf)]);
        return generation;
    }

    /// <summary>What was chosen.</summary>
    public static DevnetGeneration Read(ParseResult parsed, Option<string> option)
    {
        string? name = parsed.GetValue(option);
        return Enum.GetValues<DevnetGeneration>().Single(one => DevnetDescription.NameOf(one) == name);
    }
}
