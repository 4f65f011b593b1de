using Gavel.GameKit;

namespace Gavel.Traces.Tests;

/// <summary>The preimage server's command line.</summary>
public sealed class ServerTemplateTests
{
    private static readonly Dictionary<string, string> Endpoints = new()
    {
        ["l1"] = "http://l1",
        ["l1Beacon"] = "",
        ["l2"] = "http://l2",
        ["rollup"] = "http://rollup",
        ["dataDir"] = "/data",
        ["self"] = "/agent",
    };

    [Fact]
    public void Placeholders_AreFilledInEachWord()
    {
        ServerTemplate template = new(
            ["{self}", "--l1={l1}", "{l2}", "{rollup}", "{dataDir}/{l2BlockNumber}", "{l1Head}", "{agreedOutput}", "{agreedBlock}", "{agreedL2Head}", "{disputedOutput}", "{l2ChainId}", "plain"]);
        LocalInputs inputs = Samples.Inputs;
        Hash32 head = Samples.Hash("l2 head");
        Assert.True(template.NeedsAgreedL2Head);
        Assert.Equal(
            ["/agent", "--l1=http://l1", "http://l2", "http://rollup", "/data/12", inputs.L1Head.ToString(), inputs.AgreedOutputRoot.ToString(), "11",
                head.ToString(), inputs.DisputedOutputRoot.ToString(), "901", "plain"],
            template.Fill(inputs, head, Endpoints));
    }

    [Fact]
    public void UnknownPlaceholder_IsNamed()
    {
        FormatException error = Assert.Throws<FormatException>(() => new ServerTemplate(["server", "--head", "{l1head}"]));
        Assert.Contains("{l1head}", error.Message, StringComparison.Ordinal);
        Assert.Contains("{l1Head}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingEndpoint_IsNamed_OnlyWhereItIsUsed()
    {
        FormatException error = Assert.Throws<FormatException>(() => new ServerTemplate(["server", "{l1Beacon}"]).Fill(Samples.Inputs, default, Endpoints));
        Assert.Contains("{l1Beacon}", error.Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => new ServerTemplate(["server", "{l2}"]).Fill(Samples.Inputs, default, new Dictionary<string, string>()));
        ServerTemplate plain = new(["server"]);
        Assert.False(plain.NeedsAgreedL2Head);
        Assert.Equal(["server"], plain.Fill(Samples.Inputs, default, new Dictionary<string, string>()));
    }

    [Fact]
    public void EmptyCommandLine_IsRefused()
    {
        Assert.Throws<FormatException>(() => new ServerTemplate([]));
        Assert.Throws<FormatException>(() => new ServerTemplate(["", "x"]));
    }
}
