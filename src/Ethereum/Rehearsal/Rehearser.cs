using System.Text.Json.Nodes;

namespace Gavel.Ethereum;

/// <summary>
/// Rehearses calls with Nethereum.EVM on the state of one L1. State is read by block hash, in two round trips where the node knows
/// <c>eth_createAccessList</c>, and shared by all rehearsals on a block. One call is executed at a time.
/// </summary>
/// <param name="rpc">The L1 node.</param>
/// <param name="limits">What one rehearsal may take.</param>
/// <param name="clock">The host's clock, for when a danger began.</param>
public sealed class Rehearser(IJsonRpc rpc, RehearsalLimits limits, TimeProvider clock) : IRehearsal, IDangerSource
{
    private const int BlocksKept = 2;
    private readonly Lock _lock = new();
    private readonly LinkedList<BlockState> _blocks = [];
    private readonly TouchedState _memory = new();
    private readonly RehearsalDangers _dangers = new(clock);
    private Task _last = Task.CompletedTask;
    private Task? _abandoned;
    private ulong? _chainId;
    private bool _knowsAccessLists = true;

    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => _dangers.Standing;

    /// <summary>Ends when no rehearsal is under way any more, abandoned ones included.</summary>
    internal Task Idle
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<Rehearsal> RehearseAsync(RehearsalCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        TimeSpan time = TimeFor(call);
        if (time < limits.LeastTime)
        {
            return new NotRehearsed($"{Math.Max(0, call.Slack!.Value.TotalSeconds):0.###} s are left, too few to spend any on a rehearsal");
        }

        if (_abandoned is { IsCompleted: false })
        {
            return new NotRehearsed("an earlier rehearsal still waits for the node");
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(time);
        RehearsalBudget budget = new(limits, time, limit.Token);
        Asked asked = new();
        Rehearsal result;

        // Away from the caller's thread: executing takes its time even where every answer is there at once. A transport that ignores the
        // token must not hold the caller either.
        Task<Rehearsal> running = Task.Run(() => InTurnAsync(call, budget, asked), CancellationToken.None);
        try
        {
            result = await running.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever went wrong: the call is not rehearsed, and goes its way.
            _abandoned = running;
            result = new NotRehearsed(error switch
            {
                RehearsalStoppedException stopped => stopped.Message,
                OperationCanceledException => $"it takes longer than {time.TotalSeconds:0.###} s",
                RpcException node => $"its state could not be read: {node.Message}",
                _ => $"the library failed: {error.GetType().Name}: {error.Message}",
            });
        }

        result = result with
        {
            NotExact = asked.NotExact,
            Node = asked.Node,
            Requests = budget.Requests,
            RoundTrips = budget.RoundTrips,
            Elapsed = budget.Elapsed,
        };
        _dangers.Note(call, result);
        return result;
    }

    private TimeSpan TimeFor(RehearsalCall call)
    {
        TimeSpan? tenth = (call.Slack / 10) - call.Spent;
        return tenth < limits.Time ? tenth.Value : limits.Time;
    }

    // With the gas of the rehearsal, so that code which looks at its gas does the same on both sides.
    private JsonObject Json(RehearsalCall call) =>
        new CallRequest { From = call.From, To = call.To, Data = call.Data, Value = call.Value, Gas = limits.Gas }.ToJson();

    private async Task<Rehearsal> InTurnAsync(RehearsalCall call, RehearsalBudget budget, Asked asked)
    {
        // One at a time, in order: the state is shared, and executing keeps one core busy.
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (_lock)
        {
            (before, _last) = (_last, done.Task);
        }

        try
        {
            await before.WaitAsync(budget.CancellationToken).ConfigureAwait(false);
            BlockState block = StateOf(call.Block);
            RehearsalState state = new(rpc, block, budget);
            await state.PrefetchAsync(await FirstBatchAsync(call, block, budget, asked).ConfigureAwait(false)).ConfigureAwait(false);
            Rehearsal result = await new Machine(state, block.Block!, budget).RunAsync(call, _chainId!.Value).ConfigureAwait(false);
            _memory.Remember(call, state.Touched);
            return result;
        }
        finally
        {
            _ = before.ContinueWith(_ => done.SetResult(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    // All that can be asked without knowing anything, in one round trip: the node's own word, what the call touches, and once for a block its
    // header and rules. Gives what the call will probably read.
    private async Task<IReadOnlyList<StateKey>> FirstBatchAsync(RehearsalCall call, BlockState block, RehearsalBudget budget, Asked asked)
    {
        List<RpcRequest> requests = [];
        int header = block.Block is null ? Add(new RpcRequest("eth_getBlockByHash", block.Hash.ToString(), false)) : -1;
        int probe = block.Block is null ? Add(ExecutionBlock.ProbeRequest(block.At)) : -1;
        int chainId = _chainId is null ? Add(new RpcRequest("eth_chainId")) : -1;
        int node = call.AskNode ? Add(new RpcRequest("eth_call", Json(call), block.At.ToJson())) : -1;
        int touched = _knowsAccessLists ? Add(new RpcRequest("eth_createAccessList", Json(call), block.At.ToJson())) : -1;
        IReadOnlyList<RpcReply> replies = [];
        if (requests.Count > 0)
        {
            budget.Asked(requests.Count);
            replies = await rpc.BatchExactlyAsync(requests, budget.CancellationToken).ConfigureAwait(false);
        }

        asked.Node = node < 0 ? null : NodeOutcome.Of(replies[node]);
        _chainId ??= new RpcValue(replies[chainId].Result, "eth_chainId").UInt64();
        block.Block ??= ExecutionBlock.Read(replies[header], replies[probe], block.Hash);
        asked.NotExact = block.Block.NotExact;
        List<StateKey> keys =
        [
            new(StateField.Balance, call.From),
            new(StateField.Code, call.To),
            .. _memory.Recall(call),
        ];
        if (touched >= 0)
        {
            keys.AddRange(TouchedOf(replies[touched], budget.Limits.StateReads / 2));
        }

        return keys;

        int Add(RpcRequest request)
        {
            requests.Add(request);
            return requests.Count - 1;
        }
    }

    // A node's list is a hint and nothing more: what it leaves out is read when it is needed.
    private List<StateKey> TouchedOf(RpcReply reply, int most)
    {
        List<StateKey> keys = [];
        try
        {
            if (reply.Error is { } error)
            {
                // -32601: the method is not there. Anything else may be about this call alone.
                _knowsAccessLists = error.Code != -32601;
                return keys;
            }

            foreach (RpcValue entry in new RpcValue(reply.Result, "eth_createAccessList")["accessList"].Items())
            {
                Address account = entry["address"].Address();
                keys.Add(new StateKey(StateField.Code, account));
                keys.AddRange(entry["storageKeys"].Items().Select(slot => new StateKey(StateField.Slot, account, slot.Hash())));
                if (keys.Count > most)
                {
                    return keys[..most];
                }
            }
        }
        catch (RpcException)
        {
            // Malformed: no hint.
        }

        return keys;
    }

    private BlockState StateOf(Hash32 hash)
    {
        BlockState? known = _blocks.FirstOrDefault(block => block.Hash == hash);
        if (known is not null)
        {
            return known;
        }

        _blocks.AddFirst(known = new BlockState(hash));
        if (_blocks.Count > BlocksKept)
        {
            _blocks.RemoveLast();
        }

        return known;
    }

    // What was learnt of a call before its rehearsal ended, however it ended.
    private sealed class Asked
    {
        public NodeOutcome? Node { get; set; }

        public string? NotExact { get; set; }
    }
}
