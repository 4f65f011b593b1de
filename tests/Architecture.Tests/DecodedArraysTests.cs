using System.Text.RegularExpressions;
using Gavel.TestKit;

namespace Gavel.Architecture.Tests;

/// <summary>
/// No answer, event or error that we decode holds an array of any length: Nethereum loops for ever on a hostile count of elements. What has to be
/// read with one must be bounded before the library sees it, and leaves this test with that.
/// </summary>
public sealed partial class DecodedArraysTests
{
    [Fact]
    public void DecodedMessages_HoldNoArraysOfAnyLength()
    {
        int decoded = 0;
        foreach (string file in Directory.GetFiles(Checkout.PathOf("src"), "*.cs", SearchOption.AllDirectories))
        {
            foreach (Match message in DecodedMessage().Matches(File.ReadAllText(file)))
            {
                decoded++;
                Assert.False(ArrayParameter().IsMatch(message.Value), $"{file}: {message.Value}");
            }
        }

        Assert.True(decoded > 15, $"only {decoded} messages were found");
    }

    [Theory]
    [InlineData("[FunctionOutput]\npublic sealed class A : IFunctionOutputDTO\n{\n    [Parameter(\"uint256[]\", \"a\", 1)]\n    public int A { get; set; }\n}\n", true)]
    [InlineData("[Event(\"A\")]\npublic sealed class A : IEventDTO\n{\n    [Parameter(\"tuple[]\", 1)]\n    public int A { get; set; }\n}\n", true)]
    [InlineData("[Error(\"A\")]\npublic sealed class A : IErrorDTO;\n\n[Function(\"b\")]\npublic sealed class B\n{\n    [Parameter(\"bytes[]\", 1)]\n}\n", false)]
    [InlineData("[FunctionOutput]\npublic sealed class A : IFunctionOutputDTO\n{\n    [Parameter(\"bytes\", \"a\", 1)]\n    public byte[] A { get; set; } = [];\n}\n", false)]
    public void TheTest_SeesThem(string code, bool isRefused) =>
        Assert.Equal(isRefused, DecodedMessage().Matches(code).Any(static message => ArrayParameter().IsMatch(message.Value)));

    // From the attribute to the closing brace at its indentation. A class without a body has no parameters.
    [GeneratedRegex(
        @"^(?<indent> *)\[(FunctionOutput\]|Event\(|Error\()[^\n]*\n(\k<indent>\[[^\n]*\n)*\k<indent>[^\n\[]*\n\k<indent>\{[\s\S]*?^\k<indent>\}",
        RegexOptions.Multiline | RegexOptions.CultureInvariant,
        5000)]
    private static partial Regex DecodedMessage();

    [GeneratedRegex(@"\[Parameter\(""[^""]*\[\]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ArrayParameter();
}
