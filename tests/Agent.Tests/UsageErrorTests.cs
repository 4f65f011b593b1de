namespace Gavel.Agent.Tests;

/// <summary>Command lines that cannot be understood: the exit code and a word that says what is wrong.</summary>
public sealed class UsageErrorTests
{
    [Theory]
    [InlineData(2, "Required command was not provided.")]
    [InlineData(2, "--nonsense", "--nonsense")]
    [InlineData(2, "Unrecognized command or argument 'defend'", "defend")]
    [InlineData(2, "argument 'FILE' missing", "solve")]
    [InlineData(2, "--nonsense", "solve", "--nonsense", "games.jsonl")]
    [InlineData(2, "--nonsense", "run", "--nonsense")]
    [InlineData(2, "Required command was not provided.", "cannon")]
    [InlineData(2, "argument 'FILE' missing", "cannon", "check-steps")]
    [InlineData(2, "'--programs' is required", "cannon", "check-proofs", "proofs.jsonl")]
    [InlineData(2, "--max-steps", "cannon", "check-programs", "programs", "--max-steps", "many")]
    [InlineData(1, "'--path' is required", "cannon", "load-elf", "--type", "singlethreaded")]
    [InlineData(1, "unknown option --nonsense", "cannon", "run", "--input", "nowhere", "--nonsense")]
    [InlineData(1, "unknown option --stop-on", "cannon", "run", "--input", "nowhere", "--stop-on", "=5", "--", "server", "--verbose")]
    [InlineData(1, "nowhere", "cannon", "run", "--input", "nowhere", "--meta=", "--", "server", "--verbose")]
    [InlineData(1, "--meta meta.json: there is no such file", "cannon", "run", "--input", "nowhere", "--", "server", "--verbose")]
    [InlineData(1, "'--input' is required", "cannon", "run", "--", "server", "--verbose")]
    [InlineData(1, "--nonsense", "cannon", "witness", "--nonsense")]
    public void AnUnusableCommandLine_HasItsExitCode(int exit, string words, params string[] arguments)
    {
        AgentProcess.Result result = AgentProcess.Run(Path.GetTempPath(), arguments);
        Assert.True(result.Exit == exit, $"exit {result.Exit}: {result.Output}{result.Error}");
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("cannon", "load-elf", "--help")]
    [InlineData("cannon", "check-steps", "--help")]
    public void Help_IsNoError(params string[] arguments) => Assert.Equal(0, AgentProcess.Run(Path.GetTempPath(), arguments).Exit);
}
