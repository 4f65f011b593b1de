using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Gavel.TestKit.Judges.Tests;

/// <summary>Tries of keys of any length: a published root, and for random tries that proofs show exactly what is in them.</summary>
public sealed class MerklePatriciaTrieTests
{
    [Fact]
    public void Root_of_the_published_example()
    {
        // ethereum/tests, TrieTests/trieanyorder.json, "dogs"-like entries: values in branches, extensions and embedded nodes.
        MerklePatriciaTrie trie = Of(("do", "verb"), ("horse", "stallion"), ("doge", "coin"), ("dog", "puppy"));
        Assert.Equal("0x5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84", trie.Root.ToString());
        Assert.Equal("puppy", Text(MerklePatriciaProof.Find(trie.Root, "dog"u8, trie.Prove("dog"u8))));
        Assert.Equal("verb", Text(MerklePatriciaProof.Find(trie.Root, "do"u8, trie.Prove("do"u8))));
        Assert.Null(MerklePatriciaProof.Find(trie.Root, "d"u8, trie.Prove("d"u8)));
        Assert.Null(MerklePatriciaProof.Find(trie.Root, "dogs"u8, trie.Prove("dogs"u8)));
    }

    [Fact]
    public void Embedded_nodes_may_be_repeated_in_a_proof_but_not_changed()
    {
        MerklePatriciaTrie trie = Of(("a", "1"), ("b", "2"));
        IReadOnlyList<ReadOnlyMemory<byte>> proof = trie.Prove("a"u8);
        Assert.Single(proof);

        // Root: extension to a branch of two leaves, all embedded: [0x16, [.., [0x20, "1"], [0x20, "2"], ..]].
        RlpReader root = RlpReader.OfList(proof[0].Span);
        root.ReadBytes();
        byte[] branch = root.ReadRaw().ToArray();
        byte[] leaf = RlpWriter.EncodeList(list => list.Bytes([0x20]).Bytes("1"u8));
        Assert.Equal("1", Text(MerklePatriciaProof.Find(trie.Root, "a"u8, [proof[0], branch])));
        Assert.Equal("1", Text(MerklePatriciaProof.Find(trie.Root, "a"u8, [proof[0], branch, leaf])));
        Assert.Throws<MerkleProofException>(() => MerklePatriciaProof.Find(trie.Root, "b"u8, [proof[0], branch, leaf]));
    }

    [Fact]
    public void A_proof_from_another_trie_or_in_another_order_is_refused()
    {
        (string, string)[] entries = [.. Enumerable.Range(0, 200).Select(static i => ($"key {i}", $"a value that is long enough to be hashed {i}"))];
        MerklePatriciaTrie trie = Of(entries);
        MerklePatriciaTrie other = Of([.. entries[..^1], ("key 199", "another value that is long enough to be hashed")]);
        byte[] key = Encoding.UTF8.GetBytes("key 199");
        IReadOnlyList<ReadOnlyMemory<byte>> proof = trie.Prove(key);
        Assert.True(proof.Count > 2);
        Assert.Throws<MerkleProofException>(() => MerklePatriciaProof.Find(trie.Root, key, other.Prove(key)));
        Assert.Throws<MerkleProofException>(() => MerklePatriciaProof.Find(trie.Root, key, [.. proof.Reverse()]));
        Assert.Equal(proof.Count - 1, Assert.Throws<MerkleProofException>(() => MerklePatriciaProof.Find(trie.Root, key, [.. proof.SkipLast(1)])).Node);
        Assert.Equal(proof.Count, Assert.Throws<MerkleProofException>(() => MerklePatriciaProof.Find(trie.Root, key, [.. proof, proof[0]])).Node);
        Assert.Equal(0, Assert.Throws<MerkleProofException>(() => MerklePatriciaProof.Find(trie.Root, key, [])).Node);
    }

    [Fact]
    public void Wrong_entries_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Of(("a", "1"), ("a", "2")));
        Assert.Throws<ArgumentException>(() => Of(("a", "")));
        Assert.Throws<ArgumentException>(() => Of((new string('a', 65), "1")));
    }

    [Fact]
    [Trait("Scale", "full")]
    public void Proofs_of_random_tries_show_what_is_in_them()
    {
        // Few different bytes make long common prefixes, keys that are prefixes of others, and values in branches.
        Gen<byte[]> key = Gen.Elements<byte>(0x00, 0x01, 0x10, 0x11, 0xff).ArrayOf().Select(static bytes => bytes[..Math.Min(bytes.Length, 20)]);
        Gen<byte[]> value = Gen.Choose(1, 60).Select(static length => Enumerable.Repeat((byte)length, length).ToArray());
        Gen<(byte[], byte[])[]> entries = key.SelectMany(k => value.Select(v => (k, v))).ArrayOf();
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Scale.Of(200, 5_000)).WithReplay(20_261_121, 5),
            Prop.ForAll(entries.ToArbitrary(), key.ArrayOf().ToArbitrary(), (pairs, strangers) =>
            {
                Dictionary<string, byte[]> kept = [];
                foreach ((byte[] k, byte[] v) in pairs)
                {
                    kept[Hex.Encode(k)] = v;
                }

                MerklePatriciaTrie trie = MerklePatriciaTrie.Build(kept.Select(static pair =>
                    ((ReadOnlyMemory<byte>)Hex.Decode(pair.Key), (ReadOnlyMemory<byte>)pair.Value)));
                foreach (byte[] k in strangers.Concat(pairs.Select(static pair => pair.Item1)))
                {
                    byte[]? found = MerklePatriciaProof.Find(trie.Root, k, trie.Prove(k));
                    Assert.Equal(kept.GetValueOrDefault(Hex.Encode(k)), found);
                }

                Assert.All(trie.Nodes, static node => Assert.Equal(node.Key, Keccak256.Hash(node.Value)));
            }));
    }

    private static string? Text(byte[]? value) => value is null ? null : Encoding.UTF8.GetString(value);

    private static MerklePatriciaTrie Of(params (string Key, string Value)[] entries) => MerklePatriciaTrie.Build(entries.Select(static entry =>
        ((ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(entry.Key), (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(entry.Value))));
}
