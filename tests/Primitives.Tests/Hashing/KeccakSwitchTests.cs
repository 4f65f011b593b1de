using System.Diagnostics;

namespace Gavel.Primitives.Tests;

/// <summary>Runs the kernel tests again in processes whose runtime was told to leave instructions alone, so that every fallback is chosen once.</summary>
public sealed class KeccakSwitchTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512", KeccakKernel.Avx512, "Avx2")]
    [InlineData("DOTNET_EnableAVX2", KeccakKernel.Avx2, "Portable")]
    [InlineData("DOTNET_EnableHWIntrinsic", KeccakKernel.Portable, "Portable")]
    public async Task Without_instructions_the_next_kernel_is_chosen_and_right(string variable, object needs, string expected)
    {
        // Where this processor lacks what is switched off, the switch changes nothing, and what is chosen here must be chosen there.
        string chosen = KeccakKernels.IsSupported((KeccakKernel)needs) ? expected : KeccakKernels.Best.ToString();
        string program = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        ProcessStartInfo start = new(
            program, ["vstest", typeof(KeccakSwitchTests).Assembly.Location, $"--TestCaseFilter:FullyQualifiedName~{nameof(KeccakKernelTests)}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[variable] = "0";
        start.Environment[KeccakKernelTests.ExpectedKernel] = chosen;
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        Assert.True(child.ExitCode == 0 && output.Contains("Passed:", StringComparison.Ordinal), $"{output}{await errors}");
    }
}
