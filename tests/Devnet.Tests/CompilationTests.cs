using System.Diagnostics;
using Gavel.Ethereum;
using Gavel.TestKit;

namespace Gavel.Devnet.Tests;

/// <summary>The committed artifacts are what the sources compile to.</summary>
public sealed class CompilationTests
{
    [Fact]
    public async Task Artifacts_AreThoseOfTheSources()
    {
        string folder = Directory.CreateTempSubdirectory("gavel-artifacts-").FullName;
        try
        {
            ProcessStartInfo start = new("node", [Checkout.PathOf("devnet", "compile.mjs"), folder]) { RedirectStandardError = true };
            using Process node = Process.Start(start)!;
            string error = await node.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(2));
            await node.WaitForExitAsync();
            Assert.True(node.ExitCode == 0, error);

            string[] compiled = [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!).Order()];
            string[] committed = [.. Directory.GetFiles(Checkout.PathOf("devnet", "artifacts")).Select(file => Path.GetFileName(file)!).Order()];
            Assert.NotEmpty(compiled);
            Assert.Equal(committed, compiled);
            foreach (string file in compiled)
            {
                Assert.Equal(File.ReadAllText(Checkout.PathOf("devnet", "artifacts", file)), File.ReadAllText(Path.Combine(folder, file)));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Inbox_HasTheCompiledCodeSaveForItsImmutable()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync();
        byte[] expected = ContractArtifact.Own("BatchInbox").RuntimeCode;
        byte[] deployed = await devnet.L1.GetCodeAsync(DevnetAddresses.BatchInbox, BlockRef.Latest, default);
        Assert.Equal(expected.Length, deployed.Length);
        byte[] batcher = DevnetAccounts.Batcher.Address.ToArray();
        Assert.All(expected.Zip(deployed).Where(pair => pair.First != pair.Second), pair => Assert.Contains(pair.Second, batcher));
        Assert.NotEqual(expected, deployed);
    }
}
