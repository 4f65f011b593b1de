using System.Diagnostics;
using Gavel.TestKit;

namespace Gavel.Agent.Tests;

/// <summary>The built <c>agent</c> as a process.</summary>
internal static class AgentProcess
{
    /// <summary>What a finished process left.</summary>
    public sealed record Result(int Exit, byte[] OutputBytes, string Error)
    {
        public string Output => System.Text.Encoding.UTF8.GetString(OutputBytes);
    }

    /// <summary>Starts it in a folder.</summary>
    public static Process Start(string folder, params string[] arguments) => StartAs("agent", folder, arguments);

    private static Process StartAs(string name, string folder, string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, name);
        Assert.True(File.Exists(program), $"{program} was not built");
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end.</summary>
    public static Result Run(string folder, byte[] input, params string[] arguments) => RunAs("agent", folder, input, arguments);

    /// <summary>Runs it to its end under one of its names.</summary>
    public static Result RunAs(string name, string folder, byte[] input, params string[] arguments)
    {
        using Process process = StartAs(name, folder, arguments);
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task write = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        });
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        write.GetAwaiter().GetResult();
        return new Result(process.ExitCode, output.ToArray(), error.GetAwaiter().GetResult());
    }

    /// <inheritdoc cref="Run(string, byte[], string[])"/>
    public static Result Run(string folder, params string[] arguments) => Run(folder, [], arguments);

    /// <summary>A file of the recorded Cannon vectors.</summary>
    public static string Vector(params string[] parts) => Checkout.PathOf(["tests", "vectors", "cannon", .. parts]);
}
