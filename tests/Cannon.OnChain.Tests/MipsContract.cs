using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.Ethereum;
using Gavel.TestKit;
using AbiEncoder = Gavel.TestKit.Judges.AbiEncoder;
using AbiFunction = Gavel.TestKit.Judges.AbiFunction;

namespace Gavel.Cannon.OnChain.Tests;

/// <summary>
/// A local chain with the PreimageOracle and MIPS contracts of the npm package. Steps are <c>eth_call</c>s on the chain's real state; preimages are
/// loaded by transactions.
/// </summary>
public sealed class MipsContract : IAsyncLifetime
{
    private static readonly AbiFunction StepFunction = new("step(bytes,bytes,bytes32)");
    private static readonly AbiFunction LoadKeccak = new("loadKeccak256PreimagePart(uint256,bytes)");
    private static readonly AbiFunction LoadSha = new("loadSha256PreimagePart(uint256,bytes)");
    private static readonly AbiFunction LoadLocal = new("loadLocalData(uint256,bytes32,bytes32,uint256,uint256)");
    private AnvilProcess? _anvil;
    private RpcEndpoint? _rpc;
    private ChainReader? _eth;
    private Address _mips;
    private Address _oracle;
    private Address _sender;

    /// <summary>The local context of every step: any value, the same for loading and reading.</summary>
    public static Hash32 LocalContext { get; } = Keccak256.Hash("one dispute"u8);

    /// <summary>The chain.</summary>
    public ChainReader Chain => _eth!;

    /// <summary>The VM's contract.</summary>
    public Address Mips => _mips;

    /// <summary>The account that sends.</summary>
    public Address Sender => _sender;

    public async Task InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync("--gas-limit", "1000000000");
        _rpc = new RpcEndpoint(EndpointUrl.Parse(_anvil.Url));
        _eth = new ChainReader(_rpc);
        JsonElement accounts = await _rpc.RequestAsync(new("eth_accounts"), default);
        _sender = Address.Parse(accounts[0].GetString()!);
        _oracle = await DeployAsync("PreimageOracle", arguments => arguments.UInt64(126_000).UInt64(86_400));
        _mips = await DeployAsync("MIPS", arguments => arguments.Address(_oracle));
    }

    public async Task DisposeAsync()
    {
        if (_rpc is not null)
        {
            await _rpc.DisposeAsync();
        }

        if (_anvil is not null)
        {
            await _anvil.DisposeAsync();
        }
    }

    /// <summary>Executes steps. Results in order: the state hash after the step, or null where the contract reverts.</summary>
    public async Task<Hash32?[]> StepAsync(IReadOnlyList<(byte[] Witness, byte[] Proof)> steps)
    {
        CallRequest[] calls = [.. steps.Select(step => new CallRequest { To = _mips, From = _sender, Data = Encode(step.Witness, step.Proof) })];
        IReadOnlyList<CallResult> results = await _eth!.CallManyAsync(calls, BlockRef.Latest, default);
        return [.. results.Select(result => result.Revert is null ? new Hash32(result.Output.Span) : (Hash32?)null)];
    }

    /// <summary>Executes one step in a transaction and gives the witness that the contract logs.</summary>
    public async Task<byte[]> StepInTransactionAsync(byte[] witness, byte[] proof) =>
        Assert.Single((await SendStepAsync(witness, proof)).Logs).Data.ToArray();

    /// <summary>Executes one step in a transaction.</summary>
    public Task<RpcReceipt> SendStepAsync(byte[] witness, byte[] proof) => SendAsync(_mips, Encode(witness, proof));

    /// <summary>Loads the part of a preimage that a read at this offset needs.</summary>
    /// <param name="key">A keccak, sha256 or local key.</param>
    /// <param name="value">The value without its length prefix.</param>
    /// <param name="offset">Counts the length prefix.</param>
    public async Task LoadAsync(Hash32 key, byte[] value, ulong offset)
    {
        byte[] data;
        switch (key.FirstByte)
        {
            case 1:
                byte[] word = new byte[32];
                value.CopyTo(word, 0);
                // The contract hashes ident, caller and context into the key under which it stores the value.
                ulong ident = BinaryPrimitives.ReadUInt64BigEndian(key.ToArray().AsSpan(24));
                data = LoadLocal.Encode(to => to.UInt64(ident).Bytes32(LocalContext).Bytes32(new Hash32(word)).UInt64((ulong)value.Length).UInt64(offset));
                break;
            case 2:
                data = LoadKeccak.Encode(to => to.UInt64(offset).Bytes(value));
                break;
            default:
                data = LoadSha.Encode(to => to.UInt64(offset).Bytes(value));
                break;
        }

        await SendAsync(_oracle, data);
    }

    /// <summary>Calldata of a step.</summary>
    public static byte[] Encode(byte[] witness, byte[] proof) => StepFunction.Encode(to => to.Bytes(witness).Bytes(proof).Bytes32(LocalContext));

    private async Task<Address> DeployAsync(string name, Action<AbiEncoder> arguments)
    {
        string path = Checkout.PathOf("devnet", "node_modules", "@eth-optimism", "contracts-bedrock", "forge-artifacts", $"{name}.sol", $"{name}.json");
        using JsonDocument artifact = JsonDocument.Parse(await File.ReadAllBytesAsync(path));
        byte[] code = Hex.Decode(artifact.RootElement.GetProperty("bytecode").GetProperty("object").GetString()!);
        RpcReceipt receipt = await SendAsync(null, [.. code, .. AbiEncoder.Encode(arguments)]);
        return receipt.ContractAddress!.Value;
    }

    private async Task<RpcReceipt> SendAsync(Address? to, byte[] data)
    {
        JsonObject transaction = new() { ["from"] = _sender.ToString(), ["data"] = Hex.Encode(data), ["gas"] = "0x1c9c380" };
        if (to is { } target)
        {
            transaction["to"] = target.ToString();
        }

        JsonElement hash = await _rpc!.RequestAsync(new("eth_sendTransaction", transaction), default);
        Hash32 id = Hash32.Parse(hash.GetString()!);
        for (int attempt = 0; attempt < 500; attempt++)
        {
            if (await _eth!.FindReceiptAsync(id, default) is { } receipt)
            {
                Assert.True(receipt.Succeeded, $"transaction {id} to {to} failed");
                return receipt;
            }

            await Task.Delay(10);
        }

        throw new TimeoutException($"transaction {id} was not mined");
    }
}
