using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.GameSolver;
using Gavel.Rollup;
using Gavel.TestKit;
using Gavel.Traces;

namespace Gavel.Challenger.Tests;

/// <summary>What is made of the end of a run of our own: only a program that came to a result has shown something.</summary>
public sealed class OwnRunnerTests
{
    private static readonly GameMetadata Sample = Samples.Game(GameGeneration.V2, 12);
    private static readonly DerivationRun Run = new(Output(11), Output(12));

    [Theory]
    [InlineData(VmStatus.Valid, true)]
    [InlineData(VmStatus.Invalid, false)]
    [InlineData(VmStatus.Panic, null)] // such as data that its server did not have
    [InlineData(VmStatus.Unfinished, null)]
    public void OnlyAResult_ShowsSomething(VmStatus end, bool? arrived)
    {
        Recorded traces = new() { End = TraceAnswer.Of(end) };
        RunFinding finding = new OwnRunner(Sample, traces, new ManualTime(DateTimeOffset.UnixEpoch)).Find(Run);
        Assert.Equal((Run, arrived), (finding.Run, finding.Arrived));
        Assert.Equal(0, traces.Wanted);
        Assert.Equal(new LocalInputs(Sample.L1Head, Run.From.OutputRoot, Run.To.OutputRoot, 12, 901, 11), traces.Inputs);
    }

    [Fact]
    public void RunThatHasNotEnded_IsWanted_AndTellsHowFarItIs()
    {
        Recorded traces = new() { End = TraceAnswer.UnderWay<VmStatus>("it has reached step 5") };
        RunFinding finding = new OwnRunner(Sample, traces, new ManualTime(DateTimeOffset.UnixEpoch)).Find(Run);
        Assert.Equal((null, "it has reached step 5", 1), (finding.Arrived, finding.Progress, traces.Wanted));
    }

    [Fact]
    public void NothingIsRun_OfAPlaceholder()
    {
        GameMetadata game = Sample with { Rules = Sample.Rules! with { AbsolutePrestate = Hash32.Zero } };
        Assert.False(new OwnRunner(game, new Recorded { End = default }, new ManualTime(DateTimeOffset.UnixEpoch)).IsPossible);
        Assert.True(new OwnRunner(Sample, new Recorded { End = default }, new ManualTime(DateTimeOffset.UnixEpoch)).IsPossible);
    }

    // A full disk costs this evidence, not the judging.
    [Fact]
    public void FolderThatCannotBeMade_IsToldAndNoMore()
    {
        RunFinding finding = new OwnRunner(Sample, new Recorded { End = default, Trouble = new IOException("no space left") }, new ManualTime(DateTimeOffset.UnixEpoch)).Find(Run);
        Assert.Equal((null, "no space left"), (finding.Arrived, finding.Progress));
    }

    // The mock of games without a program "refutes" every claim: that is no evidence of anything.
    [Fact]
    public void Alphabet_ShowsNothing() => Assert.False(new AlphabetTrace(new LocalInputs(default, default, default, 12, 901, 11), Samples.Hash("prestate")).End.IsAvailable);

    private static VerifiedOutput Output(ulong block) => new(new BlockId(Samples.Hash($"block {block}"), block), Samples.Hash($"output {block}"), default, default, default);

    private sealed class Recorded : IExecutionTraces, IExecutionTrace
    {
        public required TraceAnswer<VmStatus> End { get; init; }

        public Exception? Trouble { get; init; }

        public LocalInputs? Inputs { get; private set; }

        public int Wanted { get; private set; }

        public IExecutionTrace Of(GameMetadata game, LocalInputs inputs)
        {
            Inputs = inputs;
            return Trouble is null ? this : throw Trouble;
        }

        public void Want(UInt128 index, bool isStep)
        {
            Assert.Equal((UInt128.MaxValue, false), (index, isStep));
            Wanted++;
        }

        public TraceAnswer<Hash32> ClaimAt(UInt128 leaf) => throw new InvalidOperationException("only the end counts");

        public TraceAnswer<StepData> StepAt(UInt128 instruction) => throw new InvalidOperationException("only the end counts");

        public void Keep(IReadOnlySet<Address> games)
        {
        }
    }
}
