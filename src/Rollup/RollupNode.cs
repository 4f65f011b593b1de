using System.Text.Json.Nodes;
using Gavel.Ethereum;

namespace Gavel.Rollup;

/// <summary>How far a rollup node has got.</summary>
/// <param name="CurrentL1">The last L1 block that it has derived from.</param>
/// <param name="HeadL1">The newest L1 block it knows.</param>
/// <param name="SafeL2">The last L2 block whose data are on L1.</param>
/// <param name="UnsafeL2">The newest L2 block it knows.</param>
/// <param name="FinalizedL2">The last L2 block derived from finalised L1 blocks.</param>
/// <param name="FinalizedL1">The newest finalised L1 block it knows; number 0 where it does not say.</param>
/// <param name="LocalSafeL2">The last L2 block that it derived from L1 by itself; <paramref name="SafeL2"/> where it does not tell them apart.</param>
public sealed record SyncStatus(
    BlockId CurrentL1, BlockId HeadL1, BlockId SafeL2, BlockId UnsafeL2, BlockId FinalizedL2, BlockId FinalizedL1, BlockId LocalSafeL2);

/// <summary>An output root as a rollup node tells it; not to be believed without <see cref="TrustedNodes"/>.</summary>
/// <param name="Block">The L2 block.</param>
/// <param name="OutputRoot">Its output root.</param>
/// <param name="StateRoot">Its state root.</param>
/// <param name="MessagePasserStorageRoot">Storage root of the message passer in it.</param>
public sealed record ToldOutput(BlockId Block, Hash32 OutputRoot, Hash32 StateRoot, Hash32 MessagePasserStorageRoot);

/// <summary>The last L2 block that can be derived from L1 up to a block.</summary>
/// <param name="L1Block">The L1 block at which the safe head was recorded: the asked one or an earlier one.</param>
/// <param name="SafeHead">The L2 block.</param>
public sealed record SafeHeadAtL1(BlockId L1Block, BlockId SafeHead);

/// <summary>The <c>optimism_*</c> methods of a rollup node (op-node and compatible).</summary>
public sealed class RollupNode(IJsonRpc rpc)
{
    /// <summary>How a rollup node shows of which L2 chain it is.</summary>
    public static ChainQuestion ChainQuestion { get; } = new(new RpcRequest("optimism_rollupConfig"), static config => config["l2_chain_id"].Number());


    /// <summary><c>optimism_syncStatus</c>.</summary>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public async Task<SyncStatus> SyncStatusAsync(CancellationToken cancellationToken)
    {
        RpcValue status = await AskAsync("optimism_syncStatus", null, cancellationToken);
        BlockId safe = BlockId.Read(status["safe_l2"]);
        return new SyncStatus(
            BlockId.Read(status["current_l1"]),
            BlockId.Read(status["head_l1"]),
            safe,
            BlockId.Read(status["unsafe_l2"]),
            BlockId.Read(status["finalized_l2"]),
            !status["finalized_l1"].IsNull ? BlockId.Read(status["finalized_l1"]) : default,
            !status["local_safe_l2"].IsNull ? BlockId.Read(status["local_safe_l2"]) : safe);
    }

    /// <summary><c>optimism_rollupConfig</c>.</summary>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public async Task<RollupConfig> ConfigAsync(CancellationToken cancellationToken)
    {
        RpcValue config = await AskAsync("optimism_rollupConfig", null, cancellationToken);
        RpcValue genesis = config["genesis"];
        return new RollupConfig(
            config["l1_chain_id"].Number(),
            config["l2_chain_id"].Number(),
            BlockId.Read(genesis["l1"]),
            BlockId.Read(genesis["l2"]),
            config["l1_system_config_address"].IsNull ? null : config["l1_system_config_address"].Address());
    }

    /// <summary><c>optimism_outputAtBlock</c>.</summary>
    /// <exception cref="RpcException">The node gave no usable answer, or does not have the block.</exception>
    public async Task<ToldOutput> OutputAtBlockAsync(ulong block, CancellationToken cancellationToken)
    {
        RpcValue output = await AskAsync("optimism_outputAtBlock", Hex.Quantity(block), cancellationToken);
        Hash32 version = output["version"].Hash();
        return version.IsZero
            ? new ToldOutput(
                BlockId.Read(output["blockRef"]),
                output["outputRoot"].Hash(),
                output["stateRoot"].Hash(),
                output["withdrawalStorageRoot"].Hash())
            : throw new RpcException(RpcErrorKind.Malformed, $"optimism_outputAtBlock: output version {version} is not known; only version 0 is");
    }

    /// <summary><c>optimism_safeHeadAtL1Block</c>: needs the node's safe head database.</summary>
    /// <exception cref="RpcException">The node gave no usable answer, or has no record at the block.</exception>
    public async Task<SafeHeadAtL1> SafeHeadAtL1BlockAsync(ulong l1Block, CancellationToken cancellationToken)
    {
        RpcValue answer = await AskAsync("optimism_safeHeadAtL1Block", Hex.Quantity(l1Block), cancellationToken);
        return new SafeHeadAtL1(BlockId.Read(answer["l1Block"]), BlockId.Read(answer["safeHead"]));
    }

    private async Task<RpcValue> AskAsync(string method, JsonNode? parameter, CancellationToken cancellationToken)
    {
        RpcRequest request = parameter is null ? new(method) : new(method, parameter);
        return new RpcValue(await rpc.RequestAsync(request, cancellationToken), method);
    }
}
