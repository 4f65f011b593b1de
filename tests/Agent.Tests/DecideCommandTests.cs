using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.TestKit;

namespace Gavel.Agent.Tests;

/// <summary><c>agent decide</c> against an agent at work: who may decide, what is shown before, and that a decision is seen everywhere and survives kill -9.</summary>
public sealed class DecideCommandTests(OperatedDevnet chain) : IClassFixture<OperatedDevnet>, IAsyncLifetime
{
    private const string Secret = "a-secret-of-an-operator-0123456789abcdef";

    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-decide-").FullName;
    private readonly StringBuilder _said = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(1) };
    private string _page = "";
    private Process? _agent;

    private string Config => Path.Combine(_folder, "gavel.json");

    private string TokenFile => Path.Combine(_folder, "token");

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(TokenFile, $"{Secret}\n");
        _page = $"http://127.0.0.1:{FreePort()}";
        Write(Config, host => host["OperatorTokenFile"] = TokenFile);
        Start();
    }

    public Task DisposeAsync()
    {
        Kill();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Decision_IsShownBefore_Kept_SeenEverywhere_AndTakenBack()
    {
        Address game = chain.CreateGame(chain.NewRoot());
        await JudgedAsync(game);

        // Nothing is decided where nobody has said that it is meant.
        AgentProcess.Result unsure = Decide($"{game}", "valid", "--because", "only looking");
        Assert.Equal((2, true), (unsure.Exit, unsure.Error.Contains("add --yes", StringComparison.Ordinal)));
        string[] shown =
        [
            $"devnet game {game}", "left to attack the root, until", "nodes say invalid (otherOutput):", "in force  what the nodes say: nobody has decided", "> if the root is called valid:",
            "set aside  ", "at once    attack claim 0 with 0x", "at once    nothing is moved", "lost if that is wrong",
        ];
        Assert.All(shown, words => Assert.Contains(words, unsure.Output, StringComparison.Ordinal));
        Assert.Empty(DecisionsOf(game));

        // Decided, and killed at once: it stands.
        AgentProcess.Result decided = Decide($"{game}", "valid", "--because", "the node is on a fork", "--yes", "--json");
        Assert.True(decided.Exit == 0, decided.Error);
        JsonElement outcome = JsonDocument.Parse(decided.Output).RootElement;
        Assert.Equal((true, "valid"), (outcome.GetProperty("taken").GetBoolean(), outcome.GetProperty("choice").GetString()));
        Assert.Equal("invalid", outcome.GetProperty("outlook").GetProperty("nodesSay").GetProperty("truth").GetString());
        Kill();
        Start();
        string user = Environment.UserName;
        string danger = await WaitAsync($"{_page}/dangers.txt", "the node is on a fork; our nodes say Invalid: the output of block");
        Assert.Contains($"watch decision-by-a-person: devnet game {game}: its root is called valid, decided by a person: {user} at ", danger, StringComparison.Ordinal);
        await WaitAsync($"{_page}/metrics", "gavel_cycle_games{chain=\"devnet\",state=\"valid\"} 1");

        AgentProcess.Result games = AgentProcess.Run(_folder, "games", "--config", Config);
        Assert.Contains($"DECIDED: game {game} is played as valid, decided by a person: {user} at ", games.Output, StringComparison.Ordinal);
        JsonElement row = JsonDocument.Parse(AgentProcess.Run(_folder, "games", "--config", Config, "--json").Output).RootElement.GetProperty("games").EnumerateArray()
            .Single(one => one.GetProperty("game").GetString() == game.ToString());
        Assert.Equal(
            ("valid", "decidedByAPerson", "the node is on a fork"),
            (row.GetProperty("recordedVerdict").GetString(), row.GetProperty("recordedRule").GetString(), row.GetProperty("decision").GetProperty("because").GetString()));
        string explained = AgentProcess.Run(_folder, "explain", $"{game}", "--config", Config).Output;
        Assert.Contains("our verdict on its root: Valid, DecidedByAPerson (Valid: decided by a person:", explained, StringComparison.Ordinal);
        Assert.Contains($"root called valid by {user}: the node is on a fork", explained, StringComparison.Ordinal);
        Assert.Contains(": output: 0x", explained, StringComparison.Ordinal); // what the node said then
        Assert.Contains("decided by a person", Said(), StringComparison.Ordinal);

        // Taken back: the node's word counts again, and the trail has both.
        AgentProcess.Result back = Decide($"{game}", "--withdraw", "--because", "I was wrong", "--yes");
        Assert.True(back.Exit == 0, back.Error);
        Assert.Contains("taken back: game", back.Output, StringComparison.Ordinal);
        await WaitAsync($"{_page}/metrics", "gavel_cycle_games{chain=\"devnet\",state=\"valid\"} 0");
        string[] notes = [.. JsonDocument.Parse(AgentProcess.Run(_folder, "explain", $"{game}", "--config", Config, "--json").Output).RootElement.GetProperty("notes").EnumerateArray().Select(note => note.GetProperty("note").GetString()!)];
        Assert.Equal(["decided", "decisionWithdrawn"], notes);
        Assert.DoesNotContain("decision-by-a-person", await _http.GetStringAsync($"{_page}/dangers.txt"), StringComparison.Ordinal);
        AgentProcess.Result again = Decide($"{game}", "--withdraw", "--because", "once more", "--yes");
        Assert.Equal((1, true), (again.Exit, again.Error.Contains("nothing was decided of game", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OnlyWhoHasTheToken_Decides()
    {
        Address game = chain.CreateGame(chain.NewRoot());
        await JudgedAsync(game);
        JsonObject request = new()
        {
            ["chain"] = "devnet",
            ["game"] = $"{game}",
            ["l1Head"] = await HeadAsync(game),
            ["truth"] = "valid",
            ["by"] = "mallory",
            ["because"] = "because",
        };
        string?[] headers = [null, "Bearer", "Bearer ", $"Bearer {Secret[..^1]}", $"Bearer {Secret}x", $"Basic {Secret}", Secret];
        foreach (string?[] few in headers.Chunk(3))
        {
            Assert.All(await Task.WhenAll(few.Select(header => PostAsync(request, header))), answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.Status));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.GetAsync($"{_page}/decisions/{game}")).StatusCode);

        // Those who try at once are refused at once, and keep nobody out who has it.
        Task<(HttpStatusCode Status, string Text)>[] many = [.. Enumerable.Range(0, 24).Select(_ => PostAsync(request, "Bearer no"))];
        JsonObject elsewhere = (JsonObject)request.DeepClone();
        elsewhere["l1Head"] = $"{Hash32.Zero}";
        (HttpStatusCode status, string text) = await PostAsync(elsewhere, $"Bearer {Secret}");
        Assert.Equal((HttpStatusCode.Conflict, true), (status, text.Contains("another game stands at", StringComparison.Ordinal)));
        Assert.Contains(HttpStatusCode.TooManyRequests, (await Task.WhenAll(many)).Select(one => one.Status));
        Assert.Empty(DecisionsOf(game));

        // What cannot be read, and what is too much.
        foreach ((string field, string value, string words) in new[]
        {
            ("truth", "unavailable", "valid, invalid"), ("because", "", "because is empty"), ("by", "a\nb", "line breaks"), ("chain", "other", "defends devnet"), ("game", "0x12", "game: "),
        })
        {
            JsonObject bad = (JsonObject)request.DeepClone();
            bad[field] = value;
            (HttpStatusCode refused, string why) = await PostAsync(bad, $"Bearer {Secret}");
            Assert.Equal(HttpStatusCode.BadRequest, refused);
            Assert.Contains(words, why, StringComparison.Ordinal);
        }

        JsonObject large = (JsonObject)request.DeepClone();
        large["because"] = new string('x', 100_000);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(large, $"Bearer {Secret}")).Status);
        Assert.Empty(DecisionsOf(game));

        string said = Said();
        Assert.Contains("an attempt from 127.0.0.1 to look at or take a decision was refused", said, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret[..^1], said, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret[..^1], string.Join('\n', Directory.GetFiles(Path.Combine(_folder, "data"), "*.json*", SearchOption.AllDirectories).Select(File.ReadAllText)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_SaysWhatItLacks()
    {
        Address game = chain.CreateGame(chain.NewRoot());
        await JudgedAsync(game);
        Assert.Contains("none in progress", Decide($"{Address.Zero}", "valid", "--because", "x", "--yes").Error, StringComparison.Ordinal);
        Assert.Equal(2, Decide($"{game}", "--because", "x").Exit);
        Assert.Equal(2, Decide($"{game}", "valid", "--withdraw", "--because", "x").Exit);
        Assert.Equal(2, Decide($"{game}", "perhaps", "--because", "x").Exit);
        Assert.Equal(2, Decide($"{game}", "valid").Exit);
        Assert.Contains("--because is empty", Decide($"{game}", "valid", "--because", " ").Error, StringComparison.Ordinal);

        // Another token than the agent's, one that is too short, none, and none that the agent knows of.
        string other = Path.Combine(_folder, "other");
        await File.WriteAllTextAsync(other, new string('o', 32));
        Assert.Contains("refuses the token", With(host => host["OperatorTokenFile"] = other, game, 1), StringComparison.Ordinal);
        await File.WriteAllTextAsync(other, "short-secret");
        string tooShort = With(host => host["OperatorTokenFile"] = other, game, 2);
        Assert.Contains("Host:OperatorTokenFile: ", tooShort, StringComparison.Ordinal);
        Assert.Contains("the token has 12 characters; at least 32 are needed", tooShort, StringComparison.Ordinal);
        Assert.DoesNotContain("short-secret", tooShort, StringComparison.Ordinal);
        Assert.Contains("may be the token itself", With(host => host["OperatorTokenFile"] = Secret, game, 2), StringComparison.Ordinal);
        Assert.Contains("Host:OperatorTokenFile is not set", With(_ => { }, game, 2), StringComparison.Ordinal);
        Assert.Contains("Host:Listen is empty", With(host => host["Listen"] = "", game, 2), StringComparison.Ordinal);
        string config = Path.Combine(_folder, "short.json");
        Write(config, host => host["OperatorTokenFile"] = other);
        AgentProcess.Result run = AgentProcess.Run(_folder, "run", "--config", config);
        Assert.Equal((2, true), (run.Exit, run.Error.Contains("at least 32 are needed", StringComparison.Ordinal)));

        Kill();
        Write(Config, _ => { });
        Start();
        await JudgedAsync(game);
        using HttpRequestMessage look = new(HttpMethod.Get, $"{_page}/decisions/{game}");
        look.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Secret);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.SendAsync(look)).StatusCode);
        Assert.Contains("was started without Host:OperatorTokenFile", With(host => host["OperatorTokenFile"] = TokenFile, game, 1), StringComparison.Ordinal);
        Kill();
        Assert.Contains("no agent gave a usable answer", With(host => host["OperatorTokenFile"] = TokenFile, game, 1), StringComparison.Ordinal);
    }

    private string With(Action<JsonObject> host, Address game, int exit)
    {
        string config = Path.Combine(_folder, $"{Guid.NewGuid():N}.json");
        Write(config, host);
        AgentProcess.Result result = AgentProcess.Run(_folder, "decide", $"{game}", "valid", "--because", "x", "--yes", "--config", config);
        Assert.True(result.Exit == exit, $"{result.Exit}: {result.Error}{result.Output}");
        return result.Error;
    }

    private AgentProcess.Result Decide(params string[] arguments) => AgentProcess.Run(_folder, ["decide", .. arguments, "--config", Config]);

    private string[] DecisionsOf(Address game) =>
        [.. AgentFiles("decisions").Where(file => File.ReadAllText(file).Contains($"{game}", StringComparison.OrdinalIgnoreCase))];

    private string[] AgentFiles(string folder) => Directory.GetFiles(Path.Combine(_folder, "data", "devnet", folder));

    private async Task<string> HeadAsync(Address game)
    {
        using HttpRequestMessage look = new(HttpMethod.Get, $"{_page}/decisions/{game}");
        look.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Secret);
        using HttpResponseMessage answer = await _http.SendAsync(look);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("l1Head").GetString()!;
    }

    private async Task<(HttpStatusCode Status, string Text)> PostAsync(JsonObject request, string? authorization)
    {
        using HttpRequestMessage post = new(HttpMethod.Post, $"{_page}/decisions") { Content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json") };
        if (authorization is not null)
        {
            post.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using HttpResponseMessage answer = await _http.SendAsync(post);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    // Decided once by its node, so that a person can decide it.
    private async Task JudgedAsync(Address game) => await Eventually.NotNullAsync(
        () => Task.FromResult(Said().Contains($"game {game}", StringComparison.Ordinal) && Said().Split('\n').Any(line => line.Contains($"{game}", StringComparison.Ordinal) && line.Contains("Invalid:", StringComparison.Ordinal)) ? "" : null),
        TimeSpan.FromMinutes(2));

    private async Task<string> WaitAsync(string url, string words) => await Eventually.NotNullAsync(
        async () =>
        {
            try
            {
                return await _http.GetStringAsync(url) is var text && text.Contains(words, StringComparison.Ordinal) ? text : null;
            }
            catch (HttpRequestException)
            {
                return null; // it is starting
            }
        },
        TimeSpan.FromMinutes(2));

    private void Write(string file, Action<JsonObject> change)
    {
        JsonObject config = JsonNode.Parse(File.ReadAllText(chain.Config))!.AsObject();
        config["Challenger"]!["DataDirectory"] = Path.Combine(_folder, "data");
        config["Challenger"]!["Chains"]![0]!["DryRun"] = true;
        JsonObject host = config["Host"]!.AsObject();
        host["Listen"] = _page;
        change(host);
        File.WriteAllText(file, config.ToJsonString());
    }

    private void Start()
    {
        lock (_said)
        {
            _said.Clear();
        }

        _agent = AgentProcess.Start(_folder, "run", "--config", Config);
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
    }

    private void Kill()
    {
        _agent?.Kill();
        _agent?.WaitForExit();
        _agent?.Dispose();
        _agent = null;
    }

    private string Said()
    {
        lock (_said)
        {
            return _said.ToString();
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
