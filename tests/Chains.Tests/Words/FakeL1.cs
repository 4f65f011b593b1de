using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.Rollup;
using Gavel.TestKit.Judges;

namespace Gavel.Chains.Tests.Words;

/// <summary>How an L1 endpoint misbehaves.</summary>
internal enum L1Fault
{
    None,

    /// <summary>Other code for the game, whose words its getters tell too; its account proofs are the true ones.</summary>
    OtherCode,

    /// <summary>The same, and account proofs that are forged to fit.</summary>
    ForgedProof,

    /// <summary>The same, and a header that is forged to fit the proofs.</summary>
    ForgedHeaderAndProof,

    /// <summary>The same code, and it has no account proofs.</summary>
    OtherCodeWithoutProofs,

    /// <summary>True code, and getters that tell otherwise.</summary>
    OtherGetters,

    /// <summary>It knows no contract at the address.</summary>
    Absent,

    /// <summary>Another header under the hash that is asked for.</summary>
    OtherHeader,

    Silent,
    SlowBy3,
    SlowBy100,
    Error,
    ErrorOfProofs,
    ErrorOfCode,
    Page,
    OtherChain,
}

/// <summary>An L1 with one game, in which an account proof of its code holds, as one endpoint of it tells it over HTTP, on a clock of the test's.</summary>
internal sealed class FakeL1(FakeL1Chain chain, TimeProvider clock) : HttpMessageHandler
{
    public L1Fault Fault { get; set; }

    public static bool IsLie(L1Fault fault) => fault is L1Fault.OtherCode or L1Fault.ForgedProof or L1Fault.ForgedHeaderAndProof or L1Fault.OtherCodeWithoutProofs or L1Fault.OtherGetters or L1Fault.Absent;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        JsonNode body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        TimeSpan delay = Fault switch
        {
            L1Fault.Silent => Timeout.InfiniteTimeSpan,
            L1Fault.SlowBy3 => TimeSpan.FromSeconds(3),
            L1Fault.SlowBy100 => TimeSpan.FromSeconds(100),
            _ => TimeSpan.Zero,
        };
        if (delay != TimeSpan.Zero)
        {
            await Task.Delay(delay, clock, cancellationToken);
        }

        string text = Fault == L1Fault.Page
            ? "<html>login</html>"
            : body is JsonArray many ? new JsonArray([.. many.Select(one => (JsonNode)Reply((JsonObject)one!))]).ToJsonString() : Reply((JsonObject)body).ToJsonString();
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
    }

    private JsonObject Reply(JsonObject request)
    {
        string method = request["method"]!.GetValue<string>();
        JsonObject reply = new() { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone() };
        bool isError = Fault switch
        {
            L1Fault.Error => true,
            L1Fault.ErrorOfProofs or L1Fault.OtherCodeWithoutProofs => method == "eth_getProof",
            L1Fault.ErrorOfCode => method == "eth_getCode",
            _ => false,
        };
        if (isError)
        {
            reply["error"] = new JsonObject { ["code"] = -32000, ["message"] = "missing trie node" };
        }
        else
        {
            reply["result"] = Result(method, (JsonArray)request["params"]!);
        }

        return reply;
    }

    private JsonNode Result(string method, JsonArray parameters)
    {
        bool isOther = Fault is L1Fault.OtherCode or L1Fault.ForgedProof or L1Fault.ForgedHeaderAndProof or L1Fault.OtherCodeWithoutProofs;
        FakeGame game = isOther ? chain.False : chain.Game;
        switch (method)
        {
            case "eth_chainId":
                return Fault == L1Fault.OtherChain ? "0x2" : "0x1";
            case "eth_blockNumber":
                return Hex.Quantity(FakeL1Chain.Height);
            case "eth_getBlockByHash" or "eth_getBlockByNumber":
                return chain.Header(Fault is L1Fault.OtherHeader or L1Fault.ForgedHeaderAndProof).DeepClone();
            case "eth_getProof":
                return (Fault is L1Fault.ForgedProof or L1Fault.ForgedHeaderAndProof ? chain.ForgedProof : chain.Proof).DeepClone();
            case "eth_getCode":
                return Fault == L1Fault.Absent ? "0x" : Hex.Encode(game.Code);
            case "eth_call":
                GameWords words = Fault == L1Fault.OtherGetters ? chain.False.Words : game.Words;
                string data = (parameters[0]!["data"] ?? parameters[0]!["input"])!.GetValue<string>();
                return Fault == L1Fault.Absent ? "0x" : FakeL1Chain.Getter(words, data[..10]);
            default:
                throw new NotSupportedException(method);
        }
    }
}

