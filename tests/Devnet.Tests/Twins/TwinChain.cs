using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.Contracts.Checking;
using Gavel.Ethereum;
using Gavel.TestKit;
using Gavel.TestKit.Judges;

namespace Gavel.Devnet.Tests.Twins;

/// <summary>What a transaction came to.</summary>
/// <param name="Revert">Null if it succeeded; else what it was refused with.</param>
/// <param name="Block">Its block.</param>
/// <param name="Logs">Its logs.</param>
/// <param name="State">The digest behind it.</param>
internal sealed record TwinOutcome(string? Revert, ulong Block, IReadOnlyList<RecordedLog> Logs, IReadOnlyList<string> State);

/// <summary>
/// An anvil with the twins as a recording's header has the originals: the same terms, game types, accounts, times and prices of gas (none).
/// Blocks are mined when told to, one for a transaction, at a time of one's choice.
/// </summary>
internal sealed class TwinChain : IAsyncDisposable
{
    private const ulong Gas = 30_000_000;
    private const ulong RejectorsWei = 1_000_000_000_000_000_000; // times a million
    private const int Driver = 9; // an account that recordings neither use nor watch
    private readonly AnvilProcess _anvil;
    private readonly RpcEndpoint _rpc;
    private readonly RecordingHeader _header;
    private Address _digest;
    private string _snapshot = "";

    private TwinChain(AnvilProcess anvil, RecordingHeader header)
    {
        _anvil = anvil;
        _header = header;
        _rpc = new RpcEndpoint(EndpointUrl.Parse(anvil.Url));
    }

    /// <summary>From recorded addresses to ours.</summary>
    public Renaming Renaming { get; private set; } = null!;

    /// <summary>Our contracts by the header's names.</summary>
    public Dictionary<string, Address> Contracts { get; } = [];

    private string Rejector => Contracts["rejectsEther"].ToString();

