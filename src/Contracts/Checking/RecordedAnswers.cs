using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts.Checking;

/// <summary>
/// What the real contracts of a generation answered at the moments of one history, as vectors/contracts/README.md describes it: a node that knows just
/// that. A bond that was not asked for then is the one that this build computes; those are recorded in files of their own.
/// </summary>
internal sealed class RecordedAnswers : IJsonRpc
{
    private readonly Dictionary<string, List<(int Moment, string Target, Dictionary<string, JsonObject> Reads)>> _answers = [];

    /// <summary>Reads a file of recorded answers.</summary>
    /// <exception cref="RecordingException">It cannot be read, or is of another format; the message names file and line.</exception>
    public RecordedAnswers(string file)
    {
        RecordedLines lines = new(file);
        foreach (JsonElement line in lines.Read())
        {
            lines.Take(() =>
            {
                Add((JsonObject)JsonNode.Parse(line.GetRawText())!);
                return true;
            });
        }

        if (Header is null || Moments.Count == 0)
        {
            throw new RecordingException($"{file} has no header, or no moment at which contracts were read");
        }
    }

    /// <summary>Accounts, contracts by name, types and games.</summary>
    public JsonObject Header { get; private set; } = null!;

    /// <summary>The moments, in order; times in seconds since 1970.</summary>
    public List<(string Name, ulong Time, Hash32 Hash)> Moments { get; } = [];

    /// <summary>The moment that is asked at, by its index.</summary>
    public int Now { get; set; }

    /// <summary>The code of a contract; null for code of no known kind, so that all is asked for.</summary>
    public Func<string, byte[]?>? Code { get; set; }

    /// <summary>The factory of all games.</summary>
    public Address Factory => Contract("factory");

    /// <summary>One of the recorded contracts by its name in the header.</summary>
    public Address Contract(string name) => Address.Parse(Text(Header["contracts"]![name]));

    /// <summary>What was decoded of an answer when it was recorded, as JSON; null where the call was refused.</summary>
    public JsonNode? Value(string address, string data) => Find(address, data)?["value"];

    /// <summary>The data of all calls of a function that were recorded of a contract at this moment or before.</summary>
    public IEnumerable<string> CallsOf(string address, string selector) =>
        _answers[address].Where(group => group.Moment <= Now).SelectMany(group => group.Reads.Keys).Where(data => data.StartsWith(selector, StringComparison.Ordinal)).Distinct();

    /// <summary>Whether a contract was read by this moment.</summary>
    public bool WasRead(string address) => _answers.TryGetValue(address, out var groups) && groups.Exists(group => group.Moment <= Now);

    /// <inheritdoc/>
    public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) => (await BatchAsync([request], cancellationToken))[0].Result;

    /// <inheritdoc/>
    public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RpcReply>>([.. requests.Select(Answer)]);

    private RpcReply Answer(RpcRequest request)
    {
        switch (request.Method)
        {
            case "eth_getCode":
                return Json(Code?.Invoke(Text(request.Parameters[0]).ToLowerInvariant()) is { } code ? Hex.Encode(code) : "0xfe");
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
                    : data.StartsWith("0xc395e1ca", StringComparison.Ordinal) && Bond(to, data) is { } bond ? Json($"{Hash32.FromUInt256(bond)}")
                    : Vm(to, data) is { } ofVm ? Json(ofVm)
                    : throw new InvalidOperationException($"{data} of {to} was not recorded");
            default:
                throw new NotSupportedException(request.Method);
        }
    }

    private void Add(JsonObject line)
    {
        switch (Text(Of<JsonValue>(line, "kind")))
        {
            case "header":
                Header = line;
                break;
            case "moment":
                Moments.Add((Text(Of<JsonValue>(line, "moment")), Of<JsonValue>(line, "time").GetValue<ulong>(), Hash32.Parse(Text(Of<JsonValue>(line, "hash")))));
                break;
            case "reads":
                string address = Text(Of<JsonValue>(line, "address"));
                Dictionary<string, JsonObject> reads = [];
                foreach (JsonObject read in Of<JsonArray>(line, "reads").OfType<JsonObject>())
                {
                    reads[Text(Of<JsonValue>(read, "data"))] = read;
                }

                int moment = Moments.FindIndex(known => known.Name == Text(Of<JsonValue>(line, "moment")));
                (_answers.TryGetValue(address, out var groups) ? groups : _answers[address] = []).Add((moment, Text(Of<JsonValue>(line, "target")), reads));
                break;
        }
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

    private UInt256? Bond(string to, string data)
    {
        int depth = (int)UInt128.Log2(UInt128.Parse(data[^32..], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return int.TryParse(Value(to, "0xfa315aa9")?.ToString(), CultureInfo.InvariantCulture, out int maxDepth) && maxDepth <= Position.MaxDepth && depth <= maxDepth
            ? BondTable.Computed(maxDepth)[depth]
            : null;
    }

    private JsonObject? Find(string address, string data) => !_answers.TryGetValue(address, out var groups)
        ? null
        : groups.Where(group => group.Moment <= Now && group.Reads.ContainsKey(data)).Select(group => group.Reads[data]).LastOrDefault();

    private static RpcReply Refused(string data) => new(new RpcException(RpcErrorKind.Revert, "execution reverted") { Code = 3, RevertData = Hex.Decode(data) });

    private static RpcReply Json(JsonNode node) => new(JsonDocument.Parse(node.ToJsonString()).RootElement);

    private static T Of<T>(JsonObject line, string name)
        where T : JsonNode => line[name] as T ?? throw new FormatException($"\"{name}\" is missing or of another kind");

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
