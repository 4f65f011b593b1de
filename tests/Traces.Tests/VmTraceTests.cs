using System.Collections.Concurrent;
using Gavel.Cannon;
using Gavel.GameSolver;
using Gavel.TestKit;

namespace Gavel.Traces.Tests;

/// <summary>One run of a program, many answers: from memory, from disk after a restart, and never from a failed run.</summary>
public sealed class VmTraceTests : IDisposable
{
    private const uint Rounds = 700_000;
    private const ulong Leaves = 1UL << 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-run-");
    private readonly ManualTime _clock = new(DateTimeOffset.UnixEpoch);
    private VmWorkers _workers = new(1);
    private int _firstLoads;
    private int _sources;
    private Exception? _trouble;
    private Action? _ending;

    public void Dispose()
    {
        _workers.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void OneRun_AnswersEverything_AlsoAfterARestart()
    {
        ulong end;
        Dictionary<ulong, Hash32> before = [];
        using (VmTrace trace = Trace())
        {
            Hash32 last = Wait(() => Claim(trace, Leaves - 1));
            end = trace.TotalSteps!.Value;
            Assert.True(end > 2_000_000);
            foreach (ulong leaf in (ulong[])[0, 1, 1_234_567, end - 2, end - 1, end, end + 100])
            {
                before[leaf] = Wait(() => Claim(trace, leaf));
            }

            Assert.Equal(last, before[end + 100]);
            Assert.NotEqual(last, before[end - 2]);
            Assert.Equal(HashAfter(1_234_568), before[1_234_567]);
            StepData step = Wait(() => Step(trace, 1_234_568));
            Assert.Equal(before[1_234_567], Keccak256.Hash(step.PreState.Span).WithFirstByte((byte)Cannon.VmStatus.Unfinished));
        }

        // Only the run itself and the answers before the first checkpoint began from the first state.
        Assert.Equal(3, _firstLoads);
        Restart();
        using VmTrace again = Trace();
        foreach ((ulong leaf, Hash32 value) in before)
        {
            Assert.Equal(value, Claim(again, leaf).Value); // at once, from disk
        }

        _firstLoads = 0;
        Assert.Equal(HashAfter(1_500_001), Wait(() => Claim(again, 1_500_000)));
        Assert.Equal(0, _firstLoads);
    }

    [Fact]
    public void DamagedCheckpoint_IsDroppedAndMadeUpFor()
    {
        using (VmTrace trace = Trace())
        {
            Wait(() => Claim(trace, Leaves - 1));
        }

        foreach (FileInfo state in _folder.GetFiles("state-*"))
        {
            File.WriteAllBytes(state.FullName, File.ReadAllBytes(state.FullName)[..100]);
        }

        File.AppendAllText(Path.Combine(_folder.FullName, "hashes"), "\n77 0x12"); // cut off by a crash
        Restart();
        using VmTrace again = Trace();
        Assert.Equal(HashAfter(1_500_001), Wait(() => Claim(again, 1_500_000)));
    }

    [Fact]
    public void FailingServer_GivesAReason_AndIsTriedAgainLater()
    {
        _trouble = new PreimageException("the server has no disk");
        using VmTrace trace = Trace();
        string reason = WaitForReason(trace, "is tried again");
        Assert.Contains("the server has no disk", reason, StringComparison.Ordinal);
        int tries = _sources;
        for (int i = 0; i < 20; i++)
        {
            Assert.False(Claim(trace, 5).IsAvailable);
        }

        Assert.Equal(tries, _sources); // not in a hurry
        _trouble = null;
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HashAfter(6), Wait(() => Claim(trace, 5)));
    }

    // What was asked for between the last answer and the end of the job waited for whoever asked again.
    [Fact]
    public void QuestionThatComesWhileTheJobEnds_IsAnsweredWithoutBeingAskedAgain()
    {
        VmTrace? trace = null;
        int asked = 0;
        _ending = () =>
        {
            if (asked++ < 3)
            {
                Assert.False(Claim(trace!, 10 + (ulong)asked).IsAvailable);
            }
        };
        using (trace = Trace())
        {
            trace.Want(5, isStep: false);
            Eventually(() => Volatile.Read(ref _sources) == 4 && Volatile.Read(ref asked) == 4);
            foreach (ulong leaf in (ulong[])[5, 11, 12, 13])
            {
                Assert.Equal(HashAfter(leaf + 1), Claim(trace, leaf).Value);
            }
        }
    }

    [Fact]
    public void TraceThatIsLetGoOf_LeavesTheWorkersAtWork()
    {
        using ManualResetEventSlim go = KeepBusy();
        VmTrace gone = Trace();
        gone.Want(5, isStep: false); // queued behind the other
        gone.Dispose();
        go.Set();
        using VmTrace other = Trace();
        Assert.Equal(HashAfter(6), Wait(() => Claim(other, 5)));
    }

