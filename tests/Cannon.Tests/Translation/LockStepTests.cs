using Gavel.TestKit;

namespace Gavel.Cannon.Tests.Translation;

/// <summary>The translator beside the interpreter: wherever both are stopped, their states are the same to the last bit.</summary>
public sealed class LockStepTests : IDisposable
{
    private const ulong Length = 6000;

    private VmCheckpoint? _kept;
    private Hash32 _keptHash;

    public void Dispose() => _kept?.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Scale", "full")]
    public void RandomLoops_AreEqualAtRandomStops(bool thorough)
    {
        long translated = 0;
        long all = 0;
        int ends = 0;
        for (int seed = 1; seed <= Scale.Of(150, 10_000); seed++)
        {
            using Vm expected = new(LoopProgram.State(seed), Tunings.Interpreter);
            using Vm actual = new(LoopProgram.State(seed), Tunings.Translator, Tunings.Eager with { IsThorough = thorough });
            Assert.Null(actual.WhyInterpreted);
            Random random = new(seed);
            _kept?.Dispose();
            _kept = null;
            string fault = "";
            for (int stop = 0; expected.State.Step < Length && fault.Length == 0; stop++)
            {
                Disturb(random.Next(12), random, expected, actual);
                ulong count = (ulong)(random.Next(4) == 0 ? random.Next(1, 3000) : random.Next(1, 60));

                // Where a run is cut into short pieces, nothing would be seen for long enough.
                actual.Translator!.Planner.Seen(actual.State.ActiveThread!.Pc);
                fault = Run(expected, count);
                string other = Run(actual, count);
                string? difference = fault == other ? StateComparer.Difference(expected.State, actual.State) : $"{fault}, not {other}";
                Assert.True(difference is null, $"seed {seed}, stop {stop} at step {expected.State.Step}: {difference}");
            }

            Disturb(0, random, expected, actual);
            Assert.Null(actual.WhyInterpreted);
            ends += fault.Length > 0 ? 1 : 0;
            translated += actual.Translator!.TranslatedSteps;
            all += (long)actual.State.Step;
        }

        // The sample must hold what it is meant to test.
        Assert.True(ends > 60, $"only {ends} programs came to an end");
        Assert.True(translated > all / 4, $"only {translated} of {all} steps were translated");
    }

    private static string Run(Vm vm, ulong count)
    {
        try
        {
            vm.Run(new RunLimits { MaxSteps = count });
            return "";
        }
        catch (VmFaultException fault)
        {
            return $"fault {fault.Message} at {fault.Pc} after {fault.Step}";
        }
    }

    /// <summary>What a host does between runs: roots and checkpoints change the state that pages are in.</summary>
    private void Disturb(int what, Random random, Vm expected, Vm actual)
    {
        switch (what)
        {
            case 0:
                Assert.Equal(expected.State.StateHash(), actual.State.StateHash());
                break;
            case 1 when _kept is not null && random.Next(2) == 0:
                // The run went on, and must not have written into what the checkpoint reads.
                using (VmState restored = _kept.Restore())
                {
                    Assert.Equal(_keptHash, restored.StateHash());
                }

                break;
            case 1:
                _kept?.Dispose();
                _kept = VmCheckpoint.Take(actual.State);
                _keptHash = actual.State.StateHash();
                break;
        }
    }
}
