using System.Text.Json;

namespace Gavel.TestKit.Judges;

/// <summary>An account as the state trie holds it. An account that is not there has the values of <see cref="None"/>.</summary>
public sealed record AccountState(ulong Nonce, UInt256 Balance, Hash32 StorageRoot, Hash32 CodeHash)
{
    /// <summary>What an account that was never touched counts as.</summary>
    public static AccountState None { get; } = new(0, UInt256.Zero, MerklePatriciaProof.EmptyRoot, Keccak256.Empty);

    /// <summary>Reads a leaf of the state trie.</summary>
    /// <exception cref="RlpException">Not an account.</exception>
    public static AccountState Decode(ReadOnlySpan<byte> rlp)
    {
        RlpReader reader = RlpReader.OfList(rlp);
        AccountState state = new(reader.ReadUInt64(), reader.ReadUInt256(), reader.ReadHash32(), reader.ReadHash32());
        reader.End();
        return state;
    }

    /// <summary>The leaf of the state trie.</summary>
    public byte[] Encode() => RlpWriter.EncodeList(list => list.UInt64(Nonce).UInt256(Balance).Hash32(StorageRoot).Hash32(CodeHash));
}

/// <summary>A storage slot with the value that is stated and its proof; 0 for a slot that is not in the trie.</summary>
public sealed record StorageProof(Hash32 Slot, UInt256 Value, IReadOnlyList<ReadOnlyMemory<byte>> Nodes);

/// <summary>An answer to <c>eth_getProof</c> (EIP-1186): nothing in it is to be believed before <see cref="Verify"/>.</summary>
public sealed record AccountProof(
    Address Address, AccountState State, IReadOnlyList<ReadOnlyMemory<byte>> Nodes, IReadOnlyList<StorageProof> Storage)
{
    /// <summary>Reads the answer. A storage key may be a quantity or 32 bytes, since nodes send both.</summary>
    /// <exception cref="ChainDataException">A field is missing or malformed.</exception>
    public static AccountProof FromJson(JsonElement json, string place = "proof")
    {
        JsonFields fields = new(json, place);
        Hash32 codeHash = fields.Hash32("codeHash");
        Hash32 storageRoot = fields.Hash32("storageHash");

        // Some nodes state zero hashes for an account that is not there.
        return new AccountProof(
            fields.Address("address"),
            new AccountState(
                fields.UInt64("nonce"),
                fields.UInt256("balance"),
                storageRoot.IsZero ? MerklePatriciaProof.EmptyRoot : storageRoot,
                codeHash.IsZero ? Keccak256.Empty : codeHash),
            fields.Items("accountProof", Node),
            fields.Items("storageProof", OfSlot));
    }

    /// <summary>Checks the account and every slot against a state root.</summary>
    /// <exception cref="MerkleProofException">A proof does not show what is stated; names the account or slot.</exception>
    public void Verify(Hash32 stateRoot)
    {
        AccountState? proven = Proven($"account {Address}", stateRoot, Keccak256.Hash(Address.ToArray()), Nodes, AccountState.Decode);
        if ((proven ?? AccountState.None) != State)
        {
            throw new MerkleProofException(Last(Nodes), $"account {Address} is stated as {State}, but proven as {proven ?? AccountState.None}");
        }

        foreach (StorageProof slot in Storage)
        {
            UInt256 value = Proven($"account {Address} slot {slot.Slot}", State.StorageRoot, Keccak256.Hash(slot.Slot.ToArray()), slot.Nodes, Word);
            if (value != slot.Value)
            {
                throw new MerkleProofException(Last(slot.Nodes), $"slot {slot.Slot} of {Address} is stated as {slot.Value}, but proven as {value}");
            }
        }
    }

    private delegate T Reading<T>(ReadOnlySpan<byte> leaf);

    private static T? Proven<T>(string subject, Hash32 root, Hash32 key, IReadOnlyList<ReadOnlyMemory<byte>> nodes, Reading<T> read)
    {
        try
        {
            byte[]? leaf = MerklePatriciaProof.Find(root, Hash32.BytesOf(in key), nodes);
            return leaf is null ? default : read(leaf);
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

    private static UInt256 Word(ReadOnlySpan<byte> leaf)
    {
        RlpReader reader = new(leaf);
        UInt256 value = reader.ReadUInt256();
        reader.End();
        return !value.IsZero ? value : throw new RlpException(0, "a slot of value 0 is not in a trie");
    }

    private static ReadOnlyMemory<byte> Node(JsonElement item, string place) => JsonFields.Parse(item, place, Hex.Decode);

    private static StorageProof OfSlot(JsonElement item, string place)
    {
        JsonFields fields = new(item, place);
        return new StorageProof(Hash32.FromUInt256(fields.UInt256("key")), fields.UInt256("value"), fields.Items("proof", Node));
    }
}