/// <summary>A game's clone: its words, and the code that holds them.</summary>
internal sealed record FakeGame(GameWords Words, byte[] Code)
{
    private static readonly byte[] _start = Convert.FromHexString("36602c57343d527f9e4ac34f21c619cefc926c8bd93b54bf5a39c7ab2127a895af1cc0691d7e3dff593da1005b363d3d373d3d3d3d61");
    private static readonly byte[] _middle = Convert.FromHexString("806062363936013d73");
    private static readonly byte[] _end = Convert.FromHexString("5af43d3d93803e606057fd5bf3");

    public static FakeGame Of(GameWords words)
    {
        byte[] block = new byte[32];
        words.L2BlockNumber.WriteBigEndian(block);
        byte[] arguments = [.. words.Creator.ToArray(), .. words.RootClaim.ToArray(), .. words.L1Head.ToArray(), .. block];
        byte[] length = [(byte)((arguments.Length + 2) >> 8), (byte)(arguments.Length + 2)];
        return new FakeGame(words, [.. _start, .. length, .. _middle, .. new byte[20], .. _end, .. arguments, .. length]);
    }
}

/// <summary>The chain itself.</summary>
internal sealed class FakeL1Chain
{
    public const ulong Height = 1_000;

    private static readonly Address _address = Address.Parse("0x00112233445566778899aabbccddeeff00112233");
    private readonly JsonObject _header;
    private readonly JsonObject _otherHeader;

    public FakeL1Chain()
    {
        GameMetadata sample = Samples.Game(GameGeneration.V1, 13);
        Game = FakeGame.Of(GameWords.Of(sample));
        False = FakeGame.Of(Game.Words with { RootClaim = Samples.Hash("another root") });
        (Block, _header, Proof) = Make(Game.Code);
        (_, _otherHeader, ForgedProof) = Make(False.Code);
        Metadata = sample with { CodeHash = Keccak256.Hash(Game.Code) };
        Misread = sample with { RootClaim = False.Words.RootClaim, CodeHash = Keccak256.Hash(False.Code) };
    }

    public FakeGame Game { get; }

    /// <summary>What liars make of it.</summary>
    public FakeGame False { get; }

    public BlockId Block { get; }

    public JsonObject Proof { get; }

    public JsonObject ForgedProof { get; }

    /// <summary>The game as an honest endpoint tells it.</summary>
    public GameMetadata Metadata { get; }

    /// <summary>The game as a liar told it.</summary>
    public GameMetadata Misread { get; }

    public JsonObject Header(bool isOther) => isOther ? _otherHeader : _header;

    public static string Getter(GameWords words, string selector)
    {
        byte[] word = new byte[32];
        switch (selector)
        {
            case "0x37b1b229": words.Creator.CopyTo(word.AsSpan(12)); break;
            case "0xbcef3b55": words.RootClaim.CopyTo(word); break;
            case "0x6361506d": words.L1Head.CopyTo(word); break;
            case "0x8b85902b": words.L2BlockNumber.WriteBigEndian(word); break;
            default: throw new NotSupportedException(selector);
        }

        return Hex.Encode(word);
    }

    private static (BlockId Block, JsonObject Header, JsonObject Proof) Make(byte[] code)
    {
        Hash32 codeHash = Keccak256.Hash(code);
        Hash32 storage = Samples.Hash("storage");
        byte[] key = Keccak256.Hash(_address.ToArray()).ToArray();
        MerklePatriciaTrie trie = MerklePatriciaTrie.Build([(key, new Gavel.TestKit.Judges.AccountState(1, UInt256.Zero, storage, codeHash).Encode())]);
        Gavel.TestKit.Judges.BlockHeader header = new()
        {
            ParentHash = Samples.Hash("parent"),
            OmmersHash = Samples.Hash("ommers"),
            Coinbase = Address.Zero,
            StateRoot = trie.Root,
            TransactionsRoot = Samples.Hash("transactions"),
            ReceiptsRoot = Samples.Hash("receipts"),
            LogsBloom = new Bloom(new byte[Bloom.Size]),
            Number = Height,
            GasLimit = 1,
            GasUsed = 0,
            Timestamp = 12_000,
            MixHash = Samples.Hash("mix"),
            BaseFeePerGas = UInt256.One,
        };
        return (new BlockId(header.Hash, Height), NodeJson.Block(header), NodeJson.AccountProof(_address, storage, codeHash, trie));
    }
}
