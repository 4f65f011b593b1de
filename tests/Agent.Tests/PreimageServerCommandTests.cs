using System.Globalization;
using System.Text;
using Gavel.Cannon;
using Gavel.Cannon.Preimages;
using Gavel.Devnet;
using Gavel.Rollup;

namespace Gavel.Agent.Tests;

/// <summary><c>agent devnet preimage-server</c> as a child process of the VM, with a real devnet behind it.</summary>
public sealed class PreimageServerCommandTests
{
    private static readonly string Agent = Path.Combine(AppContext.BaseDirectory, "agent");

    [Fact]
    public async Task A_run_of_the_program_is_served_over_the_descriptors()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync(new DevnetOptions { InitialL2Blocks = 4 });
        string data = Directory.CreateTempSubdirectory("gavel-preimages").FullName;
        try
        {
            RollupView view = await new RollupDerivation(devnet.L1).AdvanceAsync(null, default);
            Hash32 agreed = view.Find(2)!.OutputRoot;
            foreach ((FaultProofProgram program, ulong claimed, int verdict) in new[]
            {
                (FaultProofProgram.Rollup, 4UL, 0), (FaultProofProgram.Rollup, 3UL, 1), (FaultProofProgram.Sha256, 4UL, 0),
            })
            {
                DisputedClaim claim = new(view.L1Head.Hash, agreed, view.Find(claimed)!.OutputRoot, 9, devnet.Options.L2ChainId);
                using ExternalPreimageServer server = Start(devnet, claim, "--data-dir", data);
                Assert.Equal(verdict, Run(program, new VerifyingPreimageSource(server, claim.ToPreimages())));
                PreimageServerExit exit = server.Stop();
                Assert.Equal(0, exit.ExitCode);
                Assert.Equal(0, exit.SentSignal);
            }

            Assert.Contains(Directory.EnumerateFiles(data, "*.bin", SearchOption.AllDirectories), file => Path.GetFileName(file).StartsWith("0x04", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task What_cannot_be_served_ends_the_server_with_exit_code_1_and_its_reason()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync();
        BlockId head = (await new RollupDerivation(devnet.L1).AdvanceAsync(null, default)).L1Head;
        Hash32 nothing = Keccak256.Hash("nothing has this hash"u8);
        DisputedClaim claim = new(head.Hash, nothing, nothing, 9, devnet.Options.L2ChainId);
        using (ExternalPreimageServer server = Start(devnet, claim))
        {
            PreimageServerException error = Assert.Throws<PreimageServerException>(() => Run(FaultProofProgram.Rollup, server));
            Assert.Equal(PreimageServerFault.Exited, error.Fault);
            Assert.Contains($"has the output root {nothing}", error.Message, StringComparison.Ordinal);
            Assert.Equal(1, server.Stop().ExitCode);
        }

        using (ExternalPreimageServer server = Start(devnet, claim))
        {
            Assert.Throws<PreimageServerException>(() => server.Hint(Encoding.ASCII.GetBytes($"l1-blob {nothing}")));
            Assert.Equal(1, server.Stop().ExitCode);
        }
    }

    private static int Run(FaultProofProgram program, IPreimageSource source)
    {
        using Stream state = program.OpenState();
        using Vm vm = new(StateFile.Read(state, compressed: true), new VmOptions { Preimages = source });
        Assert.Equal(StopReason.Exited, vm.Run(new RunLimits { MaxSteps = 1_000_000_000 }).Reason);
        return vm.State.ExitCode;
    }

    private static ExternalPreimageServer Start(LocalDevnet devnet, DisputedClaim claim, params string[] more) => ExternalPreimageServer.Start(new PreimageServerOptions
    {
        Command = Agent,
        Arguments =
        [
            "devnet", "preimage-server",
            "--l1", devnet.L1Url,
            "--l2", devnet.L2Url,
            "--l1-head", claim.L1Head.ToString(),
            "--agreed-output", claim.AgreedOutput.ToString(),
            "--claimed-output", claim.ClaimedOutput.ToString(),
            "--l2-block-number", claim.L2BlockNumber.ToString(CultureInfo.InvariantCulture),
            "--l2-chain-id", claim.L2ChainId.ToString(CultureInfo.InvariantCulture),
            .. more,
        ],
        RequestTimeout = TimeSpan.FromMinutes(1),
    });
}
