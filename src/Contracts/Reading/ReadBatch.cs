using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>
/// Reads of contracts that are made together at one block. Reads are added first and answered when <see cref="RunAsync"/> returns;
/// all of them see the same state, since the block is given by its hash.
/// </summary>
public sealed class ReadBatch(ChainReader client, BlockRef at)
{
    private readonly List<PendingRead> _reads = [];

    /// <summary>Adds a read whose failure is an error of the batch.</summary>
    /// <param name="contract">The contract to ask.</param>
    /// <param name="function">The function to call.</param>
    /// <param name="arguments">Writes the arguments; null for none.</param>
    /// <param name="decode">Reads the returned values.</param>
    public Read<T> Add<T>(Address contract, AbiFunction function, Action<AbiEncoder>? arguments, Func<AbiDecoder, T> decode) =>
        Add(contract, function, arguments, decode, optional: false);

    /// <summary>Adds a read that may fail (a function that this version of the contract lacks): <see cref="Read{T}.HasValue"/> is then false.</summary>
    public Read<T> AddOptional<T>(Address contract, AbiFunction function, Action<AbiEncoder>? arguments, Func<AbiDecoder, T> decode) =>
        Add(contract, function, arguments, decode, optional: true);

    /// <summary>Makes the reads added since the last run.</summary>
    /// <exception cref="ContractReadException">A read that is not optional failed at the contract.</exception>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_reads.Count == 0)
        {
            return;
        }

        PendingRead[] reads = [.. _reads];
        _reads.Clear();
        IReadOnlyList<CallResult> results = await client.CallManyAsync([.. reads.Select(read => read.Request)], at, cancellationToken);

        // Where no call at all was answered it is the node that says something of itself, not each of the contracts.
        if (results.All(result => result.Error is not null && result.Revert is null))
        {
            throw results[0].Error!;
        }

        for (int i = 0; i < reads.Length; i++)
        {
            reads[i].Finish(results[i], at);
        }
    }

    private Read<T> Add<T>(Address contract, AbiFunction function, Action<AbiEncoder>? arguments, Func<AbiDecoder, T> decode, bool optional)
    {
        Read<T> read = new(contract, function, function.Encode(arguments ?? (static _ => { })), decode, optional);
        _reads.Add(read);
        return read;
    }
}
