using System.Diagnostics;
using System.IO.Compression;
using Gavel.TestKit;

namespace Gavel.Agent.Tests;

/// <summary><c>agent check contracts</c> and <c>agent check super</c> as processes: output and exit codes.</summary>
public sealed class CheckCommandTests
{
    private static readonly string Games = Checkout.PathOf("tests", "vectors", "contracts", "games-1.3.1.jsonl.gz");

    [Fact]
    public void Recorded_games_show_no_difference()
    {
        (int exit, string output, string error) = Run("contracts", Games, Checkout.PathOf("tests", "vectors", "contracts", "games-2.2.0.jsonl.gz"));
        Assert.True(exit == 0, error);
        Assert.Contains("1.3.1: 60 games", output, StringComparison.Ordinal);
        Assert.Contains("2.2.0: 60 games", output, StringComparison.Ordinal);
        Assert.EndsWith("no difference\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_is_shown_and_exits_with_one()
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(Games), CompressionMode.Decompress));
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, reader.ReadToEnd().Replace("\"ok\":false,\"", "\"ok\":true,\"", StringComparison.Ordinal));
            (int exit, string output, _) = Run("contracts", file);
            Assert.Equal(1, exit);
            Assert.Matches(@"game 1\.3\.1/[0-9]+, action [0-9]+ \(\w+.*\): result is ", output);
            Assert.Matches(@"[0-9]+ differences\n$", output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_file_that_is_no_recording_exits_with_two_and_is_named()
    {
        string file = Path.Combine(Checkout.Root, "README.md");
        (int exit, _, string error) = Run("contracts", Games, file);
        Assert.Equal(2, exit);
        Assert.Contains(file, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Recorded_super_roots_show_no_difference()
    {
        (int exit, string output, string error) = Run("super", [.. Directory.GetFiles(Checkout.PathOf("tests", "vectors", "super"), "*.gz").Order(StringComparer.Ordinal)]);
        Assert.True(exit == 0, output + error);
        Assert.Contains("174 super roots; no difference", output, StringComparison.Ordinal);
        Assert.Contains("24 worlds", output, StringComparison.Ordinal);
        Assert.EndsWith("no difference\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_between_super_roots_exits_with_one_and_what_is_none_with_two()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, """{"id":1,"start_timestamp":5,"claim_timestamp":9,"split_depth":10,"gindex":"1","trace_index":1023,"timestamp":9,"step":1}""");
            (int exit, string output, _) = Run("super", file);
            Assert.Equal((1, true), (exit, output.Contains("step 1: step is 0, not 1", StringComparison.Ordinal)));
            File.WriteAllText(file, """{"id":1,"start_timestamp":9,"claim_timestamp":9,"split_depth":10,"gindex":"1","trace_index":1023,"timestamp":9,"step":0}""");
            (exit, _, string error) = Run("super", file);
            Assert.Equal((2, true), (exit, error.Contains($"{file}, line 1", StringComparison.Ordinal)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static (int Exit, string Output, string Error) Run(string what, params string[] files)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "agent.dll"), "check", what, .. files])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)), "the command did not end");
        return (process.ExitCode, output.Result, error.Result);
    }
}
