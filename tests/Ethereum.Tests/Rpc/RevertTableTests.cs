using System.Text.Json;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>What is a revert, client by client, and what is none although it speaks of one.</summary>
public sealed class RevertTableTests
{
    [Theory]
    // geth 1.9 to 1.14: code 3 with data, and the bare one of before.
    [InlineData("""{"code":3,"message":"execution reverted: NotEnough","data":"0x08c379a0"}""", "0x08c379a0")]
    [InlineData("""{"code":3,"message":"execution reverted","data":"0x"}""", "0x")]
    [InlineData("""{"code":-32000,"message":"execution reverted"}""", "0x")]
    [InlineData("""{"code":-32000,"message":"err: execution reverted (supplied gas 30000000)"}""", "0x")]
    // reth.
    [InlineData("""{"code":3,"message":"execution reverted: custom error 0x82b42900","data":"0x82b42900"}""", "0x82b42900")]
    [InlineData("""{"code":3,"message":"execution reverted","data":"0x4e487b710000000000000000000000000000000000000000000000000000000000000011"}""", "0x4e487b710000000000000000000000000000000000000000000000000000000000000011")]
    // anvil.
    [InlineData("""{"code":3,"message":"execution reverted: revert: no","data":"0x08c379a0"}""", "0x08c379a0")]
    [InlineData("""{"code":3,"message":"execution reverted"}""", "0x")]
    // Nethermind: 2020 (bare), 2021, later ones.
    [InlineData("""{"code":-32015,"message":"VM execution error.","data":"revert"}""", "0x")]
    [InlineData("""{"code":-32015,"message":"VM execution error.","data":"Reverted 0x4e487b71"}""", "0x4e487b71")]
    [InlineData("""{"code":-32015,"message":"VM execution error.","data":"revert: 0x4e487b71"}""", "0x4e487b71")]
    [InlineData("""{"code":-32015,"message":"revert"}""", "0x")]
    [InlineData("""{"code":-32015,"message":"execution reverted","data":"0x82b42900"}""", "0x82b42900")]
    [InlineData("""{"code":-32000,"message":"","data":"revert"}""", "0x")]
    // Erigon.
    [InlineData("""{"code":3,"message":"execution reverted","data":"0x82b42900"}""", "0x82b42900")]
    [InlineData("""{"code":-32000,"message":"execution reverted","data":"0x82b42900"}""", "0x82b42900")]
    // Besu.
    [InlineData("""{"code":-32000,"message":"Execution reverted","data":"0x08c379a0"}""", "0x08c379a0")]
    [InlineData("""{"code":3,"message":"Execution reverted: (0x82b42900)","data":"0x82b42900"}""", "0x82b42900")]
    [InlineData("""{"code":-32000,"message":"Execution reverted (no)"}""", "0x")]
    // Development nodes and gateways.
    [InlineData("""{"code":-32603,"message":"Error: VM Exception while processing transaction: reverted with reason string 'no'","data":{"message":"…","data":"0x08c379a0"}}""", "0x08c379a0")]
    [InlineData("""{"code":-32000,"message":"VM Exception while processing transaction: revert","data":{"0x12":{"error":"revert","return":"0x08c379a0"}}}""", "0x08c379a0")]
    [InlineData("""{"code":-32603,"message":"Internal JSON-RPC error.","data":{"code":3,"originalError":{"code":3,"message":"execution reverted","data":"0x4e487b71"}}}""", "0x4e487b71")]
    [InlineData("""{"code":-32603,"message":"upstream","data":{"cause":{"error":{"code":-32000,"message":"execution reverted"}}}}""", "0x")]
    public void A_revert_of_a_client_is_found_with_its_data(string error, string data) => Assert.Equal(data, Find(error));

    [Theory]
    [InlineData("""{"code":-32015,"message":"block is out of range"}""")] // OP's proxy uses this code too
    [InlineData("""{"code":-32015,"message":"VM execution error.","data":"OutOfGas"}""")]
    [InlineData("""{"code":-32015,"message":"VM execution error.","data":"0x"}""")]
    [InlineData("""{"code":-32000,"message":"invalid opcode: INVALID"}""")]
    [InlineData("""{"code":-32603,"message":"EVM error InvalidFEOpcode"}""")]
    [InlineData("""{"code":-32000,"message":"out of gas"}""")]
    [InlineData("""{"code":-32000,"message":"state could not be reverted to block 12"}""")]
    [InlineData("""{"code":-32603,"message":"failed to revert snapshot: execution reverted"}""")]
    [InlineData("""{"code":3,"message":"invalid argument"}""")]
    [InlineData("""{"code":-32602,"message":"execution reverted","data":"0x4e487b71"}""")]
    [InlineData("""{"code":429,"message":"execution reverted too often"}""")]
    [InlineData("""{"message":"execution reverted"}""")]
    [InlineData("""{"code":"3","message":"execution reverted"}""")]
    [InlineData("""{"code":-32000,"message":"insufficient funds for gas * price + value","data":"0x4e487b71"}""")]
    public void What_only_speaks_of_a_revert_is_none(string error) => Assert.Null(Find(error));

    private static string? Find(string error)
    {
        using JsonDocument document = JsonDocument.Parse(error);
        RpcException e = RpcErrors.FromNode(document.RootElement, "eth_call", EndpointUrl.Parse("http://127.0.0.1:1"));
        return e.Kind == RpcErrorKind.Revert ? Hex.Encode(e.RevertData.Span) : null;
    }
}
