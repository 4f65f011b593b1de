using Gavel.Cannon.Checking;
using Gavel.TestKit;

namespace Gavel.Cannon.Tests.Checking;

public sealed class StepCasesTests
{
    [Theory]
    [InlineData("mips64-steps.jsonl.gz", "multithreaded64-5:4466 multithreaded64-4:5", 306, 4368)]
    [InlineData("mips32-steps.jsonl.gz", "singlethreaded:2009 singlethreaded-2:94", 165, 0)]
    public void RecordedSteps_AllEqual(string file, string counts, int faults, int leastReplays)
    {
        Dictionary<string, int> byVersion = [];
        int expectedFaults = 0;
        int replays = 0;
        foreach (StepCaseResult result in StepCases.Check(Checkout.PathOf("tests", "vectors", "cannon", file)))
        {
            Assert.True(result.Differences.Count == 0, $"line {result.Line}, {result.Name} as {result.Version}: {string.Join("; ", result.Differences.Take(5))}");
            if (result.IsReplay)
            {
                replays++;
                continue;
            }

            byVersion[result.Version.Name] = byVersion.GetValueOrDefault(result.Version.Name) + 1;
            expectedFaults += result.ExpectsFault ? 1 : 0;
        }

        Assert.Equal(counts, string.Join(' ', byVersion.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key}:{pair.Value}")));
        Assert.Equal(faults, expectedFaults);
        Assert.Equal(leastReplays, replays);
    }
}
