using Gavel.TestKit;

namespace Gavel.Ethereum.Tests;

/// <summary>An anvil on which code is put at addresses, to be rehearsed and called.</summary>
public sealed class RehearsalChain : IAsyncLifetime
{
    private AnvilProcess? _anvil;
    private RpcEndpoint? _rpc;
    private int _used;

    /// <summary>The node.</summary>
    public IJsonRpc Rpc => _rpc!;

    /// <summary>The node.</summary>
    public ChainReader Chain { get; private set; } = null!;

    /// <summary>An account with money.</summary>
    public static Address Sender { get; } = Address.Parse("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");

    public async Task InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync("--hardfork", "prague");
        _rpc = new RpcEndpoint(EndpointUrl.Parse(_anvil.Url));
        Chain = new ChainReader(_rpc);
    }

    public async Task DisposeAsync()
    {
        await _rpc!.DisposeAsync();
        await _anvil!.DisposeAsync();
    }

    /// <summary>Puts code at an address of its own.</summary>
    public async Task<Address> PlaceAsync(byte[] code)
    {
        byte[] address = new byte[20];
        address[0] = 0xc0;
        int number = Interlocked.Increment(ref _used);
        address[18] = (byte)(number >> 8);
        address[19] = (byte)number;
        Address target = new(address);
        await SetCodeAsync(target, code);
        return target;
    }

    /// <summary>Puts code at an address.</summary>
    public async Task SetCodeAsync(Address target, byte[] code) =>
        await Rpc.RequestAsync(new RpcRequest("anvil_setCode", target.ToString(), Hex.Encode(code)), default);

    /// <summary>Mines a block and rehearses a call on it.</summary>
    public async Task<Rehearsal> RehearseAsync(Rehearser rehearser, Address target, byte[]? data = null, ulong value = 0, bool askNode = true, TimeSpan? slack = null)
    {
        await Rpc.RequestAsync(new RpcRequest("anvil_mine", "0x1"), default);
        Hash32 head = (await Chain.GetBlockAsync(BlockRef.Latest, default)).Hash;
        return await rehearser.RehearseAsync(
            new RehearsalCall { From = Sender, To = target, Data = data ?? [], Value = value, Block = head, AskNode = askNode, Slack = slack }, default);
    }
}
