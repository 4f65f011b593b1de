using Dto = Nethereum.RPC.Eth.DTOs;

namespace Gavel.Ethereum;

/// <summary>An answer to <c>eth_getProof</c> (EIP-1186): nothing in it is to be believed before <see cref="Verify"/>.</summary>
public sealed record AccountProof(
    Address Address, AccountState State, IReadOnlyList<ReadOnlyMemory<byte>> Nodes, IReadOnlyList<StorageProof> Storage)
{
    private const string Place = "eth_getProof";

    /// <summary>Checks the account and every slot against a state root.</summary>
    /// <exception cref="MerkleProofException">
    /// A proof does not show what is stated, or cannot be judged (<see cref="MerkleProofException.IsUnavailable"/>); names the account or slot.
    /// </exception>
    public void Verify(Hash32 stateRoot)
    {
        AccountState proven = Proven($"account {Address}", Nodes, () => AccountTrie.Find(stateRoot, Keccak256.Hash(Address.ToArray()), Nodes), leaf => AccountState.Decode(leaf)) ?? AccountState.None;
        if (proven != State)
        {
            throw new MerkleProofException(Last(Nodes), $"account {Address} is stated as {State}, but proven as {proven}");
        }

        foreach (StorageProof slot in Storage)
        {
            UInt256 value = slot.Prove(Address, State.StorageRoot);
            if (value != slot.Value)
            {
                throw new MerkleProofException(Last(slot.Nodes), $"slot {slot.Slot} of {Address} is stated as {slot.Value}, but proven as {value}");
            }
        }
    }

    /// <summary>
    /// Reads an answer. A storage key may be a quantity or 32 bytes, since nodes send both; <c>null</c> for a list is an empty one, since nodes
    /// written in Go send that, and then proves only what an empty trie can.
    /// </summary>
    /// <exception cref="RpcException">A field is missing or malformed, or the answer is about another account or other slots.</exception>
    internal static AccountProof Of(Dto.AccountProof? answer, Address account, IReadOnlyList<Hash32> slots)
    {
        NodeFields fields = new(Place);
        if (answer is null)
        {
            throw fields.Wrong("", "a proof", null);
        }

        Hash32 codeHash = fields.Hash(answer.CodeHash, "codeHash");
        Hash32 storageRoot = fields.Hash(answer.StorageHash, "storageHash");

        // Some nodes state zero hashes for an account that is not there.
        AccountProof proof = new(
            fields.Address(answer.Address, "address"),
            new AccountState(
                fields.UInt64(answer.Nonce, "nonce"),
                fields.UInt256(answer.Balance, "balance"),
                storageRoot.IsZero ? StorageTrie.EmptyRoot : storageRoot,
                codeHash.IsZero ? Keccak256.Empty : codeHash),
            NodesOf(fields, answer.AccountProofs, "accountProof"),
            fields.Items(answer.StorageProof ?? [], "storageProof", SlotOf));
        return proof.Address == account && proof.Storage.Select(s => s.Slot).SequenceEqual(slots)
            ? proof
            : throw fields.Wrong(
                "", $"a proof of {account} with {slots.Count} slots in the order asked for", $"{proof.Address} with {proof.Storage.Count}");
    }

    internal static T? Proven<T>(string subject, IReadOnlyList<ReadOnlyMemory<byte>> nodes, Func<byte[]?> find, Func<byte[], T> read)
    {
        try
        {
            return find() is { } leaf ? read(leaf) : default;
        }
        catch (MerkleProofException fault)
        {
            throw new MerkleProofException(subject, fault);
        }
        catch (RlpException fault)
        {
            throw new MerkleProofException(Last(nodes), $"{subject}: the leaf is malformed: {fault.Message}");
        }
    }

    private static int Last(IReadOnlyList<ReadOnlyMemory<byte>> nodes) => Math.Max(0, nodes.Count - 1);

    private static StorageProof SlotOf(Dto.StorageProof slot, string place)
    {
        NodeFields fields = new(place);
        return new StorageProof(
            Hash32.FromUInt256(fields.UInt256(slot.Key, "key")), fields.UInt256(slot.Value, "value"), NodesOf(fields, slot.Proof, "proof"));
    }

    private static ReadOnlyMemory<byte>[] NodesOf(NodeFields fields, List<string>? nodes, string name) =>
        Array.ConvertAll(fields.ByteStrings(nodes ?? [], name), static node => (ReadOnlyMemory<byte>)node);
}
