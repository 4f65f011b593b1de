using System.Text.Json.Nodes;
using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Devnet;

/// <summary>The <c>optimism_*</c> methods over a derivation of their own, with the lies that the faults ask for.</summary>
internal sealed class RollupNodeMethods(LocalDevnet devnet, RollupNodeFaults faults)
{
    private const int ServerError = -32000;
    private const int NoSuchMethod = -32601;
    private const int BadParameters = -32602;
    private readonly RollupDerivation _derivation = new(devnet.L1);

    /// <summary>Answers one JSON-RPC request.</summary>
    public async Task<JsonNode> AnswerAsync(JsonNode? request, CancellationToken cancellationToken)
    {
        JsonNode? id = (request as JsonObject)?["id"]?.DeepClone();
        if (request is not JsonObject call || call["method"] is not JsonValue name || !name.TryGetValue(out string? method))
        {
            return Error(id, -32600, "invalid request");
        }

        try
        {
            if (faults.Errors.TryGetValue(method, out (int Code, string Message) error) || faults.Errors.TryGetValue("*", out error))
            {
                return Error(id, error.Code, error.Message);
            }

            JsonNode result = await ResultAsync(method, call["params"] as JsonArray ?? [], cancellationToken).ConfigureAwait(false);
            return new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["result"] = result };
        }
        catch (NodeErrorException e)
        {
            return Error(id, e.Code, e.Message);
        }
        catch (RpcException e)
        {
            return Error(id, ServerError, $"L1: {e.Message}");
        }
    }

    /// <summary>An error answer.</summary>
    public static JsonObject Error(JsonNode? id, int code, string message) => new()
    {
        ["jsonrpc"] = "2.0",
        ["id"] = id,
        ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
    };

    private async Task<JsonNode> ResultAsync(string method, JsonArray parameters, CancellationToken cancellationToken)
    {
        switch (method)
        {
            case "optimism_version":
                return "gavel-devnet";
            case "optimism_rollupConfig":
                return RollupConfig(await ViewAsync(cancellationToken).ConfigureAwait(false));
            case "optimism_syncStatus":
                return await SyncStatusAsync(await ViewAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            case "optimism_outputAtBlock":
                return await OutputAsync(NumberOf(parameters), await ViewAsync(cancellationToken).ConfigureAwait(false), cancellationToken)
                    .ConfigureAwait(false);
            case "optimism_safeHeadAtL1Block":
                return SafeHead(NumberOf(parameters), await ViewAsync(cancellationToken).ConfigureAwait(false));
            default:
                throw new NodeErrorException(NoSuchMethod, $"the method {method} does not exist/is not available");
        }
    }

    private async Task<ForkedView> ViewAsync(CancellationToken cancellationToken) =>
        new(await _derivation.AdvanceAsync(faults.LagAtL1Block, cancellationToken).ConfigureAwait(false), faults);

    private async Task<JsonObject> OutputAsync(ulong number, ForkedView view, CancellationToken cancellationToken)
    {
        DerivedBlock block = view.Find(number)
            ?? throw new NodeErrorException(ServerError, $"failed to get L2 block ref with sync status: block {number} not found");
        Hash32 output = faults.WrongOutputs.TryGetValue(number, out Hash32 wrong) ? wrong : view.OutputRoot(block);
        return new JsonObject
        {
            ["version"] = Hash32.Zero.ToString(),
            ["outputRoot"] = output.ToString(),
            ["blockRef"] = L2Ref(block, view),
            ["withdrawalStorageRoot"] = block.MessagePasserStorageRoot.ToString(),
            ["stateRoot"] = view.StateRoot(block).ToString(),
            ["syncStatus"] = await SyncStatusAsync(view, cancellationToken).ConfigureAwait(false),
        };
    }

    private JsonObject SafeHead(ulong l1Number, ForkedView view)
    {
        if (faults.NoSafeHeadRecord)
        {
            throw new NodeErrorException(ServerError, "safe head database not enabled");
        }

        DerivedBlock safe = view.SafeHeadAt(l1Number) ?? throw new NodeErrorException(ServerError, "safe head not found");
        if (safe.Number > faults.StaleSafeHead)
        {
            safe = view.Find(faults.StaleSafeHead.Value) ?? throw new NodeErrorException(ServerError, "safe head not found");
        }

        return new JsonObject { ["l1Block"] = Id(view.L1(safe.L1Inclusion)), ["safeHead"] = Id(safe.Id) };
    }

    private async Task<JsonObject> SyncStatusAsync(ForkedView view, CancellationToken cancellationToken)
    {
        JsonObject current = await L1RefAsync(BlockRef.At(view.L1Head.Number), view, cancellationToken).ConfigureAwait(false);
        JsonObject head = await L1RefAsync(BlockRef.Latest, view, cancellationToken).ConfigureAwait(false);
        JsonObject safeL1 = await L1RefAsync(BlockRef.Safe, view, cancellationToken).ConfigureAwait(false);
        JsonObject finalizedL1 = await L1RefAsync(BlockRef.Finalized, view, cancellationToken).ConfigureAwait(false);
        JsonObject safe = L2RefOrNone(view.SafeHead, view);
        JsonObject finalized = L2RefOrNone(view.SafeHeadAt(finalizedL1["number"]!.GetValue<ulong>()) ?? view.Genesis, view);
        return new JsonObject
        {
            ["current_l1"] = current,
            ["current_l1_finalized"] = finalizedL1.DeepClone(),
            ["head_l1"] = head,
            ["safe_l1"] = safeL1,
            ["finalized_l1"] = finalizedL1,
            ["unsafe_l2"] = safe.DeepClone(),
            ["safe_l2"] = safe,
            ["finalized_l2"] = finalized,
            ["pending_safe_l2"] = safe.DeepClone(),
            ["cross_unsafe_l2"] = safe.DeepClone(),
            ["local_safe_l2"] = safe.DeepClone(),
        };
    }

    private JsonObject RollupConfig(ForkedView view)
    {
        DerivedBlock genesis = view.Genesis ?? throw new NodeErrorException(ServerError, "the rollup has no genesis yet");
        return new JsonObject
        {
            ["genesis"] = new JsonObject
            {
                ["l1"] = Id(view.L1(genesis.L1Inclusion)),
                ["l2"] = Id(genesis.Id),
                ["l2_time"] = genesis.Header.Timestamp,
                ["system_config"] = new JsonObject
                {
                    ["batcherAddr"] = DevnetAccounts.Batcher.Address.ToString(),
                    ["overhead"] = Hash32.Zero.ToString(),
                    ["scalar"] = Hash32.Zero.ToString(),
                    ["gasLimit"] = genesis.Header.GasLimit,
                },
            },
            ["block_time"] = (ulong)(devnet.Options.BlockTime ?? TimeSpan.FromSeconds(1)).TotalSeconds,
            ["max_sequencer_drift"] = 600,
            ["seq_window_size"] = 3600,
            ["channel_timeout"] = 300,
            ["l1_chain_id"] = devnet.Options.L1ChainId,
            ["l2_chain_id"] = devnet.Options.L2ChainId,
            ["batch_inbox_address"] = DevnetAddresses.BatchInbox.ToString(),
            ["deposit_contract_address"] = devnet.Addresses.OptimismPortal.ToString(),
            ["l1_system_config_address"] = devnet.Addresses.SystemConfig.ToString(),
        };
    }

    private async Task<JsonObject> L1RefAsync(BlockRef at, ForkedView view, CancellationToken cancellationToken)
    {
        RpcBlock block = await devnet.L1.GetBlockAsync(at, cancellationToken).ConfigureAwait(false);
        BlockId id = view.L1(new BlockId(block.Hash, block.Number));
        BlockId parent = block.Number == 0 ? default : view.L1(new BlockId(block.ParentHash, block.Number - 1));
        return Ref(id, parent.Hash, block.Timestamp);
    }

    private static JsonObject L2RefOrNone(DerivedBlock? block, ForkedView view) => block is null
        ? Ref(default, default, 0)
        : L2Ref(block, view);

    private static JsonObject L2Ref(DerivedBlock block, ForkedView view)
    {
        JsonObject reference = Ref(block.Id, block.Header.ParentHash, block.Header.Timestamp);
        reference["l1origin"] = Id(view.L1(block.L1Inclusion));
        reference["sequenceNumber"] = 0;
        return reference;
    }

    private static JsonObject Ref(BlockId id, Hash32 parentHash, ulong timestamp)
    {
        JsonObject reference = Id(id);
        reference["parentHash"] = parentHash.ToString();
        reference["timestamp"] = timestamp;
        return reference;
    }

    private static JsonObject Id(BlockId id) => new() { ["hash"] = id.Hash.ToString(), ["number"] = id.Number };

    private static ulong NumberOf(JsonArray parameters)
    {
        try
        {
            return parameters is [JsonValue value] && value.TryGetValue(out string? text)
                ? Hex.QuantityToUInt64(text)
                : throw new NodeErrorException(BadParameters, "invalid argument 0: expected one block number as a hex quantity");
        }
        catch (FormatException e)
        {
            throw new NodeErrorException(BadParameters, $"invalid argument 0: {e.Message}");
        }
    }

    private sealed class NodeErrorException(int code, string message) : Exception(message)
    {
        public int Code { get; } = code;
    }
}
