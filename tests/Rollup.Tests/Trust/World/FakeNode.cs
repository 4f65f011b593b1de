using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.Ethereum;

namespace Gavel.Rollup.Tests.Trust.World;

/// <summary>A node with a fault, on the clock of its world. Its answers are complete when they are asked for, unless the fault says otherwise.</summary>
internal abstract class FakeNode(TimeProvider clock) : IJsonRpc
{
    private int _asked;

    public Fault Fault { get; set; } = Fault.None;

    /// <summary>Answers come on other threads, as from a wire.</summary>
    public bool IsRemote { get; set; }

    /// <summary>Called with the method of each request.</summary>
    public Action<string> OnAsked { get; set; } = _ => { };

    public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken)
    {
        int asked = Interlocked.Increment(ref _asked);
        OnAsked(request.Method);
        Fault fault = Fault.IsFlipFlop && asked % 2 == 0 ? Fault.None : Fault;
        if (IsRemote)
        {
            await Task.Yield();
        }

        if (fault.IsSilent)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);
        }

        if (fault.Delay > TimeSpan.Zero)
        {
            await Task.Delay(fault.Delay, clock, cancellationToken);
        }

        if (fault.Slow == request.Method)
        {
            await Task.Delay(TimeSpan.FromSeconds(8), clock, cancellationToken);
        }

        return fault.Error == "*" || fault.Error == request.Method
            ? throw new RpcException(RpcErrorKind.NodeError, "the database is on fire")
            : Answer(request.Method, request, fault);
    }

    public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException("nothing is asked in batches here");

    protected abstract JsonElement Answer(string method, RpcRequest request, Fault fault);

    protected static ulong Number(RpcRequest request, int at = 0) => Convert.ToUInt64(request.Parameters[at]!.GetValue<string>()[2..], 16);

    protected static JsonElement Json(JsonNode node) => FakeBlock.Json(node);

    protected static RpcException NotFound(string what) => new(RpcErrorKind.NodeError, $"{what} not found");
}

/// <summary>An L1 endpoint.</summary>
internal sealed class FakeL1(FakeWorld world) : FakeNode(world.Clock)
{
    private static readonly JsonElement _null = JsonDocument.Parse("null").RootElement;

    protected override JsonElement Answer(string method, RpcRequest request, Fault fault)
    {
        ulong head = world.L1Number - Math.Min(fault.Lag, world.L1Number);
        char fork = fault.Lie == Lie.OtherL1Fork ? FakeChains.Other : world.L1Fork;
        switch (method)
        {
            case "eth_getBlockByNumber":
                return Number(request) <= head ? FakeChains.L1(Number(request), fork).Header : _null;
            case "eth_getBlockByHash":
                Hash32 hash = Hash32.Parse(request.Parameters[0]!.GetValue<string>());
                return FakeChains.Find(hash) is { } block && block.Id.Number <= head ? block.Header : _null;
            default:
                throw new NotSupportedException(method);
        }
    }
}

/// <summary>An L2 execution node.</summary>
internal sealed class FakeExecution(FakeWorld world) : FakeNode(world.Clock)
{
    private static readonly JsonElement _null = JsonDocument.Parse("null").RootElement;

    protected override JsonElement Answer(string method, RpcRequest request, Fault fault)
    {
        char fork = fault.Lie == Lie.OtherL2Fork ? FakeChains.Other : FakeChains.True;
        ulong head = FakeChains.Safe(world.L1Number) + 10;
        switch (method)
        {
            case "eth_chainId":
                return Json(Hex.Quantity(fault.Lie == Lie.OtherL2Chain ? 902UL : FakeWorld.L2ChainId)!);
            case "eth_getBlockByNumber":
                return Number(request) <= head ? FakeChains.L2(Number(request), fork).Header : _null;
            case "eth_getProof":
                return FakeChains.Find(Hash32.Parse(request.Parameters[2]!["blockHash"]!.GetValue<string>())) is { } at
                    ? fault.Lie == Lie.FalseProof ? FakeChains.L2(at.Id.Number + 1, fork).Proof : at.Proof
                    : throw NotFound("header");
            default:
                throw new NotSupportedException(method);
        }
    }
}

/// <summary>A rollup node.</summary>
internal sealed class FakeRollup(FakeWorld world) : FakeNode(world.Clock)
{
    /// <summary>A restart: until the world's L1 is there it reads again from this far back, with the safe head that it had.</summary>
    public (ulong From, ulong Until)? Replays { get; set; }

