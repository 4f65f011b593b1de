using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.Ethereum;
using Gavel.TestKit;

namespace Gavel.Contracts.Tests.Recorded;

/// <summary>What the real contracts of a generation answered at the moments of one history: a node that knows just that.</summary>
internal sealed class RecordedReads : IJsonRpc
{
    private readonly Dictionary<string, List<(int Moment, string Target, Dictionary<string, JsonObject> Reads)>> _answers = [];
    private readonly Dictionary<string, string> _bonds = [];

    private RecordedReads(string generation)
    {
        foreach (JsonObject line in Lines($"reads-{generation}.jsonl.gz"))
        {
            switch (Text(line["kind"]))
            {
                case "header":
                    Header = line;
                    break;
                case "moment":
                    Moments.Add((Text(line["moment"]), line["time"]!.GetValue<ulong>(), Hash32.Parse(Text(line["hash"]))));
                    break;
                case "reads":
                    string address = Text(line["address"]);
                    Dictionary<string, JsonObject> reads = [];
                    foreach (JsonNode? read in (JsonArray)line["reads"]!)
                    {
                        reads[Text(read!["data"])] = (JsonObject)read;
                    }

                    int moment = Moments.FindIndex(known => known.Name == Text(line["moment"]));
                    (_answers.TryGetValue(address, out var groups) ? groups : _answers[address] = []).Add((moment, Text(line["target"]), reads));
                    break;
            }
        }

        // Bonds were asked at a few positions of these games, and at all depths elsewhere: they are the same in every game of a depth.
        foreach (JsonObject line in Lines("bonds.jsonl.gz").Where(line => line["bonds"] is JsonArray))
        {
            JsonArray bonds = (JsonArray)line["bonds"]!;
            for (int depth = 0; depth < bonds.Count; depth++)
            {
                _bonds[$"{line["maxDepth"]!.GetValue<int>()} {depth}"] = Text(bonds[depth]);
            }
        }
    }

    public JsonObject Header { get; } = null!;

    public List<(string Name, ulong Time, Hash32 Hash)> Moments { get; } = [];

    /// <summary>The moment that is asked at.</summary>
    public int Now { get; set; }

    /// <summary>
    /// Whether games have the code of clones, as their factory made them: what the recorded getters of a game say is then packed behind it by the layout of the
    /// generation, with the arguments of the game's type where the factory keeps some. If not, their code is of no known kind, so that all is asked for.
    /// </summary>
    public bool HasCloneCode { get; set; }

    public Address Factory => Contract("factory");

    /// <summary>One of the recorded contracts by its name in the header.</summary>
    public Address Contract(string name) => Address.Parse(Text(Header["contracts"]![name]));

    public static RecordedReads Of(string generation) => new(generation);

    /// <summary>What was decoded of an answer when it was recorded, as JSON; null where the call was refused.</summary>
    public JsonNode? Value(string address, string data) => Find(address, data)?["value"];

    /// <summary>The data of all calls of a function that were recorded of a contract at this moment or before.</summary>
    public IEnumerable<string> CallsOf(string address, string selector) =>
        _answers[address].Where(group => group.Moment <= Now).SelectMany(group => group.Reads.Keys).Where(data => data.StartsWith(selector, StringComparison.Ordinal)).Distinct();

    /// <summary>Whether a contract was read by this moment.</summary>
    public bool WasRead(string address) => _answers.TryGetValue(address, out var groups) && groups.Exists(group => group.Moment <= Now);

