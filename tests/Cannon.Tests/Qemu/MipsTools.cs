using System.Diagnostics;

namespace Gavel.Cannon.Tests.Qemu;

/// <summary>Debian's cross assembler and user-mode emulator. A missing one fails the test.</summary>
internal static class MipsTools
{
    /// <summary>Assembles and links a program without a C library.</summary>
    public static void Assemble(string source, string program) =>
        Run("mips64-linux-gnuabi64-gcc", "-nostdlib", "-static", "-mabi=64", "-march=mips64", "-mno-abicalls", "-fno-pic", "-Wl,--build-id=none", "-Wl,-e,__start", "-o", program, source);

    /// <summary>Runs a program under qemu and gives its standard output.</summary>
    public static byte[] Emulate(string program) => Run("qemu-mips64", program);

    private static byte[] Run(string command, params string[] arguments)
    {
        ProcessStartInfo start = new(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.ToArray()
            : throw new InvalidOperationException($"{command} ended with {process.ExitCode}: {errors.GetAwaiter().GetResult()}");
    }
}
