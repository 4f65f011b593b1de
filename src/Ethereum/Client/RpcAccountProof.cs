namespace Gavel.Ethereum;

/// <summary>The answer of <c>eth_getProof</c>, not yet verified against a state root.</summary>
public sealed record RpcAccountProof
{
    /// <summary>The account.</summary>
    public required Address Address { get; init; }

    /// <summary>Wei.</summary>
    public required UInt256 Balance { get; init; }

    /// <summary>Transactions sent, or contracts created.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>Hash of the code.</summary>
    public required Hash32 CodeHash { get; init; }

    /// <summary>Root of the account's storage trie.</summary>
    public required Hash32 StorageHash { get; init; }

    /// <summary>Trie nodes in RLP from the state root to the account.</summary>
    public required IReadOnlyList<byte[]> AccountProof { get; init; }

    /// <summary>One for each slot asked for, in that order.</summary>
    public required IReadOnlyList<RpcStorageProof> StorageProofs { get; init; }

    /// <summary>Reads the answer.</summary>
    /// <exception cref="RpcException">A field is missing or malformed.</exception>
    public static RpcAccountProof Read(RpcValue proof) => new()
    {
        Address = proof["address"].Address(),
        Balance = proof["balance"].UInt256(),
        Nonce = proof["nonce"].UInt64(),
        CodeHash = proof["codeHash"].Hash(),
        StorageHash = proof["storageHash"].Hash(),
        AccountProof = Array.ConvertAll(proof["accountProof"].Items(), n => n.Bytes()),
        StorageProofs = Array.ConvertAll(
            proof["storageProof"].Items(),
            s => new RpcStorageProof(
                Hash32.FromUInt256(s["key"].UInt256()), s["value"].UInt256(), Array.ConvertAll(s["proof"].Items(), n => n.Bytes()))),
    };
}

/// <summary>One slot of <c>eth_getProof</c>.</summary>
/// <param name="Slot">The slot asked for.</param>
/// <param name="Value">What it holds.</param>
/// <param name="Proof">Trie nodes in RLP from the storage root to the slot.</param>
public sealed record RpcStorageProof(Hash32 Slot, UInt256 Value, IReadOnlyList<byte[]> Proof);
