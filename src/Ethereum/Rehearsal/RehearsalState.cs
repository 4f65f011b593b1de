using System.Numerics;
using Nethereum.EVM.BlockchainState;

namespace Gavel.Ethereum;

/// <summary>The state as one rehearsal reads it: from what is known of the block, else from the node, and within its bounds.</summary>
internal sealed class RehearsalState(IJsonRpc rpc, BlockState block, RehearsalBudget budget) : INodeDataService
{
    private static readonly byte[] Zero = new byte[32];
    private readonly HashSet<Address> _created = [];

    /// <summary>All that was read, for the next rehearsal of the same function.</summary>
    public HashSet<StateKey> Touched { get; } = [];

    /// <summary>Asks for all of these that are not known yet, in one batch. What fails there is asked again when it is needed.</summary>
    public async Task PrefetchAsync(IEnumerable<StateKey> keys)
    {
        StateKey[] wanted = [.. keys.Distinct().Where(key => block.Find(key) is null)];
        if (wanted.Length == 0)
        {
            return;
        }

        budget.Read(wanted.Length);
        budget.Asked(wanted.Length);
        IReadOnlyList<RpcReply> replies =
            await rpc.BatchExactlyAsync([.. wanted.Select(key => key.Request(block.At))], budget.CancellationToken).ConfigureAwait(false);
        for (int i = 0; i < wanted.Length; i++)
        {
            if (replies[i].Error is null)
            {
                block.Set(wanted[i], wanted[i].Read(replies[i]));
            }
        }
    }

    /// <summary>An account that this call creates: nothing of it is on the chain.</summary>
    public void Created(Address account) => _created.Add(account);

    public async Task<byte[]> GetCodeAsync(string address) => await ReadAsync(new StateKey(StateField.Code, Address.Parse(address))).ConfigureAwait(false);

    public async Task<byte[]> GetStorageAtAsync(string address, BigInteger position)
    {
        Address account = Address.Parse(address);
        return _created.Contains(account)
            ? [.. Zero]
            : await ReadAsync(new StateKey(StateField.Slot, account, Hash32.FromUInt256(UInt256.FromBigInteger(position)))).ConfigureAwait(false);
    }

    public async Task<BigInteger> GetBalanceAsync(string address) =>
        new(await ReadAsync(new StateKey(StateField.Balance, Address.Parse(address))).ConfigureAwait(false), isUnsigned: true, isBigEndian: true);

    public async Task<BigInteger> GetTransactionCount(string address) =>
        new(await ReadAsync(new StateKey(StateField.Nonce, Address.Parse(address))).ConfigureAwait(false), isUnsigned: true, isBigEndian: true);

    public async Task<byte[]> GetBlockHashAsync(BigInteger blockNumber)
    {
        ExecutionBlock at = block.Block!;
        if (blockNumber + 1 == at.Number)
        {
            return at.ParentHash.ToArray();
        }

        // Older ones by number: good as long as the pinned block is on the node's chain, which every state read demands.
        budget.Miss();
        budget.Asked(1);
        RpcRequest request = new("eth_getBlockByNumber", Hex.Quantity((ulong)blockNumber), false);
        RpcValue answer = new(await rpc.RequestAsync(request, budget.CancellationToken).ConfigureAwait(false), request.Method);
        return answer["hash"].Hash().ToArray();
    }

    public Task<byte[]> GetCodeAsync(byte[] address) => GetCodeAsync(Hex.Encode(address));

    public Task<BigInteger> GetBalanceAsync(byte[] address) => GetBalanceAsync(Hex.Encode(address));

    public Task<byte[]> GetStorageAtAsync(byte[] address, BigInteger position) => GetStorageAtAsync(Hex.Encode(address), position);

    public Task<BigInteger> GetTransactionCount(byte[] address) => GetTransactionCount(Hex.Encode(address));

    private async Task<byte[]> ReadAsync(StateKey key)
    {
        bool isNew = Touched.Add(key);
        byte[]? value = block.Find(key);
        if (value is null)
        {
            budget.Read();
            budget.Miss();
            budget.Asked(1);
            value = key.Read(new RpcReply(await rpc.RequestAsync(key.Request(block.At), budget.CancellationToken).ConfigureAwait(false)));
            block.Set(key, value);
        }
        else if (isNew)
        {
            budget.Read();
        }

        if (isNew && key.Field == StateField.Code)
        {
            budget.Code(value.Length);
        }

        // The library may write into what it is given.
        return [.. value];
    }
}
