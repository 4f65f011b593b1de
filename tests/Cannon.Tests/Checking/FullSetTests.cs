using Gavel.Cannon.Checking;
using Gavel.TestKit;

namespace Gavel.Cannon.Tests.Checking;

/// <summary>
/// The recorded programs, proofs and states: those in the repository, and at full scale the whole set where it lies beside the checkout.
/// </summary>
[Trait("Scale", "full")]
public sealed class FullSetTests
{
    // The bench program takes 400 to 475 million steps; its four runs are cut short in the sample.
    private static readonly ulong MaxSteps = Scale.IsFull ? ulong.MaxValue : 1_000_000;

    private static string Folder
    {
        get
        {
            string beside = Path.Combine(Checkout.Root, "..", "shared", "vectors");
            return Scale.IsFull && Directory.Exists(beside) ? beside : Checkout.PathOf("tests", "vectors", "cannon");
        }
    }

    [Fact]
    public void Programs_GiveWhatIsRecorded()
    {
        int runs = 0;
        foreach (ProgramRunResult result in ProgramRuns.Check(Path.Combine(Folder, "programs"), MaxSteps))
        {
            Assert.True(result.Differences.Count == 0, $"{result.Name}: {string.Join("; ", result.Differences.Take(5))}");
            runs++;
        }

        Assert.True(runs >= 12, $"{runs} runs");
    }

    [Fact]
    public void Proofs_AreTheRecordedOnes()
    {
        int proofs = 0;
        foreach (string file in Directory.GetFiles(Path.Combine(Folder, "proofs"), "*.jsonl.gz"))
        {
            foreach (RecordedProofResult result in RecordedProofs.Check(file, Path.Combine(Folder, "programs")))
            {
                Assert.True(result.Differences.Count == 0, $"{result.File}, step {result.Step}: {string.Join("; ", result.Differences.Take(5))}");
                proofs++;
            }
        }

        Assert.True(proofs >= 266, $"{proofs} proofs");
    }

    [Fact]
    public void States_AreReadAndWrittenAlike()
    {
        int states = 0;
        foreach (RecordedStateResult result in RecordedStates.Check(Path.Combine(Folder, "states")))
        {
            Assert.True(result.Differences.Count == 0, $"{result.File}: {string.Join("; ", result.Differences.Take(5))}");
            states++;
        }

        Assert.True(states >= 2, $"{states} states");
    }
}