    public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) => (await BatchAsync([request], cancellationToken))[0].Result;

    public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RpcReply>>([.. requests.Select(Answer)]);

    private RpcReply Answer(RpcRequest request)
    {
        switch (request.Method)
        {
            case "eth_getCode":
                return Json(HasCloneCode && CloneOf(Text(request.Parameters[0]).ToLowerInvariant()) is { } clone ? Hex.Encode(clone) : "0xfe");
            case "eth_getBlockByHash" or "eth_getBlockByNumber":
                (_, ulong time, Hash32 hash) = Moments[Now];
                return Json(new JsonObject
                {
                    ["number"] = "0x64",
                    ["hash"] = $"{hash}",
                    ["parentHash"] = $"{hash}",
                    ["timestamp"] = Hex.Quantity(time),
                    ["gasLimit"] = "0x1c9c380",
                    ["gasUsed"] = "0x0",
                    ["baseFeePerGas"] = "0x1",
                    ["stateRoot"] = $"{hash}",
                    ["transactionsRoot"] = $"{hash}",
                    ["receiptsRoot"] = $"{hash}",
                    ["sha3Uncles"] = $"{hash}",
                    ["mixHash"] = $"{hash}",
                    ["miner"] = $"{Address.Zero}",
                    ["logsBloom"] = $"0x{new string('0', 512)}",
                    ["difficulty"] = "0x0",
                    ["nonce"] = "0x0000000000000000",
                    ["extraData"] = "0x",
                    ["transactions"] = new JsonArray(),
                });
            case "eth_call":
                string to = Text(request.Parameters[0]!["to"]).ToLowerInvariant();
                string data = Text(request.Parameters[0]!["data"] ?? request.Parameters[0]!["input"]);
                return Find(to, data) is { } read ? read["out"] is { } answer ? Json(answer.DeepClone()) : Refused(Text(read["revert"]))
                    : data.StartsWith("0xc395e1ca", StringComparison.Ordinal) && Bond(to, data) is { } bond ? Json($"0x{bond:x64}")
                    : Vm(to, data) is { } ofVm ? Json(ofVm)
                    : throw new InvalidOperationException($"{data} of {to} was not recorded");
            default:
                throw new NotSupportedException(request.Method);
        }
    }

    // Null for games of kinds that are not played.
    private byte[]? CloneOf(string game)
    {
        JsonNode? listed = ((JsonArray)Header["games"]!).FirstOrDefault(known => Text(known!["address"]) == game);
        JsonNode? type = listed is null ? null : ((JsonArray)Header["types"]!).Single(known => known!["type"]!.GetValue<uint>() == listed["type"]!.GetValue<uint>());
        if (listed is null || type?["maxDepth"] is null || Text(listed["extraData"]).Length != 66)
        {
            return null;
        }

        byte[] own = [.. Bytes(Value(game, "0x37b1b229")!), .. Bytes(Value(game, "0xbcef3b55")!), .. Bytes(Value(game, "0x6361506d")!)];
        byte[] number = new byte[sizeof(uint)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(number, listed["type"]!.GetValue<uint>());
        byte[] arguments = type["gameArgs"] is { } args
            ? [.. own, .. number, .. Bytes(listed["extraData"]!), .. Bytes(args)]
            : [.. own, .. Bytes(listed["extraData"]!)];
        return CloneCodeTests.CodeOf(Contract($"impl_{listed["type"]}"), arguments);

        static byte[] Bytes(JsonNode hex) => Hex.Decode(Text(hex));
    }

    // Of cheap VMs and their oracles the header tells what was not asked.
    private string? Vm(string to, string data)
    {
        JsonObject contracts = (JsonObject)Header["contracts"]!;
        string? name = contracts.FirstOrDefault(known => known.Value?.ToString() == to).Key;
        return (name, data) switch
        {
            ({ } vm, "0x7dc0d1d0") when vm.StartsWith("alphabet", StringComparison.Ordinal) => $"0x{Text(contracts[$"oracle{vm[^1]}"])[2..].PadLeft(64, '0')}",
            ({ } oracle, "0xf3f480d9") when oracle.StartsWith("oracle", StringComparison.Ordinal) => $"0x{Header["delays"]!["challengePeriod"]!.GetValue<int>():x64}",
            _ => null,
        };
    }

    private System.Numerics.BigInteger? Bond(string to, string data)
    {
        string? depth = Value(to, "0xfa315aa9")?.ToString();
        int at = (int)System.Numerics.BigInteger.Log2(System.Numerics.BigInteger.Parse($"0{data[10..]}", System.Globalization.NumberStyles.HexNumber, null));
        return _bonds.TryGetValue($"{depth} {at}", out string? bond) ? System.Numerics.BigInteger.Parse(bond, null) : null;
    }

    private JsonObject? Find(string address, string data) => !_answers.TryGetValue(address, out var groups)
        ? null
        : groups.Where(group => group.Moment <= Now && group.Reads.ContainsKey(data)).Select(group => group.Reads[data]).LastOrDefault();

    private static RpcReply Refused(string data) => new(new RpcException(RpcErrorKind.Revert, "execution reverted") { Code = 3, RevertData = Hex.Decode(data) });

    private static RpcReply Json(JsonNode node) => new(JsonDocument.Parse(node.ToJsonString()).RootElement);

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static IEnumerable<JsonObject> Lines(string file)
    {
        using GZipStream stream = new(File.OpenRead(Checkout.PathOf("tests", "vectors", "contracts", file)), CompressionMode.Decompress);
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return (JsonObject)JsonNode.Parse(line)!;
        }
    }
}
