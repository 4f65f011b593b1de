using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>The typed methods against a real node.</summary>
public sealed class ChainReaderTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private AnvilProcess _anvil = null!;
    private RpcEndpoint _rpc = null!;
    private ChainReader _eth = null!;

    public async Task InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync();
        _rpc = new RpcEndpoint(EndpointUrl.Parse(_anvil.Url));
        _eth = new ChainReader(_rpc);
    }

    public async Task DisposeAsync()
    {
        await _rpc.DisposeAsync();
        await _anvil.DisposeAsync();
    }

    [Fact]
    public async Task Blocks_are_found_by_tag_number_and_hash_and_unknown_ones_are_null()
    {
        Assert.Equal(900UL, await _eth.GetChainIdAsync(None));
        await _rpc.RequestAsync(new RpcRequest("anvil_mine", "0x3"), None);
        Assert.Equal(3UL, await _eth.GetBlockNumberAsync(None));

        RpcBlock head = await _eth.GetBlockAsync(BlockRef.Latest, None);
        RpcBlock byNumber = await _eth.GetBlockAsync(3, None);
        RpcBlock byHash = await _eth.GetBlockAsync(BlockRef.At(head.Hash), None);
        RpcBlock parent = await _eth.GetBlockAsync(BlockRef.At(head.ParentHash), None);

        Assert.Equal(3UL, head.Number);
        Assert.Equal(head.Hash, byNumber.Hash);
        Assert.Equal(head.StateRoot, byHash.StateRoot);
        Assert.Equal(2UL, parent.Number);
        Assert.NotNull(head.BaseFeePerGas);
        Assert.Null(await _eth.FindBlockAsync(99, None));
        Assert.Null(await _eth.FindBlockAsync(BlockRef.At(Keccak256.Empty), None));
    }

    [Fact]
    public async Task State_is_read_at_the_block_that_is_named_by_hash()
    {
        (RpcReceipt created, RpcReceipt called) = await DeployAndCallAsync();
        Address contract = created.ContractAddress!.Value;
        foreach ((Hash32 block, ulong number, ulong expected) in ((Hash32, ulong, ulong)[])
            [(created.BlockHash, created.BlockNumber, 0), (called.BlockHash, called.BlockNumber, 7)])
        {
            foreach (BlockRef at in (BlockRef[])[BlockRef.At(block), BlockRef.At(block, requireCanonical: false), number])
            {
                Assert.Equal(Hash32.FromUInt256(expected), await _eth.GetStorageAtAsync(contract, Hash32.Zero, at, None));
                AccountProof proof = await _eth.GetProofAsync(contract, [Hash32.Zero, Keccak256.Empty], at, None);
                proof.Verify((await _eth.GetBlockAsync(at, None)).StateRoot);
                Assert.Equal<UInt256>([expected, 0], proof.Storage.Select(s => s.Value));
            }
        }

        Assert.Empty(await _eth.GetCodeAsync(contract, created.BlockNumber - 1, None));
        Assert.Equal(1UL, await _eth.GetTransactionCountAsync(created.From, BlockRef.At(created.BlockHash), None));
        Assert.Equal(2UL, await _eth.GetTransactionCountAsync(created.From, BlockRef.Pending, None));
        Assert.Equal(
            called.Fee, await _eth.GetBalanceAsync(called.From, BlockRef.At(created.BlockHash), None) - await _eth.GetBalanceAsync(called.From, BlockRef.At(called.BlockHash), None));

        RpcException e = await Assert.ThrowsAsync<RpcException>(
            () => _eth.GetStorageAtAsync(contract, Hash32.Zero, BlockRef.At(Keccak256.Empty), None));
        Assert.Equal(RpcErrorKind.NodeError, e.Kind);
    }

    [Fact]
    public async Task Receipts_and_transactions_are_found_by_hash_and_by_block()
    {
        (RpcReceipt created, RpcReceipt called) = await DeployAndCallAsync();
        foreach (BlockRef at in (BlockRef[])[called.BlockNumber, BlockRef.At(called.BlockHash), BlockRef.Latest])
        {
            RpcReceipt receipt = Assert.Single((await _eth.FindBlockReceiptsAsync(at, None))!);
            Assert.Equal(called.TransactionHash, receipt.TransactionHash);
        }

        Assert.Equal(called.BlockHash, (await _eth.FindTransactionAsync(called.TransactionHash, None))!.BlockHash);
        Assert.Equal([created.TransactionHash], (await _eth.GetBlockAsync(created.BlockNumber, None)).TransactionHashes);
        Assert.Null(await _eth.FindReceiptAsync(Keccak256.Empty, None));
        Assert.Null(await _eth.FindTransactionAsync(Keccak256.Empty, None));
        Assert.Null(await _eth.FindBlockReceiptsAsync(BlockRef.At(Keccak256.Empty), None));
        await Assert.ThrowsAsync<ArgumentException>(() => _eth.GetLogsAsync(new LogFilter { From = BlockRef.At(Keccak256.Empty) }, None));
    }

    [Fact]
    public async Task A_revert_comes_with_its_data_alone_in_a_batch_and_when_gas_is_estimated()
    {
        (RpcReceipt created, _) = await DeployAndCallAsync();
        byte[] data = [0x08, 0xc3, 0x79, 0xa0, .. new byte[100]];
        CallRequest reverting = new() { To = created.ContractAddress, Data = data };
        CallRequest passing = new() { To = created.ContractAddress };
        BlockRef at = BlockRef.At(created.BlockHash);

        RpcException call = await Assert.ThrowsAsync<RpcException>(() => _eth.CallAsync(reverting, at, None));
        RpcException estimate = await Assert.ThrowsAsync<RpcException>(() => _eth.EstimateGasAsync(reverting, BlockRef.Latest, None));
        IReadOnlyList<CallResult> many = await _eth.CallManyAsync(
            [.. Enumerable.Range(0, 250).Select(i => i % 2 == 0 ? passing : reverting)], at, None);

        Assert.Equal((RpcErrorKind.Revert, 3L), (call.Kind, call.Code));
        Assert.Equal(data, call.RevertData.ToArray());
        Assert.Equal(data, estimate.RevertData.ToArray());
        Assert.All(many.Where((_, i) => i % 2 == 0), r => Assert.Empty(r.Output.ToArray()));
        Assert.All(many.Where((_, i) => i % 2 == 1), r => Assert.Equal(data, r.Revert!.RevertData.ToArray()));
        Assert.Throws<RpcException>(() => many[1].Output);
        Assert.InRange(await _eth.EstimateGasAsync(passing, BlockRef.Latest, None), 21_000UL, 60_000UL);
    }

    [Fact]
    public async Task Fees_are_told()
    {
        await DeployAndCallAsync();
        FeeHistory history = await _eth.GetFeeHistoryAsync(2, BlockRef.Latest, [10, 50], None);
        RpcBlock head = await _eth.GetBlockAsync(BlockRef.Latest, None);

        Assert.Equal(head.Number - 1, history.OldestBlock);
        Assert.Equal(3, history.BaseFees.Count);
        Assert.Equal(head.BaseFeePerGas, history.BaseFees[1]);
        Assert.Equal(2, history.Tips.Count);
        Assert.All(history.Tips, tips => Assert.Equal(2, tips.Count));
        Assert.True(await _eth.GetGasPriceAsync(None) >= history.BaseFees[2]);
        Assert.True(await _eth.GetBlobBaseFeeAsync(None) > 0);
        Assert.True(await _eth.GetMaxPriorityFeePerGasAsync(None) > 0);
    }

    // A contract that sets slot 0 to 7 when called without data, and else reverts with the data.
    private async Task<(RpcReceipt Created, RpcReceipt Called)> DeployAndCallAsync()
    {
        using LocalSigner signer = new(new PrivateKey(Hex.Decode(AnvilProcess.FirstKey)));
        RpcReceipt created = await SendAsync(0, null, "0x703660095760075f55005b365f5f37365ffd5f526011600ff3");
        return (created, await SendAsync(1, created.ContractAddress, "0x"));

        async Task<RpcReceipt> SendAsync(ulong nonce, Address? to, string data)
        {
            SignedTransaction signed = await signer.SignAsync(
                new Eip1559Transaction
                {
                    ChainId = 900,
                    Nonce = nonce,
                    MaxPriorityFeePerGas = 1,
                    MaxFeePerGas = 2_000_000_000,
                    GasLimit = 200_000,
                    To = to,
                    Data = Hex.Decode(data),
                },
                None);
            await _eth.SendRawTransactionAsync(signed.Raw, None);
            RpcReceipt receipt = await Eventually.NotNullAsync(() => _eth.FindReceiptAsync(signed.Hash, None));
            Assert.True(receipt.Succeeded);
            return receipt;
        }
    }
}
