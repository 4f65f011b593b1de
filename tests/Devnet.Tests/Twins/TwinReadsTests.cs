using System.IO.Compression;
using System.Text.Json;
using Gavel.Contracts.Checking;
using Gavel.TestKit;
using Gavel.TestKit.Judges;
using Xunit.Abstractions;

namespace Gavel.Devnet.Tests.Twins;

/// <summary>
/// Every view function that the originals of 2.4.2 were asked, asked of the twins: of the freshly deployed contracts and implementations, and of
/// two fresh games. What the twins do not have is listed here, and nothing else may differ.
/// </summary>
public sealed class TwinReadsTests(ITestOutputHelper output)
{
    private const ulong CreatedFresh = 1_800_000_119;
    private const ulong CreatedPermissioned = 1_800_000_202;
    private static readonly string[] Games = ["fresh", "permissioned, made while respected"];
    private static readonly string[] Empty = ["0x", "revert 0x"];

    // Not what an agent reads: deposits, fees and slots of the system's contracts, and versions of initialisers.
    private static readonly HashSet<string> Lacking =
    [
        "initVersion()", "checkWithdrawal(bytes32,address)", "finalizedWithdrawals(bytes32)", "l2Sender()", "minimumGasLimit(uint64)",
        "numProofSubmitters(bytes32)", "params()", "proofSubmitters(bytes32,uint256)", "provenWithdrawals(bytes32,address)", "ethLockbox()",
    ];

    // The freshly deployed contracts (oracle and VM are scripted here, super and ZK games are others'), and two games while they were fresh.
    private static bool IsAsked(JsonElement line) => line.GetProperty("kind").GetString() == "reads" && line.GetProperty("moment").GetString() switch
    {
        "empty" => line.GetProperty("target").GetString() is not ("oracle" or "mips")
            && (!line.TryGetProperty("type", out JsonElement type) || type.ValueKind == JsonValueKind.Null || type.GetUInt32() is not (9 or 10)),
        "play" => line.TryGetProperty("game", out JsonElement game) && Games.Contains(game.GetString()),
        _ => false,
    };

    // When it was made and with which inbox, and the super and ZK games that the recorded one offers too.
    private static bool IsOfTheDeployment(string function, string data) =>
        function is "retirementTimestamp()" or "respectedGameTypeUpdatedAt()" or "batchInbox()"
        || (function is "gameImpls(uint32)" or "gameArgs(uint32)" or "initBonds(uint32)" && data[^2..] is "09" or "0a");

    [Fact]
    public async Task What_the_originals_answered_the_twins_answer()
    {
        using StreamReader lines = new(new GZipStream(
            File.OpenRead(Checkout.PathOf("tests", "vectors", "contracts", "reads-2.4.2.jsonl.gz")), CompressionMode.Decompress));
        JsonElement header = JsonElement.Parse(lines.ReadLine()!);
        List<JsonElement> recorded = [];
        while (lines.ReadLine() is { } line)
        {
            recorded.Add(JsonElement.Parse(line));
        }

        recorded = [.. recorded.Where(IsAsked)];
        JsonElement[] start = [.. recorded.Where(reads => reads.GetProperty("moment").GetString() == "empty")];
        ulong startTime = start[0].GetProperty("time").GetUInt64();
        await using TwinChain chain = await TwinChain.StartAsync(HeaderOf(header, start, startTime));
        Renaming renaming = chain.Renaming.ForGame();
        List<string> differences = [];
        int asked = 0;
        foreach (JsonElement reads in start)
        {
            await CompareAsync(reads, chain.Contracts[NameOf(reads)]);
        }

        foreach ((JsonElement game, ulong time) in header.GetProperty("games").EnumerateArray().Where(game => Games.Contains(game.GetProperty("name").GetString())).Zip([CreatedFresh, CreatedPermissioned]))
        {
            await CreateAsync(chain, game, time, renaming);
        }

        await chain.SendAsync(1, chain.Contracts["asr"].ToString(), Data("setRespectedGameType(uint32)", a => a.UInt32(0)), null, recorded[^1].GetProperty("time").GetUInt64(), default);
        foreach (JsonElement reads in recorded.Except(start))
        {
            await CompareAsync(reads, Address.Parse(renaming.AddressOf(reads.GetProperty("address").GetString()!)));
        }

        output.WriteLine($"{asked} reads");
        Assert.True(asked > 500, $"only {asked} reads");
        Assert.True(differences.Count == 0, $"{differences.Count} of {asked} reads differ\n" + string.Join('\n', differences.Take(40)));

        async Task CompareAsync(JsonElement reads, Address target)
        {
            string name = reads.GetProperty("target").GetString()!;
            JsonElement[] questions = [.. reads.GetProperty("reads").EnumerateArray()];
            IReadOnlyList<(bool Reverts, string Data)> answers = await chain.CallAsync(
                [.. questions.Select(question => (TwinChain.Call(target, Hex.Decode(renaming.Words(question.GetProperty("data").GetString()!, 4))), (ulong?)null))]);
            foreach ((JsonElement question, (bool reverts, string data)) in questions.Zip(answers))
            {
                string function = question.GetProperty("fn").GetString()!;
                if (IsOfTheDeployment(function, question.GetProperty("data").GetString()!))
                {
                    continue;
                }

                asked++;
                string ours = (reverts ? "revert " : "") + data;
                string theirs = question.TryGetProperty("revert", out JsonElement revert)
                    ? "revert " + revert.GetString() : renaming.Anywhere(question.GetProperty("out").GetString()!); // game arguments are packed
                bool isOurs = name == "systemConfig" ? Kept.Contains(function) : !Lacking.Contains(function);
                bool isEqual = function is "l1Head()" ? !reverts && renaming.AreSame(theirs, ours) : ours == theirs;
                if (isOurs ? !isEqual : !Empty.Contains(ours))
                {
                    differences.Add($"{name} {(reads.TryGetProperty("game", out JsonElement game) ? game.ToString() : "")} {function}: {ours}, not {theirs}");
                }
            }
        }
    }

