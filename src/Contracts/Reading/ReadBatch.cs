using Gavel.Ethereum;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Gavel.Contracts;

/// <summary>
/// Reads of contracts that are made together at one block. Reads are added first and answered when <see cref="RunAsync"/> returns;
/// all of them see the same state, since the block is given by its hash. The same call added twice is made once.
/// </summary>
public sealed class ReadBatch(ChainReader client, BlockRef at)
{
    private readonly List<(PendingRead Read, int Call)> _reads = [];
    private readonly List<CallRequest> _calls = [];
    private readonly Dictionary<(Address Contract, string Data), int> _callOf = [];

    /// <summary>The block that is read.</summary>
    public BlockRef At { get; } = at;

    /// <summary>Adds a read whose failure is an error of the batch.</summary>
    /// <typeparam name="TMessage">The function and its arguments.</typeparam>
    /// <typeparam name="TOutput">What it returns; decoded by <see cref="StrictAbi"/>.</typeparam>
    /// <exception cref="AbiMismatchException">An argument does not fit its type.</exception>
    public Read<TOutput> Add<TMessage, TOutput>(Address contract, TMessage message)
        where TMessage : FunctionMessage, new()
        where TOutput : class, IFunctionOutputDTO, new() => Add(contract, message, static (TOutput output) => output, optional: false);

    /// <summary>As <see cref="Add{TMessage, TOutput}"/>; <paramref name="map"/> turns the output into what is wanted of it, once.</summary>
    public Read<T> Add<TMessage, TOutput, T>(Address contract, TMessage message, Func<TOutput, T> map)
        where TMessage : FunctionMessage, new()
        where TOutput : class, IFunctionOutputDTO, new() => Add(contract, message, map, optional: false);

    /// <summary>Adds a read that may fail (a function that this version of the contract lacks): <see cref="PendingRead.Fault"/> then tells how.</summary>
    public Read<T> AddOptional<TMessage, TOutput, T>(Address contract, TMessage message, Func<TOutput, T> map)
        where TMessage : FunctionMessage, new()
        where TOutput : class, IFunctionOutputDTO, new() => Add(contract, message, map, optional: true);

    /// <summary>Makes the reads added since the last run.</summary>
    /// <exception cref="ContractReadException">A read that is not optional failed.</exception>
    /// <exception cref="RpcException">The node answered none of the calls, to several contracts.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_reads.Count == 0)
        {
            return;
        }

        (PendingRead Read, int Call)[] reads = [.. _reads];
        CallRequest[] calls = [.. _calls];
        _reads.Clear();
        _calls.Clear();
        _callOf.Clear();
        IReadOnlyList<CallResult> results = await client.CallManyAsync(calls, At, cancellationToken);
        foreach ((PendingRead read, int call) in reads)
        {
            read.Finish(results[call]);
        }

        if (reads.FirstOrDefault(pair => !pair.Read.IsOptional && !pair.Read.HasValue).Read is not { } failed)
        {
            return;
        }

        // When several contracts were asked and none was answered for, that is the node's trouble and not theirs. Of one contract it may be
        // its own: code that no call survives.
        if (reads.All(pair => pair.Read.Fault == ReadFault.Unanswered) && reads.DistinctBy(pair => pair.Read.Contract).Skip(1).Any()
            && failed.Cause is RpcException trouble)
        {
            throw trouble;
        }

        throw new ContractReadException(failed.Contract, failed.Function, At, failed.Problem!, failed.Cause, failed.Fault!.Value);
    }

    private Read<T> Add<TMessage, TOutput, T>(Address contract, TMessage message, Func<TOutput, T> map, bool optional)
        where TMessage : FunctionMessage, new()
        where TOutput : class, IFunctionOutputDTO, new()
    {
        string function = StrictAbi.SignatureOf<TMessage>();
        Read<T> read = new(contract, function, data => map(StrictAbi.Decode<TOutput>(data.Span, function))) { IsOptional = optional };
        byte[] data = StrictAbi.Encode(message);
        (Address, string) key = (contract, Convert.ToHexString(data));
        if (!_callOf.TryGetValue(key, out int call))
        {
            call = _calls.Count;
            _callOf[key] = call;
            _calls.Add(new CallRequest { To = contract, Data = data });
        }

        _reads.Add((read, call));
        return read;
    }
}
