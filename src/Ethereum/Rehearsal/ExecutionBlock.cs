namespace Gavel.Ethereum;

/// <summary>The surroundings in which a call is executed: those of the pinned block, as <c>eth_call</c> has them.</summary>
internal sealed record ExecutionBlock(
    Hash32 ParentHash,
    ulong Number,
    ulong Timestamp,
    ulong GasLimit,
    UInt256 BaseFee,
    Address Coinbase,
    Hash32 Random,
    bool IsPrague,
    string? NotExact)
{
    // Deploys three bytes that use CLZ (EIP-7939), and returns 1 if that worked. Osaka adds no field to the header, so only its rules tell
    // it from Prague; the outer code succeeds under either, so no node answers with an error.
    private const string Probe = "0x625f1e005f526003601d5ff015155f5260205ff3";

    /// <summary>The request that <see cref="Read"/> takes as <c>probe</c>.</summary>
    public static RpcRequest ProbeRequest(BlockRef at) => new("eth_call", new System.Text.Json.Nodes.JsonObject { ["data"] = Probe }, at.ToJson());

    /// <summary>Reads the block and finds out by which rules it executes.</summary>
    /// <exception cref="RpcException">The block is not there or malformed.</exception>
    public static ExecutionBlock Read(RpcReply block, RpcReply probe, Hash32 hash)
    {
        RpcValue json = new(block.Result, "eth_getBlockByHash");
        if (json.IsNull)
        {
            throw new RpcException(RpcErrorKind.NodeError, $"the node does not have block {hash}");
        }

        if (json["hash"].Hash() is var given && given != hash)
        {
            throw json["hash"].Wrong(hash.ToString());
        }

        bool prague = !json["requestsHash"].IsNull;
        bool cancun = !json["parentBeaconBlockRoot"].IsNull;
        return new ExecutionBlock(
            json["parentHash"].Hash(),
            json["number"].UInt64(),
            json["timestamp"].UInt64(),
            json["gasLimit"].UInt64(),
            json["baseFeePerGas"] is { IsNull: false } fee ? fee.UInt256() : default,
            json["miner"] is { IsNull: false } miner ? miner.Address() : default,
            json["mixHash"] is { IsNull: false } random ? random.Hash() : default,
            prague,
            NotExactBecause(prague, cancun, probe));
    }

    private static string? NotExactBecause(bool prague, bool cancun, RpcReply probe)
    {
        if (!prague)
        {
            return cancun ? null : "L1 runs rules older than Cancun";
        }

        try
        {
            return new RpcValue(probe.Result, "eth_call").Bytes() switch
            {
                [.., 1] => "L1 runs rules newer than Prague, the newest that the library knows",
                { Length: 32 } => null,
                _ => "the node does not tell which rules L1 runs",
            };
        }
        catch (RpcException error)
        {
            return $"the node does not tell which rules L1 runs: {error.Message}";
        }
    }
}
