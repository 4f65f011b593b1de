using System.Diagnostics;
using System.IO.Compression;
using Gavel.TestKit;

namespace Gavel.Agent.Tests;

/// <summary><c>agent solve</c> as a process: output, exit codes, line numbers.</summary>
public sealed class SolveCommandTests
{
    private static readonly string Games = Checkout.PathOf("tests", "vectors", "solver", "games.jsonl.gz");

    [Fact]
    public void Check_OfRecordedGames_FindsNoDifference()
    {
        Result result = Run("", "solve", "--check", Games);
        Assert.Equal(0, result.Exit);
        Assert.Contains("no difference", result.Output, StringComparison.Ordinal);
        Assert.Contains("poison-partly-resolved", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_OfAChangedLine_ShowsBothSides()
    {
        string line = Lines().First(line => line.Contains("\"type\":\"move\"", StringComparison.Ordinal));
        string changed = line.Replace("\"isAttack\":true", "\"isAttack\":false", StringComparison.Ordinal);
        changed = changed == line ? line.Replace("\"isAttack\":false", "\"isAttack\":true", StringComparison.Ordinal) : changed;
        Result result = Run(changed, "solve", "-", "--check");
        Assert.Equal(1, result.Exit);
        Assert.Contains("  recorded: {\"id\"", result.Output, StringComparison.Ordinal);
        Assert.Contains("  ours:     {\"id\"", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_OfPartlyResolvedGames_NeverFails()
    {
        string lines = string.Join('\n', Lines().Where(line => line.Contains("-partly-resolved", StringComparison.Ordinal)));
        Result result = Run(lines, "solve", "--check", "-");
        Assert.Equal(0, result.Exit);
        Assert.DoesNotContain(" 0 different", result.Output.Split("do not count:")[1].Split('\n')[^3], StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_AreThoseOfTheRecordedSchema_InInputOrder()
    {
        string[] lines = [.. Lines().Where(line => !line.Contains("-partly-resolved", StringComparison.Ordinal)).Take(200)];
        Result result = Run(string.Join('\n', lines), "solve", "-");
        Assert.Equal(0, result.Exit);
        string[] answers = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Select(Answer), answers);

        // A recorded line ends with the very fields that are printed, in the same order.
        static string Answer(string line) =>
            line[..line.IndexOf(',', StringComparison.Ordinal)] + line[line.LastIndexOf(",\"agreeWithRoot\"", StringComparison.Ordinal)..];
    }

    [Theory]
    [InlineData("", "holds no games")]
    [InlineData("GAME\nGAME\nnot json", "line 3: not JSON")]
    [InlineData("GAME\n{\"id\":\"x\"}", "line 2: a field is missing")]
    [InlineData("BARE", "line 1: game g", "--check")]
    public void BadInput_ExitsWithTwo_AndNamesTheLine(string input, string message, params string[] options)
    {
        string game = Lines().First();
        string bare = game[..game.LastIndexOf(",\"agreeWithRoot\"", StringComparison.Ordinal)] + "}";
        input = input.Replace("GAME", game, StringComparison.Ordinal).Replace("BARE", bare, StringComparison.Ordinal);
        Result result = Run(input, ["solve", "-", .. options]);
        Assert.Equal(2, result.Exit);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFile_ExitsWithTwo() => Assert.Equal(2, Run("", "solve", Path.Combine(Checkout.Root, "no-such-file")).Exit);

    private static IEnumerable<string> Lines()
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(Games), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static Result Run(string input, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "agent.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
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

        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)), "the command did not end");
        return new Result(process.ExitCode, output.Result, error.Result);
    }

    private sealed record Result(int Exit, string Output, string Error);
}