    [Fact]
    public void MemoryLimit_GivesAReason()
    {
        using VmTrace trace = Trace(new RunLimits { MaxMemoryBytes = 1 });
        Assert.Contains("MemoryLimit", WaitForReason(trace, "is tried again"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void UnwritableFolder_GivesAReason()
    {
        Hash32 wanted = HashAfter(6);
        using VmTrace trace = Trace();
        _folder.Delete(recursive: true);
        Assert.Contains(_folder.Name, WaitForReason(trace, "is tried again"), StringComparison.Ordinal);
        _folder.Create();
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(wanted, Wait(() => Claim(trace, 5)));
    }

    // One thread, busy; then three jobs wait: two for evidence, one that a clock waits for, and of the second one a claim is wanted too meanwhile.
    [Fact]
    public void WhatAClockWaitsFor_IsBegunBeforeEvidence_AlsoWhereItWasWantedAsEvidenceFirst()
    {
        using ManualResetEventSlim go = KeepBusy();
        ConcurrentQueue<string> order = [];
        using VmTrace evidence = Named("evidence", order);
        using VmTrace both = Named("both", order);
        using VmTrace dispute = Named("dispute", order);
        evidence.Want(UInt128.MaxValue, isStep: false);
        both.Want(UInt128.MaxValue, isStep: false);
        dispute.Want(5, isStep: false);
        both.Want(5, isStep: false);
        go.Set();
        Assert.Equal(GameSolver.VmStatus.Valid, Wait(() => evidence.End));
        Assert.Equal(HashAfter(6), Wait(() => Claim(both, 5)));
        Assert.Equal(["dispute", "both", "evidence"], order); // each once: what was overtaken is not done again
    }

    // The run for evidence would take for ever: it gives way, and goes on where it was as soon as it is asked for again.
    [Fact]
    public void EvidenceUnderWay_GivesWay_ToWhatAClockWaitsFor()
    {
        ConcurrentQueue<string> order = [];
        using VmTrace endless = Trace(rounds: uint.MaxValue);
        endless.Want(UInt128.MaxValue, isStep: false);
        Eventually(() => _folder.GetFiles("state-*").Length > 0);
        using VmTrace dispute = Named("dispute", order);
        Assert.Equal(HashAfter(6), Wait(() => Claim(dispute, 5)));
        endless.Want(UInt128.MaxValue, isStep: false);
        Assert.True(endless.End.IsUnderWay);
        int before = _folder.GetFiles("state-*").Length;
        Eventually(() => _folder.GetFiles("state-*").Length > before);
        Assert.Equal(1, _firstLoads);
    }

    [Fact]
    public void Evidence_LeavesNoStates_AndRunsOnce()
    {
        using VmTrace trace = Trace();
        Assert.Equal(GameSolver.VmStatus.Valid, Wait(() =>
        {
            trace.Want(UInt128.MaxValue, isStep: false);
            return trace.End;
        }));
        Eventually(() => _folder.GetFiles("state-*").Length == 0);
        Assert.Equal(1, _firstLoads);
        Assert.Equal(HashAfter(1_000_001), Wait(() => Claim(trace, 1_000_000))); // a dispute of the same pair begins anew,
        Assert.NotEmpty(_folder.GetFiles("state-*")); // and keeps states for the claims that follow
    }

    // What has time waits longer each time; what a clock waits for does not wait for that.
    [Fact]
    public void FailingEvidence_IsTriedMoreAndMoreRarely_AndADisputeIsNot()
    {
        _trouble = new IOException("the server is gone");
        using VmTrace trace = Trace();
        void Fail(int times)
        {
            trace.Want(UInt128.MaxValue, isStep: false);
            Eventually(() => Volatile.Read(ref _sources) == times && !trace.End.IsUnderWay);
        }

        Fail(1);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Fail(2);
        _clock.Advance(TimeSpan.FromSeconds(59));
        trace.Want(UInt128.MaxValue, isStep: false);
        EndWhatWaits(); // had it been taken up, it would have been before this
        Assert.Equal(2, _sources);
        trace.Want(5, isStep: false);
        Eventually(() => Volatile.Read(ref _sources) == 3);
    }

    [Fact]
    public void CancelledRun_StopsSoon_AndAnotherGoesOn()
    {
        using (VmTrace endless = Trace(rounds: uint.MaxValue))
        {
            Assert.False(Claim(endless, Leaves - 1).IsAvailable);
            Eventually(() => _folder.GetFiles("state-*").Length > 0);
        }

        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        _workers.Dispose();
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"the run went on for {watch.Elapsed}");
        _workers = new VmWorkers(1);
        _firstLoads = 0;
        using VmTrace again = Trace(rounds: uint.MaxValue);
        Assert.False(Claim(again, Leaves - 1).IsAvailable);
        int before = _folder.GetFiles("state-*").Length;
        Eventually(() => _folder.GetFiles("state-*").Length > before);
        Assert.Equal(0, _firstLoads);
    }

    private VmTrace Trace(RunLimits? limits = null, uint rounds = Rounds) => new(
        new VmRunFolder(_folder.FullName),
        _ =>
        {
            Interlocked.Increment(ref _firstLoads);
            return Program(rounds);
        },
        _ =>
        {
            Interlocked.Increment(ref _sources);
            return _trouble is null ? (new NoPreimages(), new NoPreimages { Ending = _ending }) : throw _trouble;
        },
        limits ?? new RunLimits { MaxMemoryBytes = 1 << 24, ProgressInterval = 100_000 },
        Leaves,
        _workers,
        text => text,
        _clock);

    // The only thread does nothing else until it is told to go on.
    private ManualResetEventSlim KeepBusy()
    {
        ManualResetEventSlim go = new();
        using ManualResetEventSlim begun = new();
        _workers.Enqueue(
            _ =>
            {
                begun.Set();
                go.Wait(CancellationToken.None);
            },
            isUrgent: true);
        begun.Wait();
        return go;
    }

    // What has time is done in its order.
    private void EndWhatWaits()
    {
        using ManualResetEventSlim done = new();
        _workers.Enqueue(_ => done.Set(), isUrgent: false);
        Assert.True(done.Wait(Patience));
    }

    private VmTrace Named(string name, ConcurrentQueue<string> order) => new(
        new VmRunFolder(Path.Combine(_folder.FullName, name)),
        _ => Program(Rounds),
        _ =>
        {
            order.Enqueue(name);
            return (new NoPreimages(), new NoPreimages());
        },
        new RunLimits { MaxMemoryBytes = 1 << 24 },
        Leaves,
        _workers,
        text => text,
        _clock);

    // As a judge asks: what is not known is wanted.
    private static TraceAnswer<Hash32> Claim(VmTrace trace, UInt128 leaf)
    {
        trace.Want(leaf, isStep: false);
        return trace.ClaimAt(leaf);
    }

    private static TraceAnswer<StepData> Step(VmTrace trace, UInt128 instruction)
    {
        trace.Want(instruction, isStep: true);
        return trace.StepAt(instruction);
    }

    private void Restart()
    {
        _workers.Dispose();
        _workers = new VmWorkers(1);
    }

    private static T Wait<T>(Func<TraceAnswer<T>> ask)
    {
        TraceAnswer<T> answer = ask();
        Eventually(() => (answer = ask()).IsAvailable);
        return answer.Value;
    }

    private static string WaitForReason(VmTrace trace, string words)
    {
        string reason = "";
        Eventually(() => (reason = Claim(trace, 5).Reason ?? "").Contains(words, StringComparison.Ordinal));
        return reason;
    }

    private static void Eventually(Func<bool> condition)
    {
        DateTime end = DateTime.UtcNow + Patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, "waited in vain");
            Thread.Sleep(10);
        }
    }

