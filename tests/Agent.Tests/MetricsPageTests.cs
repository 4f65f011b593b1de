using Gavel.Agent.Hosting;
using Gavel.TestKit;

namespace Gavel.Agent.Tests;

/// <summary>docs/metrics.md says what the catalogue says.</summary>
public sealed class MetricsPageTests
{
    [Fact]
    public void Page_IsWrittenFromTheCatalogue()
    {
        string path = Path.Combine(Checkout.Root, "docs", "metrics.md");
        if (Environment.GetEnvironmentVariable("GAVEL_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, MetricsPage.Write());
        }

        Assert.Equal(File.ReadAllText(path), MetricsPage.Write());
    }
}
