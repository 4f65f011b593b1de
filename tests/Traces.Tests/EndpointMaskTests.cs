
namespace Gavel.Traces.Tests;

public sealed class EndpointMaskTests
{
    [Fact]
    public void Text_ThatRepeatsAnEndpoint_LosesItsCredentials()
    {
        EndpointMask mask = new(["https://user:secret@node.example/v3/0123456789abcdef0123456789abcdef,http://10.0.0.1:8545", "/some/folder"]);
        string masked = mask.Mask("dial https://user:secret@node.example/v3/0123456789abcdef0123456789abcdef: refused (data in /some/folder)");
        Assert.DoesNotContain("secret", masked, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", masked, StringComparison.Ordinal);
        Assert.Contains("node.example", masked, StringComparison.Ordinal);
        Assert.EndsWith(": refused (data in /some/folder)", masked, StringComparison.Ordinal);
    }
}
