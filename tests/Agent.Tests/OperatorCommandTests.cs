using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Gavel.Chains;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.Intents;
using AbiFunction = Gavel.TestKit.Judges.AbiFunction;

namespace Gavel.Agent.Tests;

/// <summary>The operator commands as processes on a devnet with the real contracts.</summary>
public sealed class OperatorCommandTests(OperatedDevnet chain) : IClassFixture<OperatedDevnet>
{
    private const string Value = "0x0100000000000000000000000000000000000000000000000000000000000001";
    private static readonly string Operator = DevnetAccounts.Proposer.Address.ToString();

    [Fact]
    public void CreateGame_TellsCostAndAddress_AndGamesListsIt()
    {
        string root = chain.NewRoot().ToString();
        AgentProcess.Result created = chain.Run("create-game", "255", root, "6", "--key-file", chain.KeyFile);
        Assert.Equal((0, ""), (created.Exit, created.Error));
        Assert.Contains("bond 0.08 ETH", created.Output, StringComparison.Ordinal);
        string game = created.Output[created.Output.IndexOf("created game ", StringComparison.Ordinal)..].Split(' ', '\n')[2];

        AgentProcess.Result text = chain.Run("games", "--account", Operator);
        Assert.Equal(0, text.Exit);
        string line = Assert.Single(text.Output.Split('\n'), line => line.Contains(game, StringComparison.Ordinal));
        Assert.Matches(@"255 ALPHABET\s+1\.2\.0\s+block 6\s+in progress\s+1\s+\d+m \d+s\s+defender wins\s+not respected\s+by result\s+0\.08\s+-\s+-$", line);

        JsonElement row = chain.Json("games", "--open", "--account", Operator).GetProperty("games").EnumerateArray()
            .Single(row => row.GetProperty("game").GetString() == game);
        Assert.Equal(255, row.GetProperty("type").GetInt32());
        Assert.Equal("1.2.0", row.GetProperty("version").GetString());
        Assert.True(row.GetProperty("isPlayed").GetBoolean());
        Assert.Equal(root, row.GetProperty("rootClaim").GetString());
        Assert.Equal(6, row.GetProperty("l2Block").GetInt32());
        Assert.Equal("inProgress", row.GetProperty("status").GetString());
        Assert.Equal("defenderWins", row.GetProperty("forecast").GetString());
        Assert.Equal("80000000000000000", row.GetProperty("ourBondsWei").GetString());
        Assert.InRange(row.GetProperty("secondsLeft").GetInt64(), 1, 300);

        AgentProcess.Result again = chain.Run("create-game", "255", root, "6", "--key-file", chain.KeyFile);
        Assert.Equal(1, again.Exit);
        Assert.Contains("GameAlreadyExists", again.Error, StringComparison.Ordinal);
        AgentProcess.Result unknown = chain.Run("create-game", "77", root, "6", "--key-file", chain.KeyFile);
        Assert.Equal(1, unknown.Exit);
        Assert.Contains("NoImplementation", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GameThatEndedAgainstTheRecordedVerdict_IsShownAsLost_WithoutARunningAgent()
    {
        Address game = chain.CreateGame(chain.NewRoot());
        Assert.Equal(0, chain.Run("move", game.ToString(), "0", "attack", Value, "--key-file", chain.KeyFile).Exit); // a root that wins would be the next anchor
        await chain.Devnet.WarpAsync(TimeSpan.FromSeconds(301));
        Assert.Equal(0, chain.Run("resolve", game.ToString(), "--key-file", chain.KeyFile).Exit);
        string folder = Path.Combine(chain.Data, "devnet");
        new VerdictBook(Path.Combine(folder, "verdicts")).Set(game, new KnownVerdict { Game = game.ToString(), Verdict = Gavel.Rollup.Truth.Valid, Reason = "the nodes said so", L1Block = "7", At = DateTimeOffset.UnixEpoch });
        new AuditLog(Path.Combine(folder, "audit")).Add(game, new AuditNote
        {
            Note = AuditNoteKind.Lost,
            At = DateTimeOffset.UnixEpoch,
            Chain = "devnet",
            Game = game.ToString(),
            Text = "LOST: call the guardian",
            LostWei = "0",
            L1Block = "8",
        });

        string[] configured = ["--config", chain.Config];
        AgentProcess.Result text = AgentProcess.Run(OperatedDevnet.Home, ["games", .. configured]);
        Assert.Contains($"LOST: game {game} ended (challenger wins) against our verdict", text.Output, StringComparison.Ordinal);
        JsonElement list = JsonDocument.Parse(AgentProcess.Run(OperatedDevnet.Home, ["games", .. configured, "--json"]).Output).RootElement;
        Assert.Equal(JsonValueKind.Null, list.GetProperty("dangers").ValueKind); // no agent runs
        JsonElement row = list.GetProperty("games").EnumerateArray().Single(row => row.GetProperty("game").GetString() == game.ToString());
        Assert.Equal(("valid", true, "0"), (row.GetProperty("recordedVerdict").GetString(), row.GetProperty("isAgainstVerdict").GetBoolean(), row.GetProperty("ourLostWei").GetString()));
        string explained = AgentProcess.Run(OperatedDevnet.Home, ["explain", game.ToString(), .. configured]).Output;
        Assert.Contains("our verdict on its root: Valid (the nodes said so)", explained, StringComparison.Ordinal);
        Assert.Contains("LOST: call the guardian", explained, StringComparison.Ordinal);
    }

    [Fact]
    public void Move_PaysTheContractsBond_AndIsShownAmongTheClaims()
    {
        string game = chain.CreateGame(chain.NewRoot()).ToString();
        JsonElement dry = chain.Json("move", game, "0", "attack", Value, "--key-file", chain.KeyFile, "--dry-run");
        Assert.True(dry.GetProperty("dryRun").GetBoolean());
        Assert.Equal(JsonValueKind.Null, dry.GetProperty("calls")[0].GetProperty("transaction").ValueKind);
        Assert.Equal(1, chain.Json("claims", game).GetProperty("claims").GetArrayLength());

        JsonElement moved = chain.Json("move", game, "0", "attack", Value, "--key-file", chain.KeyFile);
        Assert.Equal(1, moved.GetProperty("claim").GetInt32());
        JsonElement call = moved.GetProperty("calls")[0];
        Assert.Equal(dry.GetProperty("calls")[0].GetProperty("valueWei").GetString(), call.GetProperty("valueWei").GetString());
        Assert.Equal(66, call.GetProperty("transaction").GetString()!.Length);

        JsonElement claim = chain.Json("claims", game).GetProperty("claims")[1];
        Assert.Equal("attack", claim.GetProperty("move").GetString());
        Assert.Equal("2", claim.GetProperty("position").GetString());
        Assert.Equal(Value, claim.GetProperty("value").GetString());
        Assert.Equal(call.GetProperty("valueWei").GetString(), claim.GetProperty("bondWei").GetString());
        AgentProcess.Result text = chain.Run("claims", game);
        Assert.Equal(0, text.Exit);
        Assert.Matches(@"\n\s*1\s+0\s+attack\s+1\s+0\s+0x010000…000001\s+" + Operator, text.Output);
        Assert.Contains("challenger wins if nobody moves", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Move_ThatTheContractRefuses_NamesTheRevert_AndSendsNothing()
    {
        string game = chain.CreateGame(chain.NewRoot()).ToString();
        AgentProcess.Result defence = chain.Run("move", game, "0", "defend", Value, "--key-file", chain.KeyFile);
        Assert.Equal(1, defence.Exit);
        Assert.Contains("CannotDefendRootClaim()", defence.Error, StringComparison.Ordinal);
        Assert.Equal(0, chain.Run("move", game, "0", "attack", Value, "--key-file", chain.KeyFile).Exit);
        AgentProcess.Result twice = chain.Run("move", game, "0", "attack", Value, "--key-file", chain.KeyFile);
        Assert.Equal(1, twice.Exit);
        Assert.Contains("ClaimAlreadyExists()", twice.Error, StringComparison.Ordinal);
        Assert.Equal(2, chain.Json("claims", game).GetProperty("claims").GetArrayLength());
    }

    [Fact]
    public async Task Resolve_WaitsForTheClock_ThenResolvesBottomUp_AndCreditsShowWhatIsOwed()
    {
        string game = chain.CreateGame(chain.NewRoot()).ToString();
        Assert.Equal(0, chain.Run("move", game, "0", "attack", Value, "--key-file", chain.KeyFile).Exit);
        AgentProcess.Result early = chain.Run("resolve", game, "--key-file", chain.KeyFile);
        Assert.Equal(1, early.Exit);
        Assert.Contains("OutOfOrderResolution()", early.Error, StringComparison.Ordinal);
        AgentProcess.Result earlyClaim = chain.Run("resolve", game, "--claim", "1", "--key-file", chain.KeyFile);
        Assert.Equal(1, earlyClaim.Exit);
        Assert.Contains("ClockNotExpired()", earlyClaim.Error, StringComparison.Ordinal);

        await chain.Devnet.WarpAsync(TimeSpan.FromSeconds(301));
        Assert.Equal(0, chain.Run("resolve", game, "--claim", "1", "--key-file", chain.KeyFile).Exit);
        JsonElement plan = chain.Json("resolve", game, "--key-file", chain.KeyFile, "--dry-run").GetProperty("calls");
        Assert.Equal(["resolveClaim", "resolve"], plan.EnumerateArray().Select(call => call.GetProperty("call").GetString()));
        Assert.Equal("inProgress", chain.Json("claims", game).GetProperty("status").GetString());
        AgentProcess.Result resolved = chain.Run("resolve", game, "--key-file", chain.KeyFile);
        Assert.Equal((0, ""), (resolved.Exit, resolved.Error));
        Assert.EndsWith("challenger wins\n", resolved.Output, StringComparison.Ordinal);

        JsonElement claims = chain.Json("claims", game).GetProperty("claims");
        string staked = claims.EnumerateArray().Select(claim => UInt256.Parse(claim.GetProperty("bondWei").GetString()!))
            .Aggregate(UInt256.Zero, (sum, bond) => sum + bond).ToString();
        JsonElement credit = chain.Json("credits", "--account", Operator).GetProperty("credits").EnumerateArray()
            .Single(row => row.GetProperty("game").GetString() == game);
        Assert.Equal(staked, credit.GetProperty("owedWei").GetString());
        Assert.Equal("waiting", credit.GetProperty("stage").GetString());
        await chain.Devnet.WarpAsync(TimeSpan.FromSeconds(31));
        AgentProcess.Result text = chain.Run("credits", "--account", Operator);
        Assert.Equal(0, text.Exit);
        Assert.EndsWith("can be withdrawn", Assert.Single(text.Output.Split('\n'), line => line.Contains(game, StringComparison.Ordinal)).TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_TellsTheReasonOfEachBond_WhileTheAgentRunsAndOwnsTheAccount()
    {
        string game = chain.CreateGame(chain.NewRoot()).ToString();
        AgentProcess.Result nothing = AgentProcess.Run(OperatedDevnet.Home, "explain", game, "--config", chain.Config);
        Assert.Equal(0, nothing.Exit);
        Assert.Contains("nothing is recorded", nothing.Output, StringComparison.Ordinal);

        using Process agent = AgentProcess.Start(OperatedDevnet.Home, "run", "--config", chain.Config);
        StringBuilder log = new();
        agent.OutputDataReceived += (_, line) =>
        {
            lock (log)
            {
                log.AppendLine(line.Data);
            }
        };
        agent.BeginOutputReadLine();
        try
        {
            JsonElement call = default;
            long start = Stopwatch.GetTimestamp();
            while (call.ValueKind == JsonValueKind.Undefined || call.GetProperty("outcome").GetProperty("transaction").ValueKind == JsonValueKind.Null)
            {
                Assert.True(!agent.HasExited && Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1), $"the agent bonded nothing in a minute:\n{log}");
                AgentProcess.Result json = AgentProcess.Run(OperatedDevnet.Home, "explain", game, "--config", chain.Config, "--json");
                Assert.Equal((0, ""), (json.Exit, json.Error));
                call = JsonDocument.Parse(json.Output).RootElement.GetProperty("calls").EnumerateArray()
                    .FirstOrDefault(call => call.GetProperty("outcome").ValueKind == JsonValueKind.Object);
            }

            Assert.Equal("attack", call.GetProperty("record").GetProperty("call").GetString());
            JsonElement evidence = call.GetProperty("record").GetProperty("evidence");
            Assert.Equal(("invalid", "otherOutput"), (evidence.GetProperty("truth").GetString(), evidence.GetProperty("rule").GetString()));
            Assert.Contains(evidence.GetProperty("said").EnumerateArray(), said => said.GetProperty("question").GetString() == "output" && said.GetProperty("root").GetString()!.Length == 66);
            AgentProcess.Result text = AgentProcess.Run(OperatedDevnet.Home, "explain", game, "--config", chain.Config);
            Assert.Matches(@"attack claim 0, bond 0\.\d+ ETH, \dm \d+s left\n  reason   .+\n  verdict  .+\n(    http.+\n)+  L1 block .+\n  rehearsed (succeeds, \d+ gas|not rehearsed).*\n  outcome  (signed|sent|confirmed)", text.Output);

            AgentProcess.Result move = AgentProcess.Run(OperatedDevnet.Home, "move", game, "0", "attack", Value, "--config", chain.Config);
            Assert.Equal(1, move.Exit);
            Assert.Contains("a running agent owns account", move.Error, StringComparison.Ordinal);
        }
        finally
        {
            agent.Kill();
            await agent.WaitForExitAsync();
        }

        Assert.DoesNotContain(DevnetAccounts.Challenger.PrivateKey[2..], log.ToString(), StringComparison.OrdinalIgnoreCase);
        JsonElement games = JsonDocument.Parse(AgentProcess.Run(OperatedDevnet.Home, "games", "--config", chain.Config, "--json").Output).RootElement;
        JsonElement row = games.GetProperty("games").EnumerateArray().Single(row => row.GetProperty("game").GetString() == game);
        Assert.NotEqual("0", row.GetProperty("ourBondsWei").GetString());
    }

    [Fact]
    public async Task GameOfAnUnknownKind_IsListedAndShown_AndNeverMovedOn()
    {
        // A contract that answers 32 zero bytes to whatever it is asked.
        byte[] creation = Hex.Decode("0x600a600c600039600a6000f360006000526020" + "6000f3");
        RpcReceipt deployed = await chain.Devnet.SendAsync(DevnetAccounts.Owner, null, creation, default);
        byte[] offer = new AbiFunction("setImplementation(uint32,address)").Encode(a => a.UInt32(99).Address(deployed.ContractAddress!.Value));
        await chain.Devnet.SendAsync(DevnetAccounts.Owner, chain.Devnet.Addresses.DisputeGameFactory, offer, default);
        JsonElement created = chain.Json("create-game", "99", chain.NewRoot().ToString(), "6", "--key-file", chain.KeyFile);
        string game = created.GetProperty("game").GetString()!;
        string line = Assert.Single(chain.Run("games").Output.Split('\n'), line => line.Contains(game, StringComparison.Ordinal));
        Assert.Matches(@"\s99\s+\?\s", line);
        JsonElement row = chain.Json("games").GetProperty("games").EnumerateArray().Single(row => row.GetProperty("game").GetString() == game);
        Assert.False(row.GetProperty("isPlayed").GetBoolean());
        Assert.Contains(chain.Json("games", "--open", "--account", Operator).GetProperty("games").EnumerateArray(), row => row.GetProperty("game").GetString() == game);
        Assert.Equal(0, chain.Run("credits", "--account", Operator).Exit);
        AgentProcess.Result claims = chain.Run("claims", game);
        Assert.Equal(0, claims.Exit);
        Assert.Contains("the rules of this version are not known", claims.Output, StringComparison.Ordinal);
        AgentProcess.Result move = chain.Run("move", game, "0", "attack", Value, "--key-file", chain.KeyFile);
        Assert.Equal(2, move.Exit);
        Assert.Contains("whose rules Gavel does not know", move.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no chain is configured", "games")]
    [InlineData("--l1 needs --system-config", "games", "--l1", "http://127.0.0.1:1")]
    [InlineData("needs --l1 URL", "games", "--factory", "0x0000000000000000000000000000000000000001")]
    [InlineData("give one of them", "games", "CONNECTION", "--factory", "0x0000000000000000000000000000000000000001")]
    [InlineData("give one of them", "games", "CONNECTION", "--chain", "x")]
    [InlineData("--last", "games", "CONNECTION", "--last", "-1")]
    [InlineData("disputeGameFactory()", "games", "L1", "--system-config", "0x0000000000000000000000000000000000000001")]
    [InlineData("GAME", "claims", "0x12", "CONNECTION")]
    [InlineData("gameType()", "claims", "0x0000000000000000000000000000000000000001", "CONNECTION")]
    [InlineData("whose credit?", "credits", "CONNECTION")]
    [InlineData("--account", "credits", "CONNECTION", "--account", "me")]
    [InlineData("MOVE", "move", "0x0000000000000000000000000000000000000001", "0", "retreat", Value, "CONNECTION")]
    [InlineData("VALUE", "move", "0x0000000000000000000000000000000000000001", "0", "attack", "0x12", "CONNECTION")]
    [InlineData("CLAIM", "move", "0x0000000000000000000000000000000000000001", "-1", "attack", Value, "CONNECTION")]
    [InlineData("whose account?", "resolve", "0x0000000000000000000000000000000000000001", "CONNECTION")]
    [InlineData("no-such-key", "resolve", "0x0000000000000000000000000000000000000001", "CONNECTION", "--key-file", "no-such-key")]
    [InlineData("there is no claim 7", "move", "GAME", "7", "attack", Value, "CONNECTION", "KEY")]
    [InlineData("there is no claim 7", "resolve", "GAME", "--claim", "7", "CONNECTION", "KEY")]
    [InlineData("TYPE", "create-game", "x", Value, "6", "CONNECTION")]
    [InlineData("BLOCK", "create-game", "255", Value, "six", "CONNECTION")]
    [InlineData("no chain is called \"other\"", "explain", "0x0000000000000000000000000000000000000001", "CONFIG", "--chain", "other")]
    [InlineData("no-such-file", "explain", "0x0000000000000000000000000000000000000001", "--config", "no-such-file.json")]
    public void BadInput_ExitsWithTwo_AndNamesThePlace(string message, params string[] arguments)
    {
        string[] given =
        [
            .. arguments.SelectMany(argument => argument switch
            {
                "CONNECTION" => chain.Connection,
                "L1" => ["--l1", chain.Devnet.L1Url],
                "KEY" => ["--key-file", chain.KeyFile],
                "CONFIG" => ["--config", chain.Config],
                "GAME" => [chain.CreateGame(chain.NewRoot()).ToString()],
                _ => new[] { argument },
            }),
        ];
        AgentProcess.Result result = AgentProcess.Run(OperatedDevnet.Home, given);
        Assert.Equal((2, ""), (result.Exit, result.Exit == 2 ? "" : result.Output + result.Error));
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void NodeThatDoesNotAnswer_ExitsWithOne_AndHidesItsCredentials()
    {
        AgentProcess.Result result = AgentProcess.Run(OperatedDevnet.Home, "games", "--l1", "http://user:pass1word@127.0.0.1:1/key0123456789abcdef", "--factory", Operator);
        Assert.Equal(1, result.Exit);
        Assert.StartsWith("agent games: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("pass1word", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("key0123456789abcdef", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