    public static async Task<TwinChain> StartAsync(RecordingHeader header)
    {
        NpmPackages packages = NpmPackages.Find();
        string before = (header.Start.Time - 3600).ToString(CultureInfo.InvariantCulture);
        AnvilProcess anvil = await AnvilProcess.StartAsync(
            packages.Anvil,
            ["--no-mining", "--base-fee", "0", "--gas-price", "0", "--balance", "1000000000", "--timestamp", before, "--mnemonic", DevnetAccounts.Mnemonic],
            default);
        TwinChain chain = new(anvil, header);
        try
        {
            await chain.DeployAsync(packages);
            return chain;
        }
        catch
        {
            await chain.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _rpc.DisposeAsync();
        await _anvil.DisposeAsync();
    }

    /// <summary>Back to where every recorded game starts.</summary>
    public async Task RestartAsync()
    {
        await AskAsync("evm_revert", _snapshot);
        _snapshot = (await AskAsync("evm_snapshot")).GetString()!;
    }

    /// <summary>Sends a transaction of a recorded account, mines it at a time, and reads what came of it and of a game.</summary>
    public async Task<TwinOutcome> SendAsync(int from, string to, string data, string? value, ulong time, Address game)
    {
        JsonObject transaction = Transaction(from, to, data, value);
        string hash = (await AskAsync("eth_sendTransaction", transaction.DeepClone())).GetString()!;
        await AskAsync("evm_mine", time);

        // What was refused changed nothing, so that it answers the same on its own block. What succeeded answers anything.
        IReadOnlyList<RpcReply> replies = await _rpc.BatchAsync(
            [new("eth_getTransactionReceipt", hash), new("eth_call", DigestOf(game), "latest"), new("eth_call", transaction, "latest")], default);
        JsonElement receipt = replies[0].Result;
        RecordedLog[] logs = [.. receipt.GetProperty("logs").EnumerateArray().Select(log => new RecordedLog(
            log.GetProperty("address").GetString()!,
            [.. log.GetProperty("topics").EnumerateArray().Select(topic => topic.GetString()!)],
            log.GetProperty("data").GetString()!))];
        string? revert = receipt.GetProperty("status").GetString() == "0x1" ? null
            : replies[2].Error is { Kind: RpcErrorKind.Revert } error ? Hex.Encode(error.RevertData.Span) : "refused once, and not again";
        return new TwinOutcome(revert, Number(receipt.GetProperty("blockNumber").GetString()!), logs, WordsOf(replies[1].Result.GetString()!));
    }

    /// <summary>Calls on the newest block; a time replaces the block's.</summary>
    public async Task<IReadOnlyList<(bool Reverts, string Data)>> CallAsync(IReadOnlyList<(JsonObject Call, ulong? Time)> calls)
    {
        RpcRequest[] requests = [.. calls.Select(call => call.Time is { } time
            ? new RpcRequest("eth_call", call.Call, "latest", null, new JsonObject { ["time"] = Hex.Quantity(time) })
            : new RpcRequest("eth_call", call.Call, "latest"))];
        return [.. (await _rpc.BatchAsync(requests, default)).Select(reply => reply.Error is null
            ? (false, reply.Result.GetString()!)
            : reply.Error.Kind == RpcErrorKind.Revert ? (true, Hex.Encode(reply.Error.RevertData.Span)) : throw reply.Error)];
    }

    /// <summary>A plain call to a contract.</summary>
    public static JsonObject Call(Address to, byte[] data) => new() { ["to"] = to.ToString(), ["data"] = Hex.Encode(data) };

    /// <summary>The words of devnet/contracts/GameDigest.sol.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(Address game)
    {
        (bool reverts, string answer) = (await CallAsync([(DigestOf(game), null)]))[0];
        Assert.False(reverts, $"the digest reverts with {answer}");
        return WordsOf(answer);
    }

    /// <summary>The hash of a block.</summary>
    public async Task<string> HashAsync(ulong block) =>
        (await AskAsync("eth_getBlockByNumber", Hex.Quantity(block), false)).GetProperty("hash").GetString()!;

    private async Task DeployAsync(NpmPackages packages)
    {
        DeploymentPlan plan = new();
        RecordedConstants constants = _header.Constants;
        DevnetAnchor anchor = new(Hash32.Parse(_header.Anchor.Root), _header.Anchor.Block);
        TwinSystem system = new(
            packages, plan, new TwinTerms(anchor, 0, constants.FinalityDelay, constants.WethDelay, constants.ProofMaturity, constants.L2ChainId));
        Contracts["proxyAdmin"] = system.ProxyAdmin;
        Contracts["superchainConfig"] = system.SuperchainConfig;
        Contracts["systemConfig"] = system.SystemConfig;
        Contracts["portal"] = system.Portal;
        Contracts["factory"] = system.Factory;
        Contracts["asr"] = system.Registry;
        Contracts["weth"] = system.Weth;
        foreach ((string letter, ulong period) in constants.ChallengePeriods)
        {
            Contracts["oracle" + letter] = Create("ScriptedOracle", ("uint256", period));
        }

        foreach (RecordedSet set in _header.Sets)
        {
            if (!Contracts.TryGetValue(set.VmName, out Address vm))
            {
                Contracts[set.VmName] = vm = Create("ScriptedVm", ("address", Contracts["oracle" + set.Oracle]));
            }

            Contracts[$"impl_{set.Type}"] = system.Add(new TwinGame(
                set.Type, Hash32.Parse(set.AbsolutePrestate), vm, set.MaxDepth, set.SplitDepth, set.ClockExtension, set.MaxClock, UInt256.Parse(set.InitBond), set.Permissioned));
        }

        _digest = Create("GameDigest");
        await Deployment.RunAsync(new ChainReader(_rpc), 31337, plan, default);
        await CreateRejectorAsync();
        await AskAsync("evm_mine", _header.Start.Time);
        _snapshot = (await AskAsync("evm_snapshot")).GetString()!;
        Dictionary<string, Address> renaming = _header.Contracts.Where(pair => Contracts.ContainsKey(pair.Key)).ToDictionary(pair => pair.Value, pair => Contracts[pair.Key]);
        for (int account = 0; account < _header.Accounts.Count; account++)
        {
            renaming[_header.Accounts[account]] = Address.Parse(SenderOf(account));
        }

        Renaming = new Renaming(renaming);

        Address Create(string name, params (string Type, object Value)[] arguments) => plan.Create(DevnetAccounts.Owner, name, Artifact(name), arguments);
    }

    private async Task CreateRejectorAsync()
    {
        JsonObject creation = new()
        {
            ["from"] = _header.Accounts[Driver],
            ["data"] = Hex.Encode(Artifact("RejectsEther").CreationCode),
            ["value"] = ((UInt256)RejectorsWei * 1_000_000).ToQuantity(),
            ["gas"] = Hex.Quantity(Gas),
            ["gasPrice"] = "0x0",
        };
        string hash = (await AskAsync("eth_sendTransaction", creation)).GetString()!;
        await AskAsync("evm_mine");
        Contracts["rejectsEther"] = Address.Parse((await AskAsync("eth_getTransactionReceipt", hash)).GetProperty("contractAddress").GetString()!);
    }

    private JsonObject DigestOf(Address game) => Call(_digest, new AbiFunction("read(address,address,address,address[])").Encode(a => a
        .Address(game).Address(Contracts["asr"]).Address(Contracts["weth"])
        .Array(RecordedState.Watched, (each, account) => each.Address(Address.Parse(SenderOf(account))))));

    // Behind the offset and the length of the array.
    private static string[] WordsOf(string answer) => [.. answer[2..].Chunk(64).Skip(2).Select(word => new string(word))];

    private static ContractArtifact Artifact(string name) => ContractArtifact.FromFile(Checkout.PathOf("devnet", "artifacts", $"{name}.json"));

    // The account without a key acts when it is told to, with its own ether.
    private JsonObject Transaction(int from, string to, string data, string? value)
    {
        UInt256 wei = value is null ? UInt256.Zero : UInt256.Parse(value);
        if (from == _header.Roles.RejectsEther)
        {
            byte[] act = new AbiFunction("act(address,uint256,bytes)").Encode(a => a.Address(Address.Parse(to)).UInt(wei).Bytes(Hex.Decode(data)));
            return Transaction(Driver, Rejector, Hex.Encode(act), null);
        }

        return new JsonObject
        {
            ["from"] = _header.Accounts[from],
            ["to"] = to,
            ["data"] = data,
            ["value"] = wei.ToQuantity(),
            ["gas"] = Hex.Quantity(Gas),
            ["gasPrice"] = "0x0",
        };
    }

    private string SenderOf(int account) => account == _header.Roles.RejectsEther ? Rejector : _header.Accounts[account];

    private async Task<JsonElement> AskAsync(string method, params JsonNode?[] parameters) =>
        await _rpc.RequestAsync(new RpcRequest(method, parameters), default);

    private static ulong Number(string quantity) => ulong.Parse(quantity.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
