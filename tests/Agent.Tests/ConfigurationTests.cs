using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Gavel.Agent.Configuring;
using Gavel.Chains;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.Intents;
using Gavel.TestKit;
using Gavel.Traces;

namespace Gavel.Agent.Tests;

/// <summary>Reading and checking the configuration, and the file that documents it.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-configuration-").FullName;
    private readonly string _key;

    public ConfigurationTests()
    {
        _key = Path.Combine(_folder, "key");
        File.WriteAllText(_key, DevnetAccounts.Users[0].PrivateKey);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void UsableConfiguration_IsRead_WithTheDefaultsOfWhatItLeavesOut()
    {
        AgentOptions options = Read(Usable());
        ChainOptions chain = Assert.Single(options.Challenger.Chains);
        Assert.Equal("one", chain.Name);
        Assert.Equal(["http://127.0.0.1:8545"], chain.L1);
        Assert.Equal(3ul, chain.Sending.Confirmations);
        Assert.Equal([255u], chain.Cannon.AlphabetGameTypes);
        Assert.Equal("http://127.0.0.1:7300", options.Host.Listen);
    }

    [Fact]
    public void EveryProblem_IsNamedAtOnce_WithItsPlace()
    {
        ConfigurationException error = Assert.Throws<ConfigurationException>(() => Read(
            """
            {
              "Challenger": {
                "Chains": [
                  {
                    "Name": "a/b", "SystemConfig": "0x12", "Factory": "0x0000000000000000000000000000000000000001",
                    "L1": [ "ftp://node" ], "RollupNodes": [], "L2ExecutionNodes": [ "http://node" ], "PollSeconds": 0,
                    "CreditAccounts": [ "me" ],
                    "DrainingFactories": [ "old", "0x0000000000000000000000000000000000000001" ],
                    "Account": { "KeyFile": "no-such-key", "RemoteSigner": { "Url": "signer", "CertificateFile": "no-such-certificate", "TimeoutSeconds": 0 } },
                    "Sending": { "Confirmations": 0, "MaxWeiPerDay": "much" },
                    "Cannon": { "Prestates": [ "no-such-folder" ], "Server": [ "host", "{who}" ], "MaxRuns": 0, "MaxMemoryMiB": 1 }
                  }
                ]
              },
              "Host": { "Listen": "nowhere" }
            }
            """));
        string[] places =
        [
            "Chains:0:Name: \"a/b\"", "Chains:0: set exactly one of Network, SystemConfig and Factory", "Chains:0:SystemConfig", "Chains:0:L1:0", "Chains:0:RollupNodes",
            "Chains:0:PollSeconds", "Chains:0:CreditAccounts:0", "Chains:0:DrainingFactories:0", "is the live Factory; leave it out", "Account: set exactly one of", "Account:KeyFile: there is no file no-such-key",
            "RemoteSigner:Url", "RemoteSigner:Address", "RemoteSigner:CertificateFile: there is no file", "RemoteSigner: set CertificateFile and CertificateKeyFile together",
            "RemoteSigner:TimeoutSeconds", "Sending:Confirmations", "Sending:MaxWeiPerDay", "Prestates:0", "{who}", "MaxRuns", "MaxMemoryMiB", "Host:Listen",
        ];
        Assert.All(places, place => Assert.Contains(place, error.Message, StringComparison.Ordinal));
        string[] lines = error.Message.Split('\n')[1..];
        Assert.Equal(places.Length, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"gavel\.json line \d+\)$", line));
    }

    [Theory]
    [InlineData("\"PollSecond\": 1", "PollSecond")]
    [InlineData("\"PollSeconds\": \"soon\"", "PollSeconds")]
    [InlineData("\"Account\": {}", "set: none")]
    [InlineData("\"Account\": { \"KeystoreFile\": \"KEY\" }", "KeystorePasswordFile: a keystore needs")]
    [InlineData("\"Account\": { \"KeyVariable\": \"GAVEL_TEST_NO_SUCH_VARIABLE\" }", "GAVEL_TEST_NO_SUCH_VARIABLE is not set")]
    public void UnusableOption_IsNamed(string option, string message)
    {
        ConfigurationException error = Assert.Throws<ConfigurationException>(() => Read(Usable(option.Replace("KEY", _key, StringComparison.Ordinal))));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("op-mainnet", null)]
    [InlineData("Ink-Sepolia", null)]
    [InlineData("op-mainet", "Chains:0:Network: \"op-mainet\" is no network of the registry of 2026-08-04; did you mean \"op-mainnet\"?")]
    [InlineData("devnet-of-mine", "Chains:0:Network: \"devnet-of-mine\" is no network of the registry of 2026-08-04; give its SystemConfig instead")]
    public void Network_GivesTheAddressesOfAChain_OrIsToldWithWhatWasMeant(string network, string? problem)
    {
        string config = Usable().Replace("\"SystemConfig\": \"0x0000000000000000000000000000000000000001\"", $"\"Network\": \"{network}\"", StringComparison.Ordinal);
        if (problem is not null)
        {
            Assert.Contains(problem, Assert.Throws<ConfigurationException>(() => Read(config)).Message, StringComparison.Ordinal);
            return;
        }

        ChainOptions chain = Read(config).Challenger.Chains[0];
        KnownNetwork known = chain.FindNetwork()!;
        Assert.Equal((known.SystemConfig, known.L1ChainId), (chain.FindSystemConfig(), chain.L1Access().ExpectedChainId));
        Assert.Equal(network == "op-mainnet" ? (1UL, 10UL, "0x229047fed2591dbec1eF1118d64F7aF3dB9EB290") : (11155111UL, 763373UL, $"{known.SystemConfig}"), (known.L1ChainId, known.L2ChainId, $"{known.SystemConfig}"));
    }

    [Fact]
    public void NetworkBesideAnAddress_IsRefused() => Assert.Contains(
        "set exactly one of Network, SystemConfig and Factory",
        Assert.Throws<ConfigurationException>(() => Read(Usable("\"Network\": \"op-mainnet\""))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void TwoChainsOfOneName_AreRefused()
    {
        string chain = Chain("\"PollSeconds\": 1");
        ConfigurationException error = Assert.Throws<ConfigurationException>(() => Read($$"""{ "Challenger": { "Chains": [ {{chain}}, {{chain}} ] } }"""));
        Assert.Contains("2 chains are called \"one\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnreadableFile_IsNamed()
    {
        Assert.Contains("no-such.json", Assert.Throws<ConfigurationException>(() => Configuration.Read(new FileInfo("no-such.json"))).Message, StringComparison.Ordinal);
        Assert.Contains("gavel.json", Assert.Throws<ConfigurationException>(() => Read("{ \"Challenger\": ")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RemoteSigner_IsASourceOfTheKey()
    {
        string address = DevnetAccounts.Users[1].Address.ToString();
        AgentOptions options = Read(Usable($$"""
            "Account": { "RemoteSigner": { "Url": "http://127.0.0.1:9000", "Address": "{{address}}" } }
            """));
        ISigner signer = Signers.Of(options.Challenger.Chains[0].Account);
        Assert.IsType<RemoteSigner>(signer);
        Assert.Equal(address, signer.Address.ToString());
        await Signers.ReleaseAsync(signer);
        AccountException plain = Assert.Throws<AccountException>(
            () => Signers.Of(new AccountOptions { RemoteSigner = { Url = "http://signer.example:9000", Address = address } }));
        Assert.Contains("use https", plain.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyFile_GivesALocalSigner_AndTwoSourcesAreRefused()
    {
        ISigner signer = Signers.Of(new AccountOptions { KeyFile = _key });
        Assert.Equal(DevnetAccounts.Users[0].Address, signer.Address);
        await Signers.ReleaseAsync(signer);
        Assert.Throws<FormatException>(() => Signers.Of(new AccountOptions { KeyFile = _key, MnemonicFile = _key }));
        Assert.Throws<FormatException>(() => Signers.Of(new AccountOptions { KeystoreFile = _key }));
    }

    [Fact]
    public void DocumentedFile_HasEveryOption_WithItsDefault()
    {
        using JsonDocument document = JsonDocument.Parse(Uncommented(), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        List<string> differences = [];
        Compare(document.RootElement, new AgentOptions(), "", differences);
        Compare(document.RootElement.GetProperty("Challenger").GetProperty("Chains")[0], new ChainOptions(), "Chains:0", differences);

        // An example stands where there is no default.
        string[] examples = ["Chains:0:Name", "Chains:0:SystemConfig", "Chains:0:L1", "Chains:0:RollupNodes", "Chains:0:L2ExecutionNodes", ":Challenger:Chains"];
        Assert.Equal(examples.Order(), differences.Order());
    }

    [Fact]
    public void FileAsItIs_IsTheDefaultConfiguration() => Assert.Empty(Configuration.Read(new FileInfo(Checkout.PathOf("appsettings.json"))).Challenger.Chains);

    [Fact]
    public void DocumentedServerTemplates_UseKnownPlaceholdersOnly()
    {
        string[] blocks = [.. File.ReadAllText(Checkout.PathOf("docs", "running.md")).Split("```json").Skip(1).Select(block => block.Split("```")[0])];
        string[][] servers =
        [
            .. blocks.Select(block => JsonDocument.Parse(block).RootElement).Where(json => json.TryGetProperty("Server", out _))
                .Select(json => json.GetProperty("Server").EnumerateArray().Select(word => word.GetString()!).ToArray()),
        ];
        Assert.Equal(["op-program", "kona-host"], servers.Select(words => Path.GetFileName(words[0])));
        Assert.All(servers, words => Assert.True(new ServerTemplate(words).NeedsAgreedL2Head));
    }

    // The chain of the file is commented out as a whole; what is a comment within it bears a second mark.
    private static string Uncommented()
    {
        StringBuilder text = new();
        bool inChains = false;
        foreach (string line in File.ReadLines(Checkout.PathOf("appsettings.json")))
        {
            inChains &= line.Trim() != "]";
            string start = line.TrimStart();
            text.AppendLine(inChains && start.StartsWith("//", StringComparison.Ordinal) ? start[2..] : line);
            inChains |= line.Contains("\"Chains\": [", StringComparison.Ordinal);
        }

        return text.ToString();
    }

    private static void Compare(JsonElement json, object options, string place, List<string> differences)
    {
        PropertyInfo[] properties = [.. OptionType.OptionsOf(options.GetType())];
        differences.AddRange(json.EnumerateObject().Select(field => field.Name).Except(properties.Select(property => property.Name)).Select(name => $"{place}:{name} is no option"));
        foreach (PropertyInfo property in properties)
        {
            string name = $"{place}:{property.Name}";
            object? value = property.GetValue(options);
            if (!json.TryGetProperty(property.Name, out JsonElement field))
            {
                differences.Add($"{name} is not documented");
            }
            else if (OptionType.ShapeOf(property.PropertyType) == OptionShape.Section && field.ValueKind == JsonValueKind.Object)
            {
                Compare(field, value ?? Activator.CreateInstance(property.PropertyType)!, name, differences);
            }
            else if (Text(field) != Text(value))
            {
                differences.Add(name);
            }
        }
    }

    private static string Text(JsonElement field) => field.ValueKind == JsonValueKind.Array
        ? string.Join(',', field.EnumerateArray().Select(item => item.ToString()))
        : field.ValueKind == JsonValueKind.Object ? string.Join(',', field.EnumerateObject().Select(item => $"{item.Name}={item.Value}"))
        : field.ToString();

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        IDictionary map => string.Join(',', map.Keys.Cast<string>().Select(key => $"{key}={map[key]}")),
        IList list => string.Join(',', list.Cast<object>().Select(item => Convert.ToString(item, CultureInfo.InvariantCulture))),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private AgentOptions Read(string json)
    {
        string path = Path.Combine(_folder, "gavel.json");
        File.WriteAllText(path, json);
        return Configuration.Read(new FileInfo(path));
    }

    private string Usable(string option = "\"DryRun\": false") => $$"""{ "Challenger": { "Chains": [ {{Chain(option)}} ] } }""";

    private string Chain(string option)
    {
        string account = option.Contains("\"Account\"", StringComparison.Ordinal) ? "" : $$""", "Account": { "KeyFile": "{{_key}}" }""";
        return $$"""
            {
              "Name": "one", "SystemConfig": "0x0000000000000000000000000000000000000001", "L1": [ "http://127.0.0.1:8545" ],
              "RollupNodes": [ "http://127.0.0.1:9545" ], "L2ExecutionNodes": [ "http://127.0.0.1:9546" ], {{option}}{{account}}
            }
            """;
    }
}
