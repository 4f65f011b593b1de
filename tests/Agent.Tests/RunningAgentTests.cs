using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Gavel.Agent.Tests;

/// <summary>
/// An agent at work on a devnet, seen from outside: its metrics are those of the catalogue, its spans reach a collector, its health tells the
/// truth, and none of the secrets that it was given is in anything that it says or keeps.
/// </summary>
public sealed partial class RunningAgentTests(OperatedDevnet chain) : IClassFixture<OperatedDevnet>, IAsyncLifetime
{
    private const string Password = "hunter22-in-the-url";
    private const string Token = "tok3n-in-the-query";
    private const string Phrase = "test test test test test test test test test test test junk";

    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-running-").FullName;
    private readonly ConcurrentQueue<byte[]> _spans = new();
    private readonly StringBuilder _said = new();
    private readonly HttpClient _http = new();
    private WebApplication? _collector;
    private Process? _agent;
    private string _page = "";

    public async Task InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _collector = builder.Build();
        _collector.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using MemoryStream body = new();
            await request.Body.CopyToAsync(body);
            _spans.Enqueue(body.ToArray());
        });
        await _collector.StartAsync();
        await StartAgentAsync();
    }

    public async Task DisposeAsync()
    {
        if (_agent is not null)
        {
            _agent.Kill();
            _agent.Dispose();
        }

        await _collector!.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task AgentAtWork_IsSeenFromOutside_AndTellsNoSecret()
    {
        chain.CreateGame(chain.NewRoot());
        string metrics = await WaitAsync(async () => await _http.GetStringAsync($"{_page}/metrics"), "gavel_cycle_games{chain=\"devnet\",state=\"invalid\"} 1");
        await WaitAsync(() => Task.FromResult(Spans()), "intents");
        HoldAgainstCatalogue(metrics);
        string spans = Spans();
        Assert.All((string[])["Gavel.Challenger", "cycle", "decide game", "intents", "Gavel.Ethereum"], name => Assert.Contains(name, spans, StringComparison.Ordinal));

        Assert.Equal("alive", await _http.GetStringAsync($"{_page}/healthz"));
        string ready = await (await _http.GetAsync($"{_page}/readyz")).Content.ReadAsStringAsync();
        string dangers = await HoldDangersAsync();
        await HoldEventsAsync();
        string said = Said();
        Assert.Contains("agent listens at", said, StringComparison.Ordinal);
        Assert.Contains("defends devnet, second (dry run)", said, StringComparison.Ordinal);

        string kept = string.Join('\n', Directory.GetFiles(_folder, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".phrase", StringComparison.Ordinal) && !file.EndsWith("gavel.json", StringComparison.Ordinal) && !file.EndsWith(".lock", StringComparison.Ordinal))
            .Select(Content));
        string key = DevnetAccounts.Challenger.PrivateKey;
        string phraseKey = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        Assert.All((string[])[Password, Token, key, key[2..], phraseKey, Phrase], secret =>
            Assert.All((string[])[said, metrics, ready, dangers, spans, kept], text => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase)));

        // A second agent of the same page, and one of the same journal, are told in one line each.
        AgentProcess.Result second = Second();
        Assert.Equal(2, second.Exit);
        Assert.Contains($"Host:Listen: {_page} is in use (another agent?); choose another port", second.Error, StringComparison.Ordinal);
        Assert.Contains("the journal of account", second.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Error, StringComparison.Ordinal);
    }

    // The configuration has no Cannon section, and the factory offers types that need one: seen in every view, with the same names.
    private async Task<string> HoldDangersAsync()
    {
        string text = await WaitAsync(async () => await _http.GetStringAsync($"{_page}/dangers"), "preimage-server-missing");
        JsonElement answer = JsonDocument.Parse(text).RootElement;
        Assert.Equal(["at", "dangers"], answer.EnumerateObject().Select(property => property.Name));
        JsonElement danger = answer.GetProperty("dangers").EnumerateArray().Single(danger => danger.GetProperty("code").GetString() == "preimage-server-missing" && danger.GetProperty("chain").GetString() == "devnet");
        Assert.Equal(
            ["code", "severity", "origin", "chain", "game", "subject", "problem", "mend", "since", "deadline", "secondsLeft", "docs"],
            danger.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("warn", "ours", "docs/dangers.md#preimage-server-missing"), (danger.GetProperty("severity").GetString(), danger.GetProperty("origin").GetString(), danger.GetProperty("docs").GetString()));
        string[] severities = [.. answer.GetProperty("dangers").EnumerateArray().Select(one => one.GetProperty("severity").GetString()!)];
        Assert.Equal(severities.OrderByDescending(severity => Array.IndexOf(["watch", "warn", "page"], severity)), severities);
        Assert.Contains("\nwarn preimage-server-missing: devnet: Cannon:Server is empty", $"\n{await _http.GetStringAsync($"{_page}/dangers.txt")}", StringComparison.Ordinal);
        using HttpResponseMessage ready = await _http.GetAsync($"{_page}/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("warn preimage-server-missing: devnet:", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("gavel_dangers{severity=\"warn\",origin=\"ours\",code=\"preimage-server-missing\"} 2", await _http.GetStringAsync($"{_page}/metrics"), StringComparison.Ordinal);
        Assert.Contains("Warn preimage-server-missing: devnet: Cannon:Server is empty", Said(), StringComparison.Ordinal);

        string[] configured = ["--config", Path.Combine(_folder, "gavel.json"), "--chain", "devnet"];
        AgentProcess.Result json = AgentProcess.Run(_folder, ["games", .. configured, "--json"]);
        Assert.True(json.Exit == 0, json.Error);
        string?[] chains = [.. JsonDocument.Parse(json.Output).RootElement.GetProperty("dangers").EnumerateArray().Select(one => one.GetProperty("chain").GetString()).Distinct()];
        Assert.Contains("devnet", chains);
        Assert.DoesNotContain("second", chains);
        Assert.Contains("  warn preimage-server-missing: devnet:", AgentProcess.Run(_folder, ["games", .. configured]).Output, StringComparison.Ordinal);
        Assert.Contains("dangers: none stands, says the running agent", AgentProcess.Run(_folder, ["explain", Address.Zero.ToString(), .. configured]).Output, StringComparison.Ordinal);
        return text + json.Output;
    }

    // The owner asks for a greater bond: an event, a line and a count, once for each chain that stands on the factory.
    private async Task HoldEventsAsync()
    {
        Assert.Equal(["at", "events"], JsonDocument.Parse(await _http.GetStringAsync($"{_page}/events")).RootElement.EnumerateObject().Select(property => property.Name));
        byte[] raise = StrictAbi.Encode(new SetInitBondFunction { GameType = DevnetGameType.PermissionedCannon, InitBond = 7 });
        await chain.Devnet.SendAsync(DevnetAccounts.Owner, chain.Devnet.Addresses.DisputeGameFactory, raise);
        string metrics = await WaitAsync(async () => await _http.GetStringAsync($"{_page}/metrics"), "gavel_upgrades_total{chain=\"devnet\",kind=\"type-changed\"} 1");
        HoldAgainstCatalogue(metrics);
        JsonElement upgrade = JsonDocument.Parse(await _http.GetStringAsync($"{_page}/events")).RootElement.GetProperty("events").EnumerateArray()
            .Single(one => one.GetProperty("chain").GetString() == "devnet");
        Assert.Equal(["at", "chain", "kind", "factory", "gameType", "after", "seenAt", "what", "needs"], upgrade.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("type-changed", 1U), (upgrade.GetProperty("kind").GetString(), upgrade.GetProperty("gameType").GetUInt32()));
        Assert.Equal("init bond 0.000000000000000007 ETH, before 0.08 ETH", upgrade.GetProperty("what").GetString());
        Assert.Contains(" devnet type-changed: game type 1 of factory ", await _http.GetStringAsync($"{_page}/events.txt"), StringComparison.Ordinal);
        Assert.Contains("devnet was upgraded: game type 1 of factory ", Said(), StringComparison.Ordinal);
    }

    // The text, once it holds the words.
    private async Task<string> WaitAsync(Func<Task<string>> ask, string words)
    {
        try
        {
            return await Eventually.NotNullAsync(async () => await ask() is var text && text.Contains(words, StringComparison.Ordinal) ? text : null, TimeSpan.FromMinutes(2));
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"\"{words}\" did not appear; the agent said: {Said()}", error);
        }
    }

    private static void HoldAgainstCatalogue(string metrics)
    {
        Dictionary<string, string> help = Lines(metrics, "# HELP ");
        Dictionary<string, string> type = Lines(metrics, "# TYPE ");
        Assert.Equal(MetricCatalogue.All.Select(metric => metric.Name).Order(StringComparer.Ordinal), help.Keys.Where(name => name.StartsWith("gavel_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(MetricCatalogue.All, metric =>
        {
            Assert.Equal(metric.Help, help[metric.Name]);
            Assert.Equal(metric.Kind.ToString().ToLowerInvariant(), type[metric.Name]);
            foreach (Match sample in Sample().Matches(metrics).Where(sample => Regex.IsMatch(sample.Groups[1].Value, $"^{metric.Name}(_bucket|_sum|_count)?$")))
            {
                IEnumerable<string> labels = Label().Matches(sample.Groups[2].Value).Select(label => label.Groups[1].Value).Where(label => label != "le");
                Assert.Equal(metric.Labels, labels);
            }
        });
        string[] measured = [.. Sample().Matches(metrics).Select(sample => Regex.Replace(sample.Groups[1].Value, "_(bucket|sum|count)$", ""))];
        Assert.All(
            MetricCatalogue.All.Where(metric => metric.Name.StartsWith("gavel_cycle_", StringComparison.Ordinal) || metric.Name.StartsWith("gavel_endpoint_requests", StringComparison.Ordinal)),
            metric => Assert.Contains(metric.Name, measured));
    }

    private static Dictionary<string, string> Lines(string metrics, string start) =>
        metrics.Split('\n').Where(line => line.StartsWith(start, StringComparison.Ordinal))
            .Select(line => line[start.Length..].Split(' ', 2))
            .ToDictionary(words => words[0], words => words[1]);

    private string Spans() => string.Concat(_spans.Select(Encoding.Latin1.GetString));

    private string Said()
    {
        lock (_said)
        {
            return _said.ToString();
        }
    }

    private AgentProcess.Result Second()
    {
        Environment.SetEnvironmentVariable("GAVEL_TEST_RUNNING_KEY", DevnetAccounts.Challenger.PrivateKey);
        return AgentProcess.Run(_folder, "run", "--config", Path.Combine(_folder, "gavel.json"));
    }

    private async Task StartAgentAsync()
    {
        string phrase = Path.Combine(_folder, "second.phrase");
        await File.WriteAllTextAsync(phrase, Phrase);
        string l1 = $"{chain.Devnet.L1Url.Replace("http://", $"http://operator:{Password}@", StringComparison.Ordinal).TrimEnd('/')}/?apikey={Token}";
        object Chain(string name, object account, bool dryRun) => new
        {
            Name = name,
            SystemConfig = chain.Devnet.Addresses.SystemConfig.ToString(),
            L1 = new[] { l1 },
            RollupNodes = new[] { chain.Devnet.RollupNode.Url },
            L2ExecutionNodes = new[] { chain.Devnet.L2Url },
            PollSeconds = 0.5,
            DryRun = dryRun,
            Account = account,
            Sending = new { Confirmations = 1 },
        };
        int port = FreePort();
        _page = $"http://127.0.0.1:{port}";
        await File.WriteAllTextAsync(Path.Combine(_folder, "gavel.json"), JsonSerializer.Serialize(new
        {
            Challenger = new
            {
                DataDirectory = Path.Combine(_folder, "data"),
                Chains = new[] { Chain("devnet", new { KeyVariable = "GAVEL_TEST_RUNNING_KEY" }, false), Chain("second", new { MnemonicFile = phrase }, true) },
            },
            Host = new { Listen = _page },
            Logging = new { Format = "Json", LogLevel = new Dictionary<string, string> { ["Default"] = "Debug" } },
            Telemetry = new { Otlp = new { Endpoint = _collector!.Urls.Single() } },
        }));
        Environment.SetEnvironmentVariable("GAVEL_TEST_RUNNING_KEY", DevnetAccounts.Challenger.PrivateKey);
        Environment.SetEnvironmentVariable("OTEL_BSP_SCHEDULE_DELAY", "200");
        _agent = AgentProcess.Start(_folder, "run", "--config", Path.Combine(_folder, "gavel.json"));
        DataReceivedEventHandler hear = (_, line) =>
        {
            lock (_said)
            {
                _said.AppendLine(line.Data);
            }
        };
        _agent.OutputDataReceived += hear;
        _agent.ErrorDataReceived += hear;
        _agent.BeginOutputReadLine();
        _agent.BeginErrorReadLine();
        await WaitAsync(() => Task.FromResult(Said()), "agent listens at");
    }

    // Also of what the agent writes meanwhile.
    private static string Content(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(file, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("^([a-z0-9_]+)(?:\\{(.*)\\})? ", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex("([a-z0-9_]+)=\"")]
    private static partial Regex Label();
}
