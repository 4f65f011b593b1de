namespace Gavel.Cannon.Tests.Execution;

/// <summary>Recorded runs: hashes on the way, and checkpoints from which the run can be repeated.</summary>
public sealed class CheckpointTests
{
    [Theory]
    [InlineData("multithreaded64-5")]
    [InlineData("singlethreaded")]
    public void EveryCheckpointLeadsToTheSameEnd(string version)
    {
        ProgramRun run = ProgramRun.All(VectorFiles.PathOf("programs")).First(run => run.Name == "claim" && run.Version.Name == version);
        ulong[] steps = [0, 1, 1000, 100_000, 333_333, 600_000];
        ulong end = run.TotalSteps;
        VmRecording recording;
        using (Vm vm = new(run.Load(), new VmOptions { Preimages = run.Preimages() }))
        {
            recording = VmRecording.Run(vm, [.. steps, end, end + 1_000_000], steps, new RunLimits());
            Assert.Equal((StopReason.Exited, end), (recording.Result.Reason, recording.Result.Steps));
        }

        using (recording)
        {
            Assert.Equal(steps, recording.Checkpoints.Select(checkpoint => checkpoint.Step));
            Assert.Equal(recording.Hashes[end], recording.Hashes[end + 1_000_000]);
            foreach (VmCheckpoint checkpoint in recording.Checkpoints)
            {
                using Vm again = new(checkpoint.Restore(), new VmOptions { Preimages = run.Preimages() });
                Assert.Equal(recording.Hashes[checkpoint.Step], again.State.StateHash());
                again.Run(new RunLimits());
                Assert.Equal(run.Expected.GetProperty("finalWitness").GetString(), Hex.Encode(again.State.EncodeWitness()));
            }

            Assert.Equal(100_000ul, recording.Before(333_332)!.Step);
            Assert.Equal(600_000ul, recording.Before(ulong.MaxValue)!.Step);
        }
    }

    [Fact]
    public async Task ACheckpointCanBeReadWhileTheRunGoesOn()
    {
        ProgramRun run = ProgramRun.All(VectorFiles.PathOf("programs")).First(run => run.Name == "claim" && run.Version.HasThreads);
        using Vm vm = new(run.Load(), new VmOptions { Preimages = run.Preimages() });
        List<Task> readers = [];
        while (!vm.State.Exited)
        {
            vm.Run(new RunLimits { MaxSteps = 20_000 });
            Hash32 expected = vm.State.StateHash();
            VmCheckpoint checkpoint = VmCheckpoint.Take(vm.State);
            readers.Add(Task.Run(() =>
            {
                using (checkpoint)
                {
                    using VmState state = checkpoint.Restore();
                    foreach (ulong page in state.Memory.AllocatedPages())
                    {
                        // Touched, so that the root is made from the bytes and not from what the checkpoint knew.
                        state.Memory.WritablePage(page);
                    }

                    Assert.Equal(expected, state.StateHash());
                }
            }));
        }

        await Task.WhenAll(readers);
        Assert.True(readers.Count > 20);
    }

    [Fact]
    public void ACheckpointIsWrittenAsAStateFile()
    {
        ProgramRun run = ProgramRun.All(VectorFiles.PathOf("programs")).First(run => run.Name == "hello");
        using Vm vm = new(run.Load());
        vm.Run(new RunLimits { MaxSteps = 200_000 });
        using VmCheckpoint checkpoint = VmCheckpoint.Take(vm.State);
        vm.Run(new RunLimits { MaxSteps = 100_000 });
        string path = Path.Combine(Directory.CreateTempSubdirectory("gavel-checkpoint").FullName, "state.bin.gz");
        checkpoint.Write(path);
        byte[] written = ProgramRun.Unzip(path);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Assert.True(written.AsSpan().SequenceEqual(ProgramRun.Unzip(VectorFiles.PathOf("states", "state-multithreaded64-5-step200000.bin.gz"))));
    }

    [Fact]
    public void ADisposedCheckpointIsRefused()
    {
        ProgramRun run = ProgramRun.All(VectorFiles.PathOf("programs")).First(run => run.Name == "hello");
        using VmState state = run.Load();
        VmCheckpoint checkpoint = VmCheckpoint.Take(state);
        checkpoint.Dispose();
        Assert.Throws<ObjectDisposedException>(checkpoint.Restore);
    }

    [Fact]
    public void ALimitLeavesLaterHashesOut()
    {
        ProgramRun run = ProgramRun.All(VectorFiles.PathOf("programs")).First(run => run.Name == "hello");
        using Vm vm = new(run.Load());
        using VmRecording recording = VmRecording.Run(vm, [10, 5000], [10, 5000], new RunLimits { MaxSteps = 100 });
        Assert.Equal([10ul], recording.Hashes.Keys);
        Assert.Equal((StopReason.StepLimit, 100ul), (recording.Result.Reason, recording.Result.Steps));
    }
}
