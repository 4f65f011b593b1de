using System.Diagnostics;
using Gavel.TestKit;

namespace Gavel.Contracts.Tests;

/// <summary>The committed artifacts of our own contracts are what npm's solc makes of their sources.</summary>
public sealed class CompiledContractsTests
{
    [Fact]
    public async Task CommittedArtifacts_AreWhatTheCompilerGives()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gavel-solc-");
        try
        {
            ProcessStartInfo start = new("node", [Checkout.PathOf("devnet", "compile.mjs"), folder.FullName]) { RedirectStandardError = true };
            using Process compiler = Process.Start(start)!;
            string errors = await compiler.StandardError.ReadToEndAsync();
            await compiler.WaitForExitAsync();
            Assert.True(compiler.ExitCode == 0, errors);
            string[] committed = Directory.GetFiles(Checkout.PathOf("devnet", "artifacts"), "*.json");
            Assert.Equal(committed.Select(Path.GetFileName).Order(), folder.GetFiles().Select(file => file.Name).Order());
            foreach (string file in committed)
            {
                Assert.Equal(await File.ReadAllTextAsync(file), await File.ReadAllTextAsync(Path.Combine(folder.FullName, Path.GetFileName(file))));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
