using System.IO.Compression;
using System.Text.RegularExpressions;
using Gavel.Contracts.Checking;
using Gavel.TestKit;
using Gavel.Traces.Checking;
using Xunit.Abstractions;

namespace Gavel.Traces.Tests.Checking;

/// <summary>Recorded super roots, states, positions and traces through the product's own encoders, readers and traces.</summary>
public sealed class SuperCheckTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("super-roots", 174, 174, "^{0} super roots$")]
    [InlineData("transition-states", 60, 214, "^{0} transition states$")]
    [InlineData("malformed", 39, 39, "^{0} malformed encodings, 3 of them refused for step or progress only here$")]
    [InlineData("steps", 200, 200, "^{0} steps$")]
    [InlineData("traces", 24, 96, @"^{0} worlds \([0-9]+ all-safe, [0-9]+ beyond-range, [0-9]+ claim-unsafe, [0-9]+ no-data, [0-9]+ not-in-sync, [0-9]+ pre-genesis, [0-9]+ replaced, [0-9]+ stops\), [0-9]{{4}} positions, [0-9]{{3,4}} branches$")]
    [InlineData("contracts", 4, 4, "^{0} super games, 74 answers, 105 refusals, 8 local data$")]
    public void EverythingRecorded_IsMadeTheSame(string name, int committed, int whole, string counts)
    {
        AssertEqual(Checkout.PathOf("tests", "vectors", "super", $"{name}.jsonl.gz"), committed);
        string beside = Path.Combine(Checkout.Root, "..", "shared", "vectors", "super", $"{name}.jsonl.gz");
        if (File.Exists(beside))
        {
            AssertEqual(beside, whole);
        }
        else
        {
            output.WriteLine($"the whole set is not beside the checkout ({beside}): the committed part was checked");
        }

        void AssertEqual(string file, int count)
        {
            SuperCheck check = SuperCheck.Of(file);
            output.WriteLine($"{file}: {check.Counts}");
            Assert.Matches(string.Format(null, counts, count), check.Counts);
            Assert.Empty(check.Differences.Take(10));
        }
    }

    [Theory]
    [InlineData("super-roots", "\"hash\": \"0x49", "\"hash\": \"0x50", "super root 0: hash is 0x49")]
    [InlineData("super-roots", "\"fits_kona\": false", "\"fits_kona\": true", "whether the program reads it is no, not yes")]
    [InlineData("malformed", "\"unmarshal_super_root\": \"invalid super root version\"", "\"unmarshal_super_root\": \"ok\"", "fault as a super root is Version, not none")]
    [InlineData("steps", "\"step\": 127", "\"step\": 126", "step is 127, not 126")]
    [InlineData("traces", "\"kind\":\"transition\"", "\"kind\":\"super\"", "kind is transition, not super")]
    [InlineData("traces", "\"first_invalid_trace_index\":1,", "\"first_invalid_trace_index\":2,", "invalid does not begin at trace index 2")]
    [InlineData("traces", "\"ident4\":\"0x00", "\"ident4\":\"0x01", "datum 4 is 0x00")]
    [InlineData("traces", "\"expected_vm_status\":\"valid\"", "\"expected_vm_status\":\"invalid\"", "status of the program is valid, not invalid")]
    [InlineData("traces", "\"agreed_prestate\":\"0x01", "\"agreed_prestate\":\"0x02", "agreed bytes is 0x01")]
    [InlineData("contracts", "\"uuid\": \"0x31", "\"uuid\": \"0x32", "one chain 0: uuid is 0x31")]
    [InlineData("contracts", "\"key\": \"0x01ff", "\"key\": \"0x01fe", "key is 0x01ff")]
    [InlineData("contracts", "\"revert\": \"0xc06b5238\"", "\"revert\": \"0x9824bdab\"", "is here with Encoding_InvalidSuperRootVersion")]
    [InlineData("contracts", "\"revert\": \"0x0da789df\"", "\"revert\": \"0x0da789de\"", "has no name")]
    [InlineData("contracts", "\"returndata\": \"0xd3dad3a2", "\"returndata\": \"0xd3dad3a3", "rootClaimByChainId(uint256) is 0xd3dad3a2")]
    public void OneAlteredWord_IsADifference(string name, string text, string altered, string told)
    {
        string before = Text(name);
        string after = new Regex(Regex.Escape(text)).Replace(before, altered, 1);
        Assert.NotEqual(before, after);
        Assert.Contains(told, Assert.Single(Checked(after).Differences), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("{\"kind\":\"header\"}", "line 1 is of no recording of super roots")]
    [InlineData("{\"id\":1,\"gindex\":\"0\",\"start_timestamp\":1,\"claim_timestamp\":2,\"split_depth\":3}", "line 1 is not of the recorded format")]
    [InlineData("STEP\n7", "line 2 is no JSON object")]
    [InlineData("STEP\n{\"id\":2}", "line 2 is not of the recorded format")]
    public void WhatIsNoRecording_IsRefusedByName(string text, string told)
    {
        text = text.Replace("STEP", Text("steps").Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains(told, Assert.Throws<RecordingException>(() => Checked(text)).Message, StringComparison.Ordinal);
    }

    private static SuperCheck Checked(string text)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text);
            return SuperCheck.Of(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Text(string name)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(Checkout.PathOf("tests", "vectors", "super", $"{name}.jsonl.gz")), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
