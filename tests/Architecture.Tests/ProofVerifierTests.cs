using System.Xml.Linq;
using Gavel.TestKit;

namespace Gavel.Architecture.Tests;

/// <summary>The second opinion on step proofs stays one: it shares nothing with the VM but value types and Keccak.</summary>
public sealed class ProofVerifierTests
{
    [Fact]
    public void ProofVerifier_SeesOnlyPrimitives()
    {
        IEnumerable<string> references = XDocument.Load(Checkout.PathOf("tests", "ProofVerifier", "ProofVerifier.csproj"))
            .Descendants("ProjectReference")
            .Select(reference => reference.Attribute("Include")!.Value);
        Assert.Equal(["../../src/Primitives/Primitives.csproj"], references);
    }

    [Fact]
    public void ProofVerifier_UsesOnlyHash32AndKeccak()
    {
        string[] allowed = ["Hash32", "Keccak256"];
        string[] types = [.. Directory.GetFiles(Checkout.PathOf("src", "Primitives"), "*.cs", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file)!)];
        foreach (string file in Directory.GetFiles(Checkout.PathOf("tests", "ProofVerifier"), "*.cs"))
        {
            string text = File.ReadAllText(file);
            Assert.DoesNotContain("Gavel.Cannon", text, StringComparison.Ordinal);
            IEnumerable<string> used = types.Where(type => System.Text.RegularExpressions.Regex.IsMatch(text, $@"\b{type}\b"));
            Assert.Empty(used.Except(allowed));
        }
    }
}
