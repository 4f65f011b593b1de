using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Gavel.EndToEnd.Tests;

/// <summary>The demo as a program without a terminal sees it.</summary>
public sealed partial class DemoTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("1.2.0", "A local chain with the real dispute contracts", @"game type 0 .* real ")]
    [InlineData("2.x", "our twins of the dispute contracts of 2.x, and the real MIPS", @"game type 0 .* our twin ")]
    public async Task Demo_TellsWhatIsReal_EndsWithALineForPrograms_AndLeavesNoProcessBehind(string generation, string title, string type)
    {
        string mark = $"gavel-demo-test-{Guid.NewGuid():N}";
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "agent"), ["demo", "--generation", generation]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GAVEL_TEST_MARK"] = mark;
        using Process demo = Process.Start(start)!;
        using CancellationTokenSource limit = new(Limit);
        StringBuilder said = new();
        StringBuilder complaints = new();
        Task<string> output = ReadAsync(demo.StandardOutput, said);
        Task<string> errors = ReadAsync(demo.StandardError, complaints);
        try
        {
            await demo.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"not over after {Limit}; it has said:\n{said}\n{complaints}");
        }
        finally
        {
            demo.Kill(entireProcessTree: true);
        }

        string text = await output;
        Assert.True(demo.ExitCode == 0, $"exit {demo.ExitCode}\n{text}\n{await errors}");
        Assert.Contains(title, text, StringComparison.Ordinal);
        Assert.Matches(type, text);
        Assert.Matches("MIPS .* real ", text);
        string last = text.TrimEnd().Split('\n')[^1];
        Match match = LastLine().Match(last);
        Assert.True(match.Success, last);
        Assert.True(decimal.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) > 200, last); // the liar's bonds down to depth 50
        Assert.True(long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) > 1_000_000, last);
        Assert.Empty(await MarkedAsync(mark));
    }

    private static async Task<string> ReadAsync(StreamReader from, StringBuilder into)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (into)
            {
                into.AppendLine(line);
            }
        }

        return into.ToString();
    }

    // Processes inherit the environment, so that a mark in it finds every one that the demo started.
    private static async Task<IReadOnlyList<string>> MarkedAsync(string mark)
    {
        IReadOnlyList<string> found = [];
        for (int i = 0; i < 50; i++)
        {
            found = [.. Directory.GetDirectories("/proc").Where(folder => IsMarked(folder, mark))];
            if (found.Count == 0)
            {
                break;
            }

            await Task.Delay(100);
        }

        return found;
    }

    private static bool IsMarked(string folder, string mark)
    {
        try
        {
            return int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id) && id != Environment.ProcessId
                && File.ReadAllText(Path.Combine(folder, "environ")).Contains(mark, StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // it has ended in between, or is not ours
        }
    }

    [GeneratedRegex(@"^winner=challenger profit=([0-9.]+) steps=([0-9]+) seconds=[0-9.]+$")]
    private static partial Regex LastLine();
}
