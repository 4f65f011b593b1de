using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Gavel.Contracts.Checking;
using Gavel.TestKit;
using Xunit.Abstractions;

namespace Gavel.Contracts.Tests;

/// <summary>The simulated contracts of every generation against recorded games of the real ones.</summary>
public sealed class RecordedGamesTests(ITestOutputHelper output)
{
    [Theory]
    [Trait("Scale", "full")]
    [InlineData("1.2.0")]
    [InlineData("1.3.1")]
    [InlineData("1.4.1")]
    [InlineData("1.8.0")]
    [InlineData("2.2.0")]
    [InlineData("2.4.2")]
    public void Every_recorded_game_goes_as_simulated(string generation)
    {
        ContractCheck check = ContractCheck.Of(FileOf(generation));
        output.WriteLine(check.Counts);
        Match counts = Regex.Match(check.Counts, @"^(.+): (\d+) games, \d+ actions, (\d+) of them refused, (\d+) VM runs$");
        Assert.Equal(generation, counts.Groups[1].Value);
        Assert.True(Number(2) >= 60 && Number(3) > 500 && Number(4) > 20, $"too little: {check.Counts}");
        Assert.Empty(check.Differences.Take(20));

        int Number(int group) => int.Parse(counts.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Recorded_bonds_are_those_that_are_computed()
    {
        ContractCheck check = ContractCheck.Of(Checkout.PathOf("tests", "vectors", "contracts", "bonds.jsonl.gz"));
        Assert.Equal("249 bonds of 6 maximum depths", check.Counts);
        Assert.Empty(check.Differences);
    }

    [Fact]
    public void Recorded_errors_have_their_names()
    {
        ContractCheck check = ContractCheck.Of(Checkout.PathOf("tests", "vectors", "contracts", "errors.jsonl.gz"));
        output.WriteLine(check.Counts);
        Assert.Matches(@"^1\d{3} refusals, 1\d{3} declared errors$", check.Counts);
        Assert.Empty(check.Differences.Take(20));
    }

    [Theory]
    [InlineData("1.2.0", "1.3.1")]
    [InlineData("1.3.1", "1.2.0")]
    [InlineData("1.3.1", "1.4.1")]
    [InlineData("1.4.1", "1.8.0")]
    [InlineData("1.8.0", "1.4.1")]
    public void Games_of_one_generation_do_not_go_by_the_rules_of_another(string recorded, string rules)
    {
        string text = Text(recorded).Replace($"\"generation\":\"{recorded}\"", $"\"generation\":\"{rules}\"", StringComparison.Ordinal);
        Assert.NotEmpty(DifferencesIn(text));
    }

    [Theory]
    [InlineData("\"revert\":\"0x80497e3b\"", "\"revert\":\"0x3381d114\"", "ClaimAlreadyExists")]
    [InlineData("\"resolvedAt\":1800", "\"resolvedAt\":1801", "resolvedAt is")]
    [InlineData("\"local\":{\"ident\":4", "\"local\":{\"ident\":2", "ident of local data")]
    [InlineData("\"vm\":{\"context\":\"0x", "\"vm\":{\"context\":\"0xff", "local context of the VM")]
    [InlineData("\"mode\":1", "\"mode\":2", "mode is")]
    [InlineData("\"unlocked\":{\"4\":true}", "\"unlocked\":{\"4\":false}", "unlocked of account 4")]
    [InlineData("\"clocks\":[[0,[0]]", "\"clocks\":[[0,[1]]", "clock of claim 0 after 0 s is 0, not 1")]
    public void One_altered_word_is_a_difference(string text, string altered, string told)
    {
        string before = Text("2.4.2");
        string after = new Regex(Regex.Escape(text)).Replace(before, altered, 1);
        Assert.NotEqual(before, after);
        string difference = DifferencesIn(after)[0];
        Assert.Contains(told, difference, StringComparison.Ordinal);
        Assert.Matches("^game 2.4.2/[0-9]+, action [0-9]+ ", difference);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("HEADER\n{\"kind\":\"reads\"}", "line 2 is not of the recorded format")]
    [InlineData("HEADER\n7", "line 2 is no JSON object")]
    [InlineData("{\"kind\":\"bonds\"}", "line 1 is not the header of a file of recorded games")]
    [InlineData("HEADER\n{", "line 2 is not of the recorded format")]
    [InlineData("SUPER", "generation super-0.7.2; games of 1.2 to 2.x are simulated")]
    public void What_is_no_recording_is_refused_by_name(string text, string told)
    {
        string header = Text("2.4.2").Split('\n')[0];
        text = text.Replace("HEADER", header, StringComparison.Ordinal)
            .Replace("SUPER", header.Replace("\"generation\":\"2.4.2\"", "\"generation\":\"super-0.7.2\"", StringComparison.Ordinal), StringComparison.Ordinal);
        RecordingException refused = Assert.Throws<RecordingException>(() => DifferencesIn(text));
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    // The first.
    private static IReadOnlyList<string> DifferencesIn(string text)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text);
            return [.. ContractCheck.Of(file).Differences.Take(1)];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Text(string generation)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(Checkout.PathOf("tests", "vectors", "contracts", $"games-{generation}.jsonl.gz")), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    // At the full scale the whole set, where it lies beside the checkout.
    private string FileOf(string generation)
    {
        string name = $"games-{generation}.jsonl.gz";
        string beside = Path.Combine(Checkout.Root, "..", "shared", "vectors", "contracts", name);
        if (Scale.IsFull && File.Exists(beside))
        {
            return beside;
        }

        output.WriteLine(Scale.IsFull ? $"the whole set is not beside the checkout ({beside}): the committed part is played" : "the committed part is played");
        return Checkout.PathOf("tests", "vectors", "contracts", name);
    }
}
