namespace Gavel.Ethereum;

/// <summary>One thing that an execution reads of an account.</summary>
internal enum StateField
{
    Slot,
    Code,
    Balance,
    Nonce,
}

/// <summary>One readable thing of the state: a storage slot, or a field of an account.</summary>
internal readonly record struct StateKey(StateField Field, Address Account, Hash32 Slot = default)
{
    /// <summary>The request that reads it at a block.</summary>
    public RpcRequest Request(BlockRef at) => Field switch
    {
        StateField.Slot => new RpcRequest("eth_getStorageAt", Account.ToString(), Slot.ToString(), at.ToJson()),
        StateField.Code => new RpcRequest("eth_getCode", Account.ToString(), at.ToJson()),
        StateField.Balance => new RpcRequest("eth_getBalance", Account.ToString(), at.ToJson()),
        _ => new RpcRequest("eth_getTransactionCount", Account.ToString(), at.ToJson()),
    };

    /// <summary>Code as it is; everything else as 32 bytes, big-endian.</summary>
    /// <exception cref="RpcException">The answer is malformed.</exception>
    public byte[] Read(RpcReply reply)
    {
        RpcValue value = new(reply.Result, Field.ToString());
        return Field switch
        {
            StateField.Slot => value.Hash().ToArray(),
            StateField.Code => value.Bytes(),
            StateField.Balance => Hash32.FromUInt256(value.UInt256()).ToArray(),
            _ => Hash32.FromUInt256(value.UInt64()).ToArray(),
        };
    }
}
