using System.Runtime.InteropServices;
using Gavel.Cannon;
using Gavel.Cannon.Preimages;

namespace Gavel.Agent.CannonTool;

/// <summary>The options of <c>agent cannon run</c>.</summary>
internal sealed record CannonRunOptions
{
    public required string Input { get; init; }

    public required string Output { get; init; }

    public StepPattern ProofAt { get; init; }

    public required string ProofFormat { get; init; }

    public StepPattern SnapshotAt { get; init; }

    public required string SnapshotFormat { get; init; }

    public StepPattern StopAt { get; init; }

    public PreimageStop? StopAtPreimage { get; init; }

    public StepPattern InfoAt { get; init; }

    public string DebugInfo { get; init; } = "";

    public VmEngine Engine { get; init; }

    public IReadOnlyList<string> Server { get; init; } = [];
}

/// <summary>
/// Runs a state as the reference's <c>run</c> does: at each step info, stop and snapshot come before the step, which is taken with a proof where that is asked for.
/// Whoever interrupts it, or whose guest faults or finds no server, gets that from the exit code and no state: as there.
/// </summary>
internal sealed class CannonRun(CannonRunOptions options, TextWriter error)
{
    // As the reference does: a server may take its time to answer, and to put its store in order at the end.
    private static readonly TimeSpan Unlimited = TimeSpan.FromDays(20);
    private static readonly TimeSpan ServerGrace = TimeSpan.FromSeconds(30);

    private const int Failed = 1;
    private const int Faulted = 2;
    private const int Interrupted = 255;

    private readonly RunProgress _progress = new(error);
    private bool _preimageMatched;

    /// <summary>Runs to the end and writes what is asked for.</summary>
    /// <returns>0, also when the guest failed; 2 when the VM faulted or a preimage was read without a server; 255 when interrupted; 1 for other errors.</returns>
    public int Run()
    {
        using CancellationTokenSource interrupt = new();
        void Interrupt(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupt.Cancel();
        }

        using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using PosixSignalRegistration onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        VmState state = CannonFiles.ReadState(options.Input);
        using ExternalPreimageServer? server = StartServer(interrupt.Token);
        Vm? running = null;
        VmOptions vmOptions = new()
        {
            Preimages = server is null ? NoPreimages.Instance : new VerifyingPreimageSource(server),
            Engine = options.Engine,
            StandardOutput = new GuestOutput(error, "guest stdout"),
            StandardError = new GuestOutput(error, "guest stderr"),
            StopAfterPreimageRead = read => _preimageMatched |= options.StopAtPreimage?.Matches(read, running!.State.Step - 1) == true,
        };
        using Vm vm = running = new Vm(state, vmOptions);
        int exit = 0;
        try
        {
            Loop(vm, interrupt.Token);
            if (interrupt.IsCancellationRequested)
            {
                error.WriteLine($"interrupted at step {vm.State.Step}");
                exit = Interrupted;
            }
        }
        catch (VmFaultException fault)
        {
            error.WriteLine($"error: the VM does not allow the next step: {fault.Message}");
            exit = Faulted;
        }
        catch (PreimageServerException failure) when (failure.Fault == PreimageServerFault.Cancelled)
        {
            error.WriteLine($"interrupted at step {vm.State.Step}");
            exit = Interrupted;
        }
        catch (PreimageException failure)
        {
            error.WriteLine($"error: {failure.Message}; stopped at step {vm.State.Step}");
            exit = server is null ? Faulted : Failed;
        }

        // The 32-bit VM has no translator, which is worth a word only to who asked for one.
        if (vm.WhyInterpreted is { } reason && (options.Engine == VmEngine.Translator || state.Version.Is64))
        {
            error.WriteLine($"the interpreter ran alone: {reason}");
        }

        ((GuestOutput)vmOptions.StandardOutput).Finish();
        ((GuestOutput)vmOptions.StandardError).Finish();
        if (exit == 0 && options.Output.Length > 0)
        {
            CannonFiles.WriteState(options.Output, vm.State);
        }

        if (options.DebugInfo.Length > 0)
        {
            CannonFiles.WriteDebugInfo(options.DebugInfo, vm);
        }

        return exit;
    }

    private ExternalPreimageServer? StartServer(CancellationToken cancellation) => options.Server.Count == 0 ? null : ExternalPreimageServer.Start(
        new PreimageServerOptions
        {
            Command = options.Server[0],
            Arguments = [.. options.Server.Skip(1)],
            RequestTimeout = Unlimited,
            Grace = ServerGrace,
            InterruptGrace = ServerGrace,
            Output = line => error.WriteLine($"server: {line.Text}"),
        },
        cancellation);

    private void Loop(Vm vm, CancellationToken cancellation)
    {
        while (!vm.State.Exited && !_preimageMatched)
        {
            ulong step = vm.State.Step;
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            if (options.InfoAt.Matches(step))
            {
                _progress.Write("running", vm.Progress, LastStep());
            }

            if (options.StopAt.Matches(step))
            {
                return;
            }

            if (options.SnapshotAt.Matches(step))
            {
                CannonFiles.WriteState(CannonFiles.Name(options.SnapshotFormat, step), vm.State);
            }

            if (options.ProofAt.Matches(step))
            {
                CannonFiles.WriteProof(CannonFiles.Name(options.ProofFormat, step), vm.Prove());
                continue;
            }

            ulong until = Math.Min(Math.Min(options.InfoAt.Next(step), options.StopAt.Next(step)), Math.Min(options.SnapshotAt.Next(step), options.ProofAt.Next(step)));
            RunLimits limits = new()
            {
                UntilStep = until,
                ProgressInterval = 10_000_000,
                OnProgress = progress => _progress.Show("running", progress, LastStep()),
            };
            vm.Run(limits, cancellation);
        }
    }

    private ulong? LastStep() => options.StopAt.Next(0) is < ulong.MaxValue and ulong stop ? stop : null;
}
