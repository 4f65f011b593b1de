using Gavel.TestKit;

namespace Gavel.Ethereum.Tests;

/// <summary>
/// Storage proofs of anvil judge our verifier: plain and mapping slots, values of one byte, of some, and of 32; slots that are there and slots
/// that are not; and every proof with a node changed is refused.
/// </summary>
[Trait("Scale", "full")]
public sealed class StorageProofTests
{
    private const int Chunk = 500;
    private static readonly Address Contract = Address.Parse("0x4200000000000000000000000000000000000016");

    [Fact]
    public async Task Proofs_of_anvil_show_what_is_stored_and_what_is_not()
    {
        int count = Scale.Of(300, 10_000);
        Random random = new(Seed.Value);
        (Hash32 Slot, UInt256 Value)[] slots = [.. Enumerable.Range(0, count).Select(i => (SlotOf(i), i % 3 == 2 ? UInt256.Zero : ValueOf(i, random)))];
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        await using RpcEndpoint node = new(EndpointUrl.Parse(anvil.Url));
        foreach ((Hash32, UInt256)[] part in slots.Where(slot => !slot.Value.IsZero).Chunk(Chunk))
        {
            RpcRequest[] writes = [.. part.Select(slot => new RpcRequest(
                "anvil_setStorageAt", Contract.ToString(), slot.Item1.ToString(), Hash32.FromUInt256(slot.Item2).ToString()))];
            Assert.All(await node.BatchAsync(writes, default), reply => Assert.Null(reply.Error));
        }

        await node.RequestAsync(new RpcRequest("anvil_setBalance", Contract.ToString(), "0x5"), default);
        await node.RequestAsync(new RpcRequest("evm_mine"), default);
        ChainReader reader = new(node);
        BlockHeader header = (await reader.GetBlockAsync(BlockRef.Latest, default)).ReadHeader();
        int present = 0, absent = 0, refused = 0;
        foreach ((Hash32 Slot, UInt256 Value)[] part in slots.Chunk(Chunk))
        {
            AccountProof proof = await reader.GetProofAsync(Contract, [.. part.Select(slot => slot.Slot)], BlockRef.At(header.Hash), default);
            proof.Verify(header.StateRoot);
            Assert.Equal(part, proof.Storage.Select(slot => (slot.Slot, slot.Value)));
            foreach (StorageProof slot in proof.Storage)
            {
                _ = slot.Value.IsZero ? absent++ : present++;
                int chosen = random.Next(slot.Nodes.Count);
                byte[] changed = slot.Nodes[chosen].ToArray();
                changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                StorageProof[] forgeries =
                [
                    slot with { Nodes = [.. slot.Nodes.Take(chosen), changed, .. slot.Nodes.Skip(chosen + 1)] },
                    slot with { Nodes = [.. slot.Nodes.SkipLast(1)] },
                    slot with { Nodes = [.. slot.Nodes, slot.Nodes[^1]] },
                ];
                refused += forgeries.Count(forgery => Assert.Throws<MerkleProofException>(() => forgery.Prove(Contract, proof.State.StorageRoot)) is { IsUnavailable: false });
                Assert.Equal(slot.Value, slot.Prove(Contract, proof.State.StorageRoot));
            }
        }

        Assert.Equal((count - (count / 3), count / 3, 3 * count), (present, absent, refused));
    }

    [Fact]
    public void More_or_larger_nodes_than_any_trie_has_are_refused_before_they_are_hashed()
    {
        ReadOnlyMemory<byte>[] many = [.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[] { 0x80 }, 1_000_000)];
        Assert.Throws<MerkleProofException>(() => StorageTrie.Find(StorageTrie.EmptyRoot, new byte[32], many));
        byte[] wide = Nethereum.RLP.RLP.EncodeList([0x20], Nethereum.RLP.RLP.EncodeElement(new byte[2_000]));
        MerkleProofException fault = Assert.Throws<MerkleProofException>(() => StorageTrie.Find(Keccak256.Hash(wide), [], [wide]));
        Assert.Contains("bytes", fault.Message, StringComparison.Ordinal);
    }

    // Plain slots, then those of a mapping: Keccak-256 of key and slot.
    private static Hash32 SlotOf(int i) =>
        i % 2 == 0 ? Hash32.FromUInt256((ulong)i) : Keccak256.HashPair(Hash32.FromUInt256((ulong)i), Hash32.FromUInt256(4));

    private static UInt256 ValueOf(int i, Random random)
    {
        byte[] bytes = new byte[(i % 4) switch { 0 => 1, 1 => 2, 2 => 20, _ => 32 }];
        random.NextBytes(bytes);
        bytes[0] |= 1;
        return new UInt256(bytes);
    }
}
