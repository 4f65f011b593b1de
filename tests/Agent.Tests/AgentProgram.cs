using System.Diagnostics;

namespace Gavel.Agent.Tests;

/// <summary>What a run of the agent gave.</summary>
internal sealed record AgentResult(int Exit, string Output, string Error);

/// <summary>The built agent, run as a process.</summary>
internal static class AgentProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs it to its end.</summary>
    public static AgentResult Run(string input, params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command may end before it has read everything.
        }

        Assert.True(process.WaitForExit(Patience), "the command did not end");
        return new AgentResult(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Starts it.</summary>
    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "agent.dll"), .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