    /// <summary>L1 blocks below which its record of safe heads is empty.</summary>
    public ulong RecordFrom { get; set; }

    protected override JsonElement Answer(string method, RpcRequest request, Fault fault)
    {
        ulong current = world.L1Number - 1 - Math.Min(fault.Lag, world.L1Number - 1);
        ulong safe = FakeChains.Safe(current);
        if (Replays is { } replay && current < replay.Until)
        {
            // It begins well below what it had, names that at once, and has caught up when L1 is where the replay ends.
            ulong since = replay.Until - current;
            safe = FakeChains.Safe(replay.From + 20);
            current = replay.Until - Math.Min(replay.Until, since * 5);
            safe = Math.Max(safe, FakeChains.Safe(current));
        }

        if (fault.Lie == Lie.StuckPipeline)
        {
            safe = FakeWorld.Start + 3;
        }

        ulong told = fault.Lie == Lie.HighSafe ? safe + 30 : safe;
        char l1 = fault.Lie == Lie.OtherL1Fork ? FakeChains.Other : world.L1Fork;
        char l2 = fault.Lie == Lie.OtherL2Fork ? FakeChains.Other : FakeChains.True;
        switch (method)
        {
            case "optimism_syncStatus":
                return Json(new JsonObject
                {
                    ["current_l1"] = Id(FakeChains.L1(current, l1)),
                    ["head_l1"] = Id(FakeChains.L1(world.L1Number + (fault.Lie == Lie.HighHead ? 500UL : 0), l1)),
                    ["safe_l2"] = Id(FakeChains.L2(told, l2)),
                    ["unsafe_l2"] = Id(FakeChains.L2(told + 10, l2)),
                    ["finalized_l2"] = Id(FakeChains.L2(told > 40 ? told - 40 : 0, l2)),
                });
            case "optimism_rollupConfig":
                return Json(new JsonObject
                {
                    ["l1_chain_id"] = fault.Lie == Lie.OtherL1Chain ? 2 : FakeWorld.L1ChainId,
                    ["l2_chain_id"] = fault.Lie == Lie.OtherL2Chain ? 902 : FakeWorld.L2ChainId,
                    ["genesis"] = new JsonObject { ["l1"] = Id(FakeChains.L1(0)), ["l2"] = Id(FakeChains.L2(0)) },
                });
            case "optimism_safeHeadAtL1Block":
                ulong at = Math.Min(Number(request), current);
                if (at < RecordFrom)
                {
                    throw NotFound("safe head at that L1 block");
                }

                ulong recorded = fault.Lie switch
                {
                    Lie.StaleRecord => FakeWorld.Start + 3,
                    Lie.HighRecord or Lie.HighSafe => FakeChains.Safe(at) + 30,
                    _ => Math.Min(FakeChains.Safe(at), safe),
                };
                return Json(new JsonObject { ["l1Block"] = Id(FakeChains.L1(at / 3 * 3, l1)), ["safeHead"] = Id(FakeChains.L2(recorded, l2)) });
            case "optimism_outputAtBlock":
                return Number(request) <= told + 10 ? Output(Number(request), l2, fault.Lie) : throw NotFound("block");
            default:
                throw new NotSupportedException(method);
        }
    }

    private static JsonElement Output(ulong number, char fork, Lie lie)
    {
        FakeBlock block = FakeChains.L2(number, fork);
        Hash32 state = lie == Lie.OtherOutput && number >= FakeChains.L2Fork ? FakeBlock.Named($"made up {number}")
            : lie == Lie.OtherAnchor && number == FakeWorld.Start ? FakeBlock.Named("another chain's")
            : block.StateRoot;
        return Json(new JsonObject
        {
            ["version"] = $"{Hash32.Zero}",
            ["outputRoot"] = $"{(lie == Lie.WrongOutput ? FakeBlock.Named($"wrong {number}") : OutputRoot.Compute(state, block.StorageRoot, block.Id.Hash))}",
            ["blockRef"] = Id(block),
            ["stateRoot"] = $"{state}",
            ["withdrawalStorageRoot"] = $"{block.StorageRoot}",
        });
    }

    private static JsonObject Id(FakeBlock block) => new() { ["hash"] = $"{block.Id.Hash}", ["number"] = block.Id.Number };
}
