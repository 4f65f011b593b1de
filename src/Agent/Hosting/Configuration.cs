using System.Text.Json;

namespace Gavel.Agent.Hosting;

/// <summary>The configuration cannot be used; the message lists every problem.</summary>
internal sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Reads the configuration: the defaults beside the program, a file of the operator's, environment variables.</summary>
internal static class Configuration
{
    /// <summary>Prefix of environment variables.</summary>
    public const string Prefix = "GAVEL__";

    /// <summary>Reads and checks the configuration.</summary>
    /// <param name="file">The operator's file; null for none.</param>
    /// <exception cref="ConfigurationException">A file cannot be read, an option is not known, or a value is unusable.</exception>
    public static AgentOptions Read(FileInfo? file)
    {
        AgentOptions options = new();
        try
        {
            ConfigurationBuilder builder = new();
            builder.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true);
            if (file is not null)
            {
                builder.AddJsonFile(file.FullName, optional: false);
            }

            builder.AddEnvironmentVariables(Prefix);
            builder.Build().Bind(options, binding => binding.ErrorOnUnknownConfiguration = true);
        }
        catch (Exception error) when (error is InvalidOperationException or InvalidDataException or FileNotFoundException or JsonException)
        {
            throw new ConfigurationException(error.InnerException?.Message is { } inner ? $"{error.Message} ({inner})" : error.Message, error);
        }

        IReadOnlyList<string> problems = ConfigurationCheck.Problems(options);
        return problems.Count == 0
            ? options
            : throw new ConfigurationException($"the configuration has {problems.Count} problem(s):\n  - {string.Join("\n  - ", problems)}");
    }
}
