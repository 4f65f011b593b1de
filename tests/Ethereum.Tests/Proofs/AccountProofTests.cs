using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gavel.Ethereum.Tests;

/// <summary><c>eth_getProof</c> of anvil against the state root of its header: accounts and slots, there and not there, and forged.</summary>
public sealed class AccountProofTests
{
    private const string From = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

    [Fact]
    public async Task Accounts_and_slots_are_proven_and_forgeries_refused()
    {
        await using AnvilChain chain = await AnvilChain.StartAsync();
        await chain.MineAsync(new JsonObject { ["from"] = From, ["data"] = AnvilChain.LoggingInitCode, ["gas"] = "0x50000" });
        BlockHeader header = (await chain.Reader.GetBlockAsync(BlockRef.Latest, default)).ReadHeader();
        JsonElement receipts = await chain.AskAsync("eth_getBlockReceipts", "latest");
        Address contract = Address.Parse(receipts[0].GetProperty("contractAddress").GetString()!);
        Hash32[] slots = [.. new UInt256[] { 1, 2, 0xff, 3, UInt256.MaxValue }.Select(Hash32.FromUInt256)];
        AccountProof proof = await chain.Reader.GetProofAsync(contract, slots, BlockRef.At(header.Hash), default);
        proof.Verify(header.StateRoot);
        Assert.Equal(contract, proof.Address);
        Assert.Equal(1ul, proof.State.Nonce);
        UInt256[] expected = [0x2a, UInt256.ParseHex(proof.Address.ToString()), 1, 0, 0];
        Assert.Equal(expected, proof.Storage.Select(static slot => slot.Value));
        Assert.Equal((UInt256)0xff, proof.Storage[2].Slot.ToUInt256());

        Refused(proof with { State = proof.State with { Nonce = 2 } });
        Refused(proof with { State = proof.State with { StorageRoot = StorageTrie.EmptyRoot } });
        Refused(proof with { Address = Address.Zero });
        Refused(proof with { Nodes = [.. proof.Nodes.SkipLast(1)] });
        Refused(proof with { Nodes = [.. proof.Nodes, proof.Nodes[^1]] });
        Refused(proof with { Storage = [proof.Storage[0] with { Value = 0x2b }] });
        Refused(proof with { Storage = [proof.Storage[3] with { Value = 1 }] });
        Refused(proof with { Storage = [proof.Storage[0] with { Value = 0, Nodes = proof.Storage[3].Nodes }] });
        Assert.Throws<MerkleProofException>(() => proof.Verify(header.ReceiptsRoot));
        for (int node = 0; node < proof.Nodes.Count; node++)
        {
            for (int at = 0; at < proof.Nodes[node].Length; at += 7)
            {
                byte[] flipped = proof.Nodes[node].ToArray();
                flipped[at] ^= 1;
                Refused(proof with { Nodes = [.. proof.Nodes.Take(node), flipped, .. proof.Nodes.Skip(node + 1)] });
            }
        }

        void Refused(AccountProof forged) => Assert.Throws<MerkleProofException>(() => forged.Verify(header.StateRoot));
    }

    [Fact]
    public async Task Every_funded_account_and_strangers_are_proven()
    {
        await using AnvilChain chain = await AnvilChain.StartAsync("--accounts", "300");
        await chain.MineAsync();
        BlockHeader header = (await chain.Reader.GetBlockAsync(BlockRef.Latest, default)).ReadHeader();
        string[] accounts = [.. (await chain.AskAsync("eth_accounts")).EnumerateArray().Select(static item => item.GetString()!)];
        Assert.Equal(300, accounts.Length);
        foreach (string account in accounts.Where(static (_, i) => i % 10 == 0))
        {
            AccountProof proof = await chain.Reader.GetProofAsync(Address.Parse(account), [], BlockRef.At(header.Hash), default);
            proof.Verify(header.StateRoot);
            Assert.False(proof.State.Balance.IsZero);
            Assert.Throws<MerkleProofException>(() => (proof with { State = AccountState.None }).Verify(header.StateRoot));
        }

        for (int i = 0; i < 30; i++)
        {
            Address stranger = Address.Parse($"0x{i:x2}{new string('7', 38)}");
            AccountProof proof = await chain.Reader.GetProofAsync(stranger, [Hash32.Zero], BlockRef.At(header.Hash), default);
            proof.Verify(header.StateRoot);
            Assert.Equal(AccountState.None, proof.State);
            Assert.Throws<MerkleProofException>(() =>
                (proof with { State = AccountState.None with { Balance = 1 } }).Verify(header.StateRoot));
        }
    }
}
