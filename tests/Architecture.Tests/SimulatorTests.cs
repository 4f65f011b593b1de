using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Gavel.Architecture.Tests;

/// <summary>The simulated dispute game judges the solver, so it may share nothing with it but plain values.</summary>
public sealed class SimulatorTests
{
    [Fact]
    public void Simulator_SeesNothingOfTheSolverButValues()
    {
        string[] values = ["GameStatus", "Position", "Claim", "ChessClock", "BondDistributionMode"];
        using PEReader file = new(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Gavel.Simulator.dll")));
        MetadataReader metadata = file.GetMetadataReader();
        string[] used = [.. metadata.TypeReferences
            .Select(metadata.GetTypeReference)
            .Where(type => metadata.GetString(type.Namespace).StartsWith("Gavel.GameSolver", StringComparison.Ordinal))
            .Select(type => metadata.GetString(type.Namespace)["Gavel.GameSolver".Length..] + metadata.GetString(type.Name))];
        Assert.NotEmpty(used);
        Assert.All(used, type => Assert.Contains(type, values));
    }
}