    private static async Task CreateAsync(TwinChain chain, JsonElement game, ulong time, Renaming renaming)
    {
        uint type = game.GetProperty("type").GetUInt32();
        await chain.SendAsync(1, chain.Contracts["asr"].ToString(), Data("setRespectedGameType(uint32)", a => a.UInt32(type)), null, time - 1, default);
        string create = Data("create(uint32,bytes32,bytes)", a => a.UInt32(type)
            .Bytes32(Hash32.Parse(game.GetProperty("rootClaim").GetString()!)).Bytes(Hex.Decode(game.GetProperty("extraData").GetString()!)));
        TwinOutcome created = await chain.SendAsync(2, chain.Contracts["factory"].ToString(), create, "80000000000000000", time, default);
        Assert.Null(created.Revert);
        renaming.Add(game.GetProperty("address").GetString()!, Address.Parse("0x" + created.Logs[^1].T[1][26..]));
    }

    private static string NameOf(JsonElement reads) => reads.GetProperty("target").GetString() is "implementation"
        ? $"impl_{reads.GetProperty("type").GetUInt32()}"
        : reads.GetProperty("target").GetString()!;

    // The recorded deployment's terms, as the header of a file of games has them.
    private static RecordingHeader HeaderOf(JsonElement header, JsonElement[] start, ulong time)
    {
        JsonElement delays = header.GetProperty("delays");
        ulong period = delays.GetProperty("challengePeriod").GetUInt64();
        RecordedConstants constants = new(
            delays.GetProperty("finality").GetUInt64(),
            delays.GetProperty("weth").GetUInt64(),
            delays.GetProperty("proofMaturity").GetUInt64(),
            L2ChainId: 901,
            new Dictionary<string, ulong> { ["A"] = period });
        RecordedSet[] sets =
        [
            .. start.Where(reads => reads.GetProperty("target").GetString() == "implementation").Select(implementation =>
            {
                JsonElement type = header.GetProperty("types").EnumerateArray().Single(one => one.GetProperty("type").GetUInt32() == implementation.GetProperty("type").GetUInt32());
                return new RecordedSet(
                    type.GetProperty("type").GetUInt32(),
                    type.GetProperty("maxDepth").GetUInt64(),
                    type.GetProperty("splitDepth").GetUInt64(),
                    type.GetProperty("clockExtension").GetUInt64(),
                    type.GetProperty("maxClock").GetUInt64(),
                    Oracle: "A",
                    period,
                    InitBond: "80000000000000000",
                    Vm: type.GetProperty("maxDepth").GetUInt64() == 73 ? "mips" : "alphabet",
                    AbsolutePrestate: type.GetProperty("gameArgs").GetString()![..66],
                    Permissioned: type.GetProperty("contract").GetString() == "PermissionedDisputeGame");
            }),
        ];
        return new RecordingHeader(
            "header",
            "2.4.2",
            [.. header.GetProperty("accounts").EnumerateArray().Select(account => account.GetString()!)],
            header.GetProperty("roles").Deserialize<RecordedRoles>(JsonSerializerOptions.Web)!,
            header.GetProperty("contracts").EnumerateObject().ToDictionary(contract => contract.Name, contract => contract.Value.GetString()!),
            header.GetProperty("anchor").Deserialize<RecordedAnchor>(JsonSerializerOptions.Web)!,
            constants,
            new RecordedStart(0, time),
            sets);
    }

    // All that the SystemConfig's twin has.
    private static readonly HashSet<string> Kept =
    [
        "delayedWETH()", "disputeGameFactory()", "guardian()", "l2ChainId()", "optimismPortal()", "owner()", "paused()", "proxyAdmin()", "proxyAdminOwner()",
        "superchainConfig()", "version()",
    ];

    private static string Data(string function, Action<AbiEncoder> arguments) => Hex.Encode(new AbiFunction(function).Encode(arguments));
}
