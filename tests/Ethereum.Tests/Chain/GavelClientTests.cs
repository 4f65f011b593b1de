using System.Text.Json;
using Gavel.TestKit;
using Moq;
using Nethereum.Contracts;
using Nethereum.JsonRpc.Client;
using Nethereum.JsonRpc.Client.RpcMessages;
using Nethereum.RPC.Eth;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Transactions;

namespace Gavel.Ethereum.Tests;

/// <summary>Nethereum's services over our own wire: parameters, pinned blocks, reverts, batches, cancellation.</summary>
public sealed class GavelClientTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Pinned_reads_name_the_block_by_its_hash_in_every_service()
    {
        Hash32 hash = Keccak256.Empty;
        ScriptedRpc node = new(request => new RpcReply(JsonSerializer.SerializeToElement(request.Method is "eth_call" ? "0x" : "0x1")));
        GavelClient client = new(node);
        BlockHashParameter at = new(hash);
        await new EthGetBalance(client).SendRequestAsync(Address.Zero.ToString(), at);
        await new EthCall(client).SendRequestAsync(new CallInput("0x01", Address.Zero.ToString()), at);
        await new EthGetTransactionCount(client).SendRequestAsync(Address.Zero.ToString(), at);
        Assert.All(node.Asked, request => Assert.Equal(
            $$"""{"blockHash":"{{hash}}","requireCanonical":true}""", request.Parameters[^1]!.ToJsonString()));
        Assert.Equal($$"""{"to":"{{Address.Zero}}","data":"0x01"}""", node.Asked[1].Parameters[0]!.ToJsonString());

        // What serialises by the other library gets the same form.
        Assert.Equal($$"""{"blockHash":"{{hash}}","requireCanonical":false}""", Newtonsoft.Json.JsonConvert.SerializeObject(new BlockHashParameter(hash, false)));
        Assert.Equal("""["latest","pending","safe","finalized","earliest","0x10"]""", JsonSerializer.Serialize(
            new BlockRef[] { BlockRef.Latest, BlockRef.Pending, BlockRef.Safe, BlockRef.Finalized, BlockRef.Earliest, 16 }.Select(b => b.ToJson())));
    }

    [Fact]
    public async Task A_revert_keeps_its_type_and_data_through_the_library()
    {
        byte[] data = [0x08, 0xc3, 0x79, 0xa0, .. new byte[64]];
        RpcException revert = new(RpcErrorKind.Revert, "reverted") { Code = 3, RevertData = data };
        RpcException lost = new(RpcErrorKind.Network, "no answer") { Code = long.MaxValue };
        ScriptedRpc node = new(request => new RpcReply(request.Parameters[0]!["data"]!.GetValue<string>() == "0x01" ? revert : lost));
        EthCall call = new(new GavelClient(node));

        NodeCallException told = await Assert.ThrowsAsync<NodeCallException>(() => call.SendRequestAsync(new CallInput("0x01", null)));
        Assert.Same(revert, told.Cause);
        Assert.Equal(Hex.Encode(data), told.RpcError.GetDataAsString());
        Assert.ThrowsAny<Exception>(() => ContractRevertExceptionHandler.HandleContractRevertException(told));
        NodeCallException silent = await Assert.ThrowsAsync<NodeCallException>(() => call.SendRequestAsync(new CallInput("0x02", null)));
        Assert.Same(lost, silent.Cause);
        Assert.Null(silent.RpcError.GetDataAsString());

        // The reader gives our own error, not the library's.
        ChainReader reader = new(node);
        Assert.Same(revert, await Assert.ThrowsAsync<RpcException>(() => reader.CallAsync(new CallRequest { Data = new byte[] { 1 } }, BlockRef.Latest, None)));
        Assert.Same(lost, await Assert.ThrowsAsync<RpcException>(() => reader.CallAsync(new CallRequest { Data = new byte[] { 2 } }, BlockRef.Latest, None)));
    }

    [Fact]
    public async Task A_batch_of_the_library_gets_each_answer_at_its_place()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        await using RpcEndpoint endpoint = new(EndpointUrl.Parse(anvil.Url));
        GavelClient client = new(endpoint);
        Hash32 head = (await new ChainReader(endpoint).GetBlockAsync(BlockRef.Latest, None)).Hash;
        EthCall call = new(client);

        // Creation code that returns its own size of zeros, and one that reverts.
        string good = "0x600160005360206000f3", bad = "0x60006000fd";
        var items = Enumerable.Range(0, 300).Select(i => call.CreateBatchItem(new CallInput { Data = i % 3 == 0 ? bad : good }, new BlockHashParameter(head), i)).ToArray();
        RpcRequestResponseBatch batch = new() { AcceptPartiallySuccessful = true };
        batch.BatchItems.AddRange(items);
        await client.SendBatchRequestAsync(batch);
        for (int i = 0; i < items.Length; i++)
        {
            Assert.Equal(i % 3 == 0, items[i].HasError);
            Assert.Equal(i % 3 == 0 ? null : "0x01" + new string('0', 62), items[i].Response);
        }

        batch.AcceptPartiallySuccessful = false;
        Assert.Equal(RpcErrorKind.Revert, (await Assert.ThrowsAsync<NodeCallException>(() => client.SendBatchRequestAsync(batch))).Cause.Kind);
    }

    [Fact]
    public async Task A_request_ends_with_its_operation_when_the_node_says_nothing()
    {
        using CancellationTokenSource stop = new();
        SilentRpc node = new();
        Task<UInt256> asked = new ChainReader(node).GetBalanceAsync(Address.Zero, BlockRef.Latest, stop.Token);
        await node.Asked.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task A_fault_of_the_client_itself_is_not_taken_for_an_answer()
    {
        // A client below the services that answers a batch short, as the library's own does without an error: no node of ours can cause that.
        Mock<IClient> faulty = new();
        faulty.Setup(c => c.SendBatchRequestAsync(It.IsAny<RpcRequestResponseBatch>())).Returns((RpcRequestResponseBatch batch) => Task.FromResult(batch));
        EthGetBalance service = new(faulty.Object);
        var item = service.CreateBatchItem(Address.Zero.ToString(), BlockParameter.CreateLatest(), 1);
        RpcRequestResponseBatch sent = new();
        sent.BatchItems.Add(item);
        await faulty.Object.SendBatchRequestAsync(sent);
        Assert.True(item is { HasError: false, Response: null }); // silently nothing

        // The same batch over our client: the hole is an error, since the wire refuses an answer of another size.
        GavelClient ours = new(new ShortRpc());
        NodeCallException hole = await Assert.ThrowsAsync<NodeCallException>(() => ours.SendBatchRequestAsync(sent));
        Assert.Equal((RpcErrorKind.Malformed, "0 replies to a batch of 1 requests"), (hole.Cause.Kind, hole.Cause.Message));
        Assert.Equal(RpcErrorKind.Malformed, (await Assert.ThrowsAsync<RpcException>(() => new ChainReader(new ShortRpc()).GetCodesAsync([Address.Zero], BlockRef.Latest, None))).Kind);
    }

    [Fact]
    public void Messages_of_another_client_are_refused() =>
        Assert.Throws<InvalidOperationException>(() => new GavelClient(ScriptedRpc.Of("1")).DecodeResult<string>(new RpcResponseMessage(1, (object)"0x1")));

    private sealed class SilentRpc : IJsonRpc
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken)
        {
            Asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return default;
        }

        public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class ShortRpc : IJsonRpc
    {
        public Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RpcReply>>([]);
    }
}
