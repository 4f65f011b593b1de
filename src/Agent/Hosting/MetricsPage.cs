using System.Text;

namespace Gavel.Agent.Hosting;

/// <summary>Writes docs/metrics.md from the catalogue.</summary>
internal static class MetricsPage
{
    /// <summary>The whole page.</summary>
    public static string Write()
    {
        StringBuilder page = new();
        page.Append("# Metrics\n\n");
        page.Append("`/metrics` exposes these, and .NET's and the process' own (`dotnet_…`, `process_…`). This page is written from `src/Primitives/Telemetry/MetricCatalogue.cs` and held by a test\n");
        page.Append("(`GAVEL_WRITE_DOCS=1` makes the test write it anew).\n\n");
        page.Append("`endpoint` is a node's address without credentials, `chain` a configured chain's name, `l1` the chain id of L1, `account` an account's address.\n\n");
        page.Append("| metric | kind | unit | labels | |\n| --- | --- | --- | --- | --- |\n");
        foreach (MetricDefinition metric in MetricCatalogue.All)
        {
            string labels = string.Join(", ", metric.Labels.Select(label => $"`{label}`"));
            page.Append($"| `{metric.Name}` | {metric.Kind.ToString().ToLowerInvariant()} | {(metric.Unit == "1" ? "" : metric.Unit)} | {labels} | {metric.Help} |\n");
        }

        return page.ToString();
    }
}
