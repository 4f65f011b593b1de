using System.Text;
using Gavel.Agent.Configuring;
using Gavel.Chains;
using Gavel.Devnet;
using Gavel.Traces;

namespace Gavel.Agent.Tests;

/// <summary>
/// What people get wrong in a configuration is told all at once, each with option, value, file and line or variable, and the mend. On 1c64b92 the
/// binder's words came one at a time and without a place, and much of this was taken silently.
/// </summary>
public sealed class ConfigurationWalkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-walk-").FullName;
    private readonly Dictionary<string, string> _environment = [];
    private readonly string _file;
    private readonly string _key;

    public ConfigurationWalkTests()
    {
        _file = Path.Combine(_folder, "gavel.json");
        _key = Path.Combine(_folder, "key");
        File.WriteAllText(_key, DevnetAccounts.Users[0].PrivateKey);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Each in the chain's section, which begins in line 4 with this as line 5.
    [Theory]
    [InlineData("\"PollSecond\": 1", "Chains:0:PollSecond: no such option; did you mean PollSeconds? ({0} line 5)")]
    [InlineData("\"PolSecnods\": 1", "did you mean PollSeconds?")]
    [InlineData("\"GameType\": [ 0 ]", "did you mean GameTypes?")]
    [InlineData("\"MaxRuns\": 1", "Chains:0:MaxRuns: no such option; did you mean Challenger:Chains:n:Cannon:MaxRuns?")]
    [InlineData("\"Listen\": \"\"", "did you mean Host:Listen?")]
    [InlineData("\"Zebra\": 1", "Chains:0:Zebra: no such option; there is: Name, Network")]
    [InlineData("\"PollSeconds\": \"soon\"", "Chains:0:PollSeconds: \"soon\" is not a number of seconds, without the unit ({0} line 5)")]
    [InlineData("\"PollSeconds\": \"12s\"", "\"12s\" is not a number of seconds, without the unit")]
    [InlineData("\"PollSeconds\": \"NaN\"", "\"NaN\" is not a number")]
    [InlineData("\"PollSeconds\": true", "\"true\" is not a number")]
    [InlineData("\"PollSeconds\": null", "Chains:0:PollSeconds: null is no value; write a number")]
    [InlineData("\"PollSeconds\": 0", "Chains:0:PollSeconds: 0 is not between 0.05 and 3600 ({0} line 5)")]
    [InlineData("\"PollSeconds\": [ 1 ]", "a number belongs here, no list")]
    [InlineData("\"AuditBlocks\": 0", "Chains:0:AuditBlocks: 0 is not between 1 and")]
    [InlineData("\"AuditBlocks\": -1", "\"-1\" is not a whole number from 0")]
    [InlineData("\"AuditBlocks\": 1.5", "\"1.5\" is not a whole number")]
    [InlineData("\"AuditBlocks\": 99999999999999999999", "is not a whole number")]
    [InlineData("\"DryRun\": \"yes\"", "\"yes\" is not true or false")]
    [InlineData("\"DryRun\": 1", "\"1\" is not true or false")]
    [InlineData("\"GameTypes\": [ -1 ]", "Chains:0:GameTypes:0: \"-1\" is not a whole number from 0 ({0} line 5)")]
    [InlineData("\"GameTypes\": [ \"cannon\" ]", "Chains:0:GameTypes:0: \"cannon\" is not a whole number")]
    [InlineData("\"GameTypes\": [ null ]", "Chains:0:GameTypes:0: null is no entry")]
    [InlineData("\"GameTypes\": [ 0, 255, 0 ]", "Chains:0:GameTypes:2: 0 is the same as entry 0")]
    [InlineData("\"GameTypes\": \"0,255\"", "Chains:0:GameTypes: a list belongs here, [ … ]; in variables one entry each, GAVEL__Challenger__Chains__0__GameTypes__0=…; this is \"0,255\"; commas do not part entries")]
    [InlineData("\"GameTypes\": 0", "Chains:0:GameTypes: a list belongs here")]
    [InlineData("\"GameTypes\": { \"0\": 255 }", "Chains:0:GameTypes: a list belongs here, [ … ], no section")]
    [InlineData("\"GameTypes\": null", "Chains:0:GameTypes: a list belongs here")]
    [InlineData("\"Sending\": null", "Chains:0:Sending: a section, {…}, belongs here; this is null ({0} line 5)")]
    [InlineData("\"Cannon\": null", "Chains:0:Cannon: a section")]
    [InlineData("\"Cannon\": []", "Chains:0:Cannon: a section, {…}, belongs here, no list")]
    [InlineData("\"Sending\": 3", "Chains:0:Sending: a section, {…}, belongs here; this is \"3\"")]
    [InlineData("\"Sending\": { \"Confirmations\": 0 }", "Sending:Confirmations: 0 is not between 1 and")]
    [InlineData("\"Sending\": { \"MaxWeiPerDay\": true }", "Sending:MaxWeiPerDay: \"true\" is not text")]
    [InlineData("\"Sending\": { \"MaxWeiPerDay\": \"1 ETH\" }", "Sending:MaxWeiPerDay: \"1 ETH\"")]
    [InlineData("\"Sending\": { \"MaxWeiPerDay\": \"\" }", "Sending:MaxWeiPerDay")]
    [InlineData("\"Sending\": { \"MaxInFlight\": 4, \"ReservedForMoves\": 4 }", "Sending:ReservedForMoves: 4 of 4 places leave none for anything else")]
    [InlineData("\"Sending\": { \"MaxFeeGwei\": 100, \"UrgentMaxFeeGwei\": 50 }", "Sending:UrgentMaxFeeGwei: 50 is less than MaxFeeGwei (100)")]
    [InlineData("\"Sending\": { \"MaxTipGwei\": 0, \"UrgentMaxTipGwei\": 1 }", "Sending:UrgentMaxTipGwei: 1 is less than MaxTipGwei (0: no limit)")]
    [InlineData("\"Sending\": { \"Endpoints\": [ \"htps://x\" ] }", "Sending:Endpoints:0: \"htps://x\": not an endpoint address")]
    [InlineData("\"Sending\": { \"PrivateEndpoints\": [ \"https://relay.example\", \"\" ] }", "Sending:PrivateEndpoints:1: ")]
    [InlineData("\"Rpc\": { \"TimeoutSeconds\": 1e9 }", "Chains:0:Rpc:TimeoutSeconds: 1000000000 is not between 0.01 and 600 ({0} line 5)")]
    [InlineData("\"Rpc\": { \"HeadPollSeconds\": 90 }", "Rpc:HeadPollSeconds: 90 must be less than HeadMaxAgeSeconds (90)")]
    [InlineData("\"PollSeconds\": 90", "Chains:0:PollSeconds: 90 must be less than Rpc:HeadMaxAgeSeconds (90), or every head has grown old before it is looked at again; poll more often or raise Rpc:HeadMaxAgeSeconds ({0} line 5)")]
    [InlineData("\"Rpc\": { \"HeadMaxAgeSeconds\": 12, \"HeadPollSeconds\": 3 }", "Chains:0:PollSeconds: 12 must be less than Rpc:HeadMaxAgeSeconds (12)")]
    [InlineData("\"Account\": { \"Kms\": { \"KeyId\": \"alias/gavel\", \"Region\": \"eu-central-1\", \"Endpoint\": \"http://kms.example/\" } }", "Account:Kms:Endpoint: the endpoint of AWS KMS is an https address without credentials in it")]
    [InlineData("\"Account\": { \"Kms\": { \"KeyId\": \"alias/gavel\", \"Endpoint\": \"https://u:hunter22@kms.example/\" } }", "Account:Kms:Endpoint: the endpoint of AWS KMS is an https address without credentials in it")]
    [InlineData("\"Rpc\": { \"RequestsPerSecond\": 0.1 }", "write a smaller MaxBatchSize or a higher rate")]
    [InlineData("\"Rpc\": { \"ExpectedChainId\": 0 }", "Rpc:ExpectedChainId: 0 is no chain; leave it out")]
    [InlineData("\"Rpc\": 30", "Chains:0:Rpc: a section, {…}, belongs here")]
    [InlineData("\"Cannon\": { \"MaxDiskMiB\": -5 }", "Cannon:MaxDiskMiB: -5 is not between")]
    [InlineData("\"Cannon\": { \"MaxSteps\": 0 }", "Cannon:MaxSteps: 0 is not between")]
    [InlineData("\"Cannon\": { \"ServerAnswerSeconds\": -5 }", "Cannon:ServerAnswerSeconds: -5 is not between")]
    [InlineData("\"Cannon\": { \"ServerAnswerSeconds\": 0 }", "Cannon:ServerAnswerSeconds: 0 is not between")]
    [InlineData("\"Cannon\": { \"Server\": [ \"/no/such/kona-host\", \"--x\" ] }", "Cannon:Server:0: there is no program \"/no/such/kona-host\"")]
    [InlineData("\"Cannon\": { \"Server\": [ \"no-such-kona-host\" ] }", "there is no program \"no-such-kona-host\" on the PATH")]
    [InlineData("\"Cannon\": { \"Server\": [ \"/bin/sh -c x\" ] }", "each word of the command line is an entry of its own")]
    [InlineData("\"Cannon\": { \"Prestates\": [ \"https//typo.example\" ] }", "neither a folder nor an address that begins with http:// or https://")]
    [InlineData("\"Cannon\": { \"Prestates\": [ \"httpfolder\" ] }", "\"httpfolder\": there is no such folder")]
    [InlineData("\"Cannon\": { \"Prestates\": [ \"ftp://a.example\" ] }", "neither a folder nor an address")]
    [InlineData("\"Cannon\": { \"Prestates\": [ \"file://host/share\" ] }", "it names the machine host")]
    [InlineData("\"Cannon\": { \"Prestates\": [ \"/etc/passwd\" ] }", "this is a file; name the folder")]
    [InlineData("\"Cannon\": { \"L1Beacon\": \"localhost:5052\" }", "Cannon:L1Beacon")]
    [InlineData("\"DryRun\": true, \"DryRun\": false", "Chains:0:DryRun: written twice in one section; the first is in line 5")]
    [InlineData("\"dryrun\": true, \"DryRun\": false", "Chains:0:DryRun: written twice")]
    public void Mistake_IsTold_WithPlaceAndMend(string option, string words) => Assert.Contains(
        words.Replace("{0}", _file, StringComparison.Ordinal), Refused(Chain(option)), StringComparison.Ordinal);

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("outbox")]
    [InlineData("Prestates")]
    [InlineData("a/b")]
    [InlineData("a\\\\b")]
    [InlineData("  ")]
    [InlineData("")]
    [InlineData("base mainnet")]
    [InlineData("naïve")]
    public void ChainName_ThatIsNoFolderOfItsOwn_IsRefused(string name) =>
        Assert.Contains("Challenger:Chains:0:Name: ", Refused(Chain("\"DryRun\": false", name)), StringComparison.Ordinal);

    [Theory]
    [InlineData("[ null ]", "L1:0: null is no entry")]
    [InlineData("[ \"\" ]", "L1:0: ")]
    [InlineData("[ 8545 ]", "L1:0: \"8545\": not an endpoint address")]
    [InlineData("[]", "L1: name at least one endpoint")]
    [InlineData("[ \"http://a:1\", \"http://a:1\" ]", "L1:1: \"http://a:1/\" is the same as entry 0")]
    [InlineData("[ [ \"http://a:1\" ] ]", "L1:0: text belongs here, no list")]
    [InlineData("[ { \"Url\": \"http://a:1\" } ]", "L1:0: text belongs here, no section")]
    [InlineData("\"http://a:1,http://b:1\"", "L1: a list belongs here")]
    public void EndpointList_ThatIsWrong_IsTold_Once(string l1, string words)
    {
        string told = Refused(Chain("\"DryRun\": false").Replace("[ \"http://127.0.0.1:8545\" ]", l1, StringComparison.Ordinal));
        Assert.Contains(words, told, StringComparison.Ordinal);
        Assert.Single(told.Split('\n'));
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("  \n", "the file is empty")]
    [InlineData("[]", "the file must hold one object, {…} ({0} line 1)")]
    [InlineData("{\n  \"Challenger\": {\n    \"Chains\": [ }\n", "{0} line 3, column 17: this is no JSON")]
    [InlineData("{ \"Challenger\": ", "{0} line 1, column")]
    [InlineData("{} {}", "{0} line 1, column 4: this is no JSON")]
    [InlineData("{ 'Challenger': {} }", "{0} line 1, column 3")]
    [InlineData("Challenger:\n  Chains: []", "{0} line 1, column 1")]
    public void BrokenJson_IsTold_WithLineAndColumn(string json, string words)
    {
        File.WriteAllText(_file, json);
        Assert.Contains(words.Replace("{0}", _file, StringComparison.Ordinal), Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void FileThatIsNone_IsTold()
    {
        Assert.Contains("there is no such file (looked for /", Message(() => Configuration.Read("no-such/gavel.json", _environment)), StringComparison.Ordinal);
        Assert.Contains("this is a folder", Message(() => Configuration.Read(_folder, _environment)), StringComparison.Ordinal);
        Assert.Contains("there is no such file", Message(() => Configuration.Read(Path.Combine(_key, "gavel.json"), _environment)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PollSecond", "3", "Challenger:Chains:0:PollSecond: no such option; did you mean PollSeconds? (variable GAVEL__Challenger__Chains__0__PollSecond)")]
    [InlineData("PollSeconds", "soon", "\"soon\" is not a number of seconds, without the unit (variable GAVEL__Challenger__Chains__0__PollSeconds)")]
    [InlineData("PollSeconds", "", "\"\" is not a number")]
    [InlineData("L1", "http://a:1,http://b:2", "L1: a list belongs here, [ … ]; in variables one entry each, GAVEL__Challenger__Chains__0__L1__0=…; this is")]
    [InlineData("L1", "http://a:1", "it stands beside entries written elsewhere ({0} line 5) (variable GAVEL__Challenger__Chains__0__L1)")]
    [InlineData("L1__2", "http://a:1", "L1:2: the entry before it, 1, is missing")]
    [InlineData("L1__first", "http://a:1", "L1:first: the entries of a list are numbered from 0")]
    [InlineData("Sending", "fast", "Sending: a section, {…}, belongs here; this is \"fast\"")]
    [InlineData("Account__KeyFile__0", "x", "Account:KeyFile: text belongs here, no section")]
    public void MistakeInAVariable_IsTold_WithItsName(string option, string value, string words)
    {
        _environment[$"GAVEL__Challenger__Chains__0__{option}"] = value;
        Assert.Contains(words.Replace("{0}", _file, StringComparison.Ordinal), Refused(Chain("\"DryRun\": false")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Loging", "no such option; did you mean Logging?")]
    [InlineData("Kestrel", "no such option; there is: Challenger, Host, Logging, Telemetry (sections)")]
    public void UnknownSection_IsTold(string section, string words) =>
        Assert.Contains($"{section}: {words}", Refused($$"""{ "{{section}}": {} }"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"Format\": \"Jason\"", "Logging:Format: \"Jason\" is not one of Text, Json; did you mean Json?")]
    [InlineData("\"Format\": 1", "\"1\" is not one of Text, Json")]
    [InlineData("\"LogLevel\": \"Debug\"", "Logging:LogLevel: a section")]
    [InlineData("\"LogLevel\": { \"Default\": \"info\" }", "Logging:LogLevel:Default: \"info\" is not one of Trace, Debug, Information")]
    [InlineData("\"LogLevel\": { \"Default\": \"Warn\" }", "Warning")]
    [InlineData("\"LogLevel\": { \"Gavel\": null }", "Logging:LogLevel:Gavel: null is no value")]
    [InlineData("\"LogLevel\": { \"Gavel\": [] }", "no list")]
    public void LoggingMistake_IsTold(string option, string words) =>
        Assert.Contains(words, Refused($$"""{ "Logging": { {{option}} } }"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("https://127.0.0.1:7300", "the agent serves plain http")]
    [InlineData("127.0.0.1:7300", "write an address such as")]
    [InlineData("7300", "write an address such as")]
    [InlineData("http://*:7300", "write an address such as")]
    [InlineData("http://gavel.example:7300", "the host must be an IP address")]
    [InlineData("http://127.0.0.1:7300/gavel", "more than host and port")]
    [InlineData("http://127.0.0.1:73000", "write an address such as")]
    [InlineData("unix:/run/gavel", "write an address such as")]
    public void Listen_ThatCannotBe_IsTold(string listen, string words)
    {
        string told = Refused($$"""{ "Host": { "Listen": "{{listen}}" } }""");
        Assert.Contains("Host:Listen: ", told, StringComparison.Ordinal);
        Assert.Contains(words, told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"Account\": { \"KeyFile\": \"SECRET\" }")]
    [InlineData("\"Account\": { \"KeyVariable\": \"SECRET\" }")]
    [InlineData("\"Account\": { \"KeystoreFile\": \"SECRET\", \"KeystorePasswordFile\": \"SECRET\" }")]
    [InlineData("\"Account\": { \"MnemonicFile\": \"test test test test test test test test test test test junk\" }")]
    [InlineData("\"Account\": { \"PrivateKey\": \"SECRET\" }")]
    [InlineData("\"Account\": \"SECRET\"")]
    [InlineData("\"PollSeconds\": \"SECRET\"")]
    [InlineData("\"Rpc\": { \"TimeoutSeconds\": \"SECRET\" }")]
    [InlineData("\"Sending\": { \"MaxWeiPerDay\": \"SECRET\" }")]
    [InlineData("\"Sending\": { \"MaxWeiPerDay\": \"test test test test test test test test test test test junk\" }")]
    [InlineData("\"Sending\": { \"MaxWeiPerDay\": \"https://user:hunter22@relay.example\" }")]
    [InlineData("\"Sending\": { \"Endpoints\": [ \"relay.example?apikey=hunter22\" ] }")]
    [InlineData("\"Sending\": { \"PrivateEndpoints\": [ \"SECRET\" ] }")]
    [InlineData("\"Sending\": { \"PrivateEndpoints\": [ \"https://user:hunter22@relay.example\", \"https://user:hunter22@relay.example\" ] }")]
    [InlineData("\"GameTypes\": \"SECRET\"")]
    [InlineData("\"CreditAccounts\": [ \"SECRET\" ]")]
    [InlineData("\"SystemConfigs\": \"https://user:hunter22@node.example\"")]
    [InlineData("\"PollSeconds\": \"https://user:hunter22@node.example/v3/abcdefabcdef0123456789\"")]
    [InlineData("\"CreditAccounts\": [ \"user:hunter22@node.example\" ]")]
    [InlineData("\"Cannon\": { \"L1Beacon\": \"node.example:5052?apikey=hunter22\" }")]
    [InlineData("\"Cannon\": { \"Prestates\": [ \"ftp://user:hunter22@node.example\" ] }")]
    public void Secret_InAWrongPlace_IsNotShown(string option)
    {
        string key = DevnetAccounts.Users[0].PrivateKey;
        string told = Refused(Chain(option.Replace("SECRET", key, StringComparison.Ordinal)));
        Assert.All((string[])[key, key[2..], "test test", "hunter22", "abcdefabcdef0123456789"], secret => Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void ListWithADefault_IsReplaced_AndCanBeEmptied()
    {
        Assert.Equal([255u], Read(Chain("\"DryRun\": false")).Cannon.AlphabetGameTypes);
        Assert.Empty(Read(Chain("\"Cannon\": { \"AlphabetGameTypes\": [] }")).Cannon.AlphabetGameTypes);
        Assert.Equal([7u, 8u], Read(Chain("\"Cannon\": { \"AlphabetGameTypes\": [ 7, 8 ] }")).Cannon.AlphabetGameTypes);
        _environment["GAVEL__Challenger__Chains__0__Cannon__AlphabetGameTypes"] = "";
        Assert.Empty(Read(Chain("\"DryRun\": false")).Cannon.AlphabetGameTypes);
    }

    [Fact]
    public void Lists_OfFileAndVariables_AreJoinedByNumber()
    {
        _environment["GAVEL__Challenger__Chains__0__L1__0"] = "http://b:1";
        _environment["gavel__challenger__chains__0__L1__1"] = "http://c:1";
        _environment["GAVEL__Challenger__Chains__0__PollSeconds"] = "6";
        _environment["GAVEL__Logging__LogLevel__Gavel.Challenger"] = "debug";
        ChainOptions chain = Read(Chain("\"PollSeconds\": 1"));
        Assert.Equal(["http://b:1", "http://c:1"], chain.L1);
        Assert.Equal(6, chain.PollSeconds);
    }

    [Fact]
    public void ManyMistakes_AreToldAtOnce()
    {
        _environment["GAVEL__Host__Listen"] = "https://127.0.0.1:1";
        _environment["GAVEL__Nonsense"] = "1";
        string told = Refused(Chain("\"PollSecond\": 1, \"AuditBlocks\": 0, \"Sending\": null, \"Cannon\": { \"MaxRuns\": \"many\" }, \"GameTypes\": [ -1 ]", "a/b"));
        string[] places = ["PollSecond:", "AuditBlocks:", "Sending:", "MaxRuns:", "GameTypes:0:", "Name:", "Host:Listen:", "Nonsense:"];
        Assert.All(places, place => Assert.Contains(place, told, StringComparison.Ordinal));
        Assert.StartsWith("the configuration has 8 problems:", told, StringComparison.Ordinal);
    }

    [Fact]
    public void AccessToNodes_IsCheckedBeforeAnythingIsConnected_AllAtOnce()
    {
        // Before, the first of these ended the chain's set-up, again and again, while the agent ran on without defending it.
        string told = Refused(Chain("\"Rpc\": { \"MaxDepth\": 1, \"PatienceSeconds\": 40, \"MaxBatchSize\": 0 }"));
        Assert.StartsWith("the configuration has 3 problems:", told, StringComparison.Ordinal);
        string[] expected =
        [
            "Challenger:Chains:0:Rpc:MaxDepth: 1 is not between 8 and 1000", "Challenger:Chains:0:Rpc:PatienceSeconds: 40 must be less than TimeoutSeconds (30)",
            "Challenger:Chains:0:Rpc:MaxBatchSize: 0 is not between 1 and 10000",
        ];
        Assert.All(expected, words => Assert.Contains($"{words} ({_file} line 5)", told, StringComparison.Ordinal));
    }

    [Fact]
    public void File_AsEditorsStoreIt_IsRead()
    {
        string json = "// mine\r\n" + Chain("\"PollSeconds\": 7,").Replace("\n", "\r\n", StringComparison.Ordinal);
        Encoding[] encodings = [new UTF8Encoding(true), new UTF8Encoding(false), new UnicodeEncoding(false, true), new UnicodeEncoding(true, true)];
        Assert.All(encodings, encoding =>
        {
            File.WriteAllText(_file, json.Replace(",, ", ", ", StringComparison.Ordinal), encoding);
            Assert.Equal(7, Configuration.Read(_file, _environment).Challenger.Chains[0].PollSeconds);
        });
    }

    [Fact]
    public void FolderAsFileAddress_IsTaken()
    {
        ChainOptions chain = Read(Chain($$"""
            "Cannon": { "Prestates": [ "file://{{_folder}}", "file:{{_folder}}", "{{_folder}}", "https://prestates.example/x" ] }
            """));
        Assert.Equal([_folder, _folder, _folder], chain.Cannon.Prestates.Take(3).Select(PrestateSource.FolderOf));
    }

    private string Chain(string option, string name = "one")
    {
        string account = option.Contains("\"Account\"", StringComparison.Ordinal) ? "" : $$""", "Account": { "KeyFile": "{{_key}}" }""";
        return $$"""
            {
              "Challenger": {
                "Chains": [
                  {
                    "L1": [ "http://127.0.0.1:8545" ], {{option}}{{account}},
                    "Name": "{{name}}", "SystemConfig": "0x0000000000000000000000000000000000000001",
                    "RollupNodes": [ "http://127.0.0.1:9545" ], "L2ExecutionNodes": [ "http://127.0.0.1:9546" ]
                  }
                ]
              }
            }
            """;
    }

    private ChainOptions Read(string json)
    {
        File.WriteAllText(_file, json);
        return Configuration.Read(_file, _environment).Challenger.Chains[0];
    }

    private string Refused(string json)
    {
        File.WriteAllText(_file, json);
        return Refused();
    }

    private string Refused() => Message(() => Configuration.Read(_file, _environment));

    private static string Message(Func<object> read) => Assert.Throws<ConfigurationException>(read).Message;
}
