using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Gavel.Agent.Demo;
using Gavel.Chains;
using Gavel.Challenger;
using Gavel.Devnet;

namespace Gavel.EndToEnd.Tests.Arena;

/// <summary>Gavel as its users run it: the program <c>agent run</c> with a configuration file, so that it can be killed outright.</summary>
internal sealed class GavelProcess : IDisposable
{
    private readonly ConcurrentQueue<string> _lines = new();
    private Process? _process;

    /// <summary>Writes the configuration; nothing runs before <see cref="Start"/>.</summary>
    public GavelProcess(Ring ring, DevnetAccount account, Action<ChainOptions>? configure = null, object? host = null)
    {
        ChainOptions chain = DevnetDefence.Of(ring.Devnet, account, ring.Data, "process");
        chain.Cannon.AlphabetGameTypes.Clear(); // lists of a file are added to the defaults
        configure?.Invoke(chain);
        Config = Path.Combine(ring.Data, "process.json");
        File.WriteAllText(Config, JsonSerializer.Serialize(new
        {
            Challenger = new ChallengerOptions { DataDirectory = Path.Combine(ring.Data, "process"), Chains = [chain] },
            Host = host ?? new { Listen = "" },
        }));
    }

    /// <summary>Its configuration file.</summary>
    public string Config { get; }

    /// <summary>What it has printed, over all its lives.</summary>
    public string Log => string.Join('\n', _lines);

    /// <summary>The end of what it has printed, the last line first.</summary>
    public string LastWords => string.Join('\n', _lines.Reverse().Take(30));

    /// <summary>True while it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts it.</summary>
    public void Start()
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "agent")) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("run");
        start.ArgumentList.Add("--config");
        start.ArgumentList.Add(Config);
        Process process = new() { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
    }

    /// <summary>Kills it with SIGKILL, as a crash of the machine would.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            Kill();
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }
}