    private static Hash32 HashAfter(ulong steps)
    {
        using VmState state = Program(Rounds);
        using Vm vm = new(state, new VmOptions { Preimages = new NoPreimages() });
        vm.Run(new RunLimits { UntilStep = steps }, default);
        return state.StateHash();
    }

    // Counts down from a number, three instructions a round, and exits with 0.
    private static VmState Program(uint rounds)
    {
        const ulong Origin = 0x1000;
        VmState state = new(VmVersion.FromName("singlethreaded")!) { NextThreadId = 1 };
        state.LeftThreads.Add(new VmThread { Pc = Origin, NextPc = Origin + 4 });
        uint[] code =
        [
            0x3c080000 | (rounds >> 16), // lui $t0
            0x35080000 | (rounds & 0xffff), // ori $t0, $t0
            0x2508ffff, // addiu $t0, $t0, -1
            0x1500fffe, // bne $t0, $zero, -2
            0x00000000, // nop
            0x24021096, // addiu $v0, $zero, 4246 (exit_group)
            0x24040000, // addiu $a0, $zero, 0
            0x0000000c, // syscall
        ];
        for (int i = 0; i < code.Length; i++)
        {
            state.Memory.WriteUInt32(Origin + 4 * (ulong)i, code[i]);
        }

        return state;
    }

    private sealed class NoPreimages : IPreimageSource, IDisposable
    {
        public void Hint(ReadOnlySpan<byte> hint)
        {
        }

        public byte[] GetPreimage(Hash32 key) => throw new PreimageException($"the program asks for nothing, not for {key}");

        public Action? Ending { get; init; }

        public void Dispose() => Ending?.Invoke();
    }
}
