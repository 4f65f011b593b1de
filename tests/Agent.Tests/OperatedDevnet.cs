using System.Text.Json;
using Gavel.Devnet;

namespace Gavel.Agent.Tests;

/// <summary>A devnet with what an operator has: a key file, a configuration, the agent.</summary>
public sealed class OperatedDevnet : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"gavel-operator-{Guid.NewGuid():N}");
    private LocalDevnet? _devnet;
    private int _roots;

    /// <summary>Where commands run: no place of the checkout.</summary>
    public static string Home { get; } = Path.GetTempPath();

    /// <summary>The chain.</summary>
    public LocalDevnet Devnet => _devnet!;

    /// <summary>File with the key of <see cref="DevnetAccounts.Proposer"/>, who acts by hand.</summary>
    public string KeyFile => Path.Combine(_folder, "operator.key");

    /// <summary>A configuration whose account is <see cref="DevnetAccounts.Challenger"/>.</summary>
    public string Config => Path.Combine(_folder, "gavel.json");

    /// <summary>Its data directory.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>The options that name the chain without a configuration.</summary>
    public string[] Connection => ["--l1", Devnet.L1Url, "--system-config", Devnet.Addresses.SystemConfig.ToString()];

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _devnet = await LocalDevnet.StartAsync(new DevnetOptions { InitialL2Blocks = 6 });
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(KeyFile, DevnetAccounts.Proposer.PrivateKey);
        string challengerKey = Path.Combine(_folder, "challenger.key");
        await File.WriteAllTextAsync(challengerKey, DevnetAccounts.Challenger.PrivateKey);
        await File.WriteAllTextAsync(Config, JsonSerializer.Serialize(new
        {
            Challenger = new
            {
                DataDirectory = Data,
                Chains = new[]
                {
                    new
                    {
                        Name = "devnet",
                        SystemConfig = Devnet.Addresses.SystemConfig.ToString(),
                        L1 = new[] { Devnet.L1Url },
                        RollupNodes = new[] { Devnet.RollupNode.Url },
                        L2ExecutionNodes = new[] { Devnet.L2Url },
                        PollSeconds = 0.2,
                        Account = new { KeyFile = challengerKey },
                        Sending = new { Confirmations = 1 },
                    },
                },
            },
            Host = new { Listen = "" },
        }));
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Devnet.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A root that no game of this devnet has yet, and no block.</summary>
    public Hash32 NewRoot() => Keccak256.Hash([(byte)Interlocked.Increment(ref _roots), 0xfa]);

    /// <summary>Creates an alphabet game through the agent.</summary>
    internal Address CreateGame(Hash32 root)
    {
        AgentProcess.Result result = Run("create-game", "255", root.ToString(), "6", "--key-file", KeyFile, "--json");
        Assert.Equal((0, ""), (result.Exit, result.Exit == 0 ? "" : result.Error));
        return Address.Parse(JsonDocument.Parse(result.Output).RootElement.GetProperty("game").GetString()!);
    }

    /// <summary>Runs a command on the chain by its SystemConfig.</summary>
    internal AgentProcess.Result Run(params string[] arguments) => AgentProcess.Run(Home, [.. arguments, .. Connection]);

    /// <summary>The same, for the JSON that it writes.</summary>
    internal JsonElement Json(params string[] arguments)
    {
        AgentProcess.Result result = Run([.. arguments, "--json"]);
        Assert.True(result.Exit == 0, result.Error);
        return JsonDocument.Parse(result.Output).RootElement;
    }
}
