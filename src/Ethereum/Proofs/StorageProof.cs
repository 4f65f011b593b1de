using Nethereum.RLP;

namespace Gavel.Ethereum;

/// <summary>A storage slot with the value that is stated and its proof; 0 for a slot that is not in the trie.</summary>
public sealed record StorageProof(Hash32 Slot, UInt256 Value, IReadOnlyList<ReadOnlyMemory<byte>> Nodes)
{
    /// <summary>The value that the proof shows in the storage of an account, whatever is stated.</summary>
    /// <param name="account">Whose storage, for errors.</param>
    /// <param name="storageRoot">Its storage root, proven before.</param>
    /// <exception cref="MerkleProofException">The proof shows nothing.</exception>
    public UInt256 Prove(Address account, Hash32 storageRoot) => AccountProof.Proven(
        $"account {account} slot {Slot}", Nodes, () => StorageTrie.Find(storageRoot, Keccak256.Hash(Slot.ToArray()).ToArray(), Nodes), Word);

    private static UInt256 Word(byte[] leaf)
    {
        UInt256 value = new RlpFields(new RLPCollection { StrictRlp.Decode(leaf) }).UInt256(0);
        return !value.IsZero ? value : throw new RlpException(0, "a slot of value 0 is not in a trie");
    }
}
