using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.Cannon;
using Gavel.Cannon.Preimages;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.TestKit;

namespace Gavel.Tests.Devnet.Guests;

/// <summary>The programs judge a real rollup: batches in transactions of a real L1, preimages from its nodes.</summary>
public sealed class GuestOnDevnetTests
{
    [Fact]
    public async Task Verdicts_on_a_real_devnet_are_those_of_its_rollup_node()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync(new DevnetOptions { InitialL2Blocks = 4 });
        await devnet.MineL1Async(3);
        Hash32 early = (await devnet.L1.GetBlockAsync(BlockRef.Latest, default)).Hash;
        await devnet.MineL2Async(3);

        // Forged: another contract's event; and from the batcher itself a second block 8, a block of another chain, and bytes.
        DerivedBlock seventh = await Batcher.ReadBlockAsync(devnet.L2, 7, default);
        Hash32 storageRoot = seventh.MessagePasserStorageRoot;
        L2Block rival = new(L2Block.HeaderOf(8, seventh.Hash, "rival"), storageRoot);
        using JsonDocument artifact = JsonDocument.Parse(File.ReadAllBytes(Checkout.PathOf("devnet", "artifacts", "BatchForger.json")));
        byte[] forgerCode = Hex.Decode(artifact.RootElement.GetProperty("bytecode").GetProperty("object").GetString()!);
        Address forger = (await SendAsync(devnet, DevnetAccounts.Dishonest, null, forgerCode)).ContractAddress!.Value;
        await PostAsync(devnet, DevnetAccounts.Dishonest, forger, rival);
        await PostAsync(devnet, DevnetAccounts.Batcher, DevnetAddresses.BatchInbox, new L2Block(L2Block.HeaderOf(8, Keccak256.Empty), storageRoot));
        await PostAsync(devnet, DevnetAccounts.Batcher, DevnetAddresses.BatchInbox, new L2Block(L2Block.HeaderOf(9, seventh.Hash), storageRoot));
        await SendAsync(devnet, DevnetAccounts.Batcher, DevnetAddresses.BatchInbox, InboxAbi.PostData("no header"u8.ToArray(), storageRoot));
        await devnet.MineL2Async(2);
        await PostAsync(devnet, DevnetAccounts.Batcher, DevnetAddresses.BatchInbox, rival);
        await devnet.MineL1Async(2);

        Hash32 head = (await devnet.L1.GetBlockAsync(BlockRef.Latest, default)).Hash;
        RollupView view = await new RollupDerivation(devnet.L1).AdvanceAsync(null, default);
        Assert.Equal(9UL, view.SafeHead!.Number);
        Hash32 Output(ulong number) => view.Find(number)!.OutputRoot;

        foreach (string guest in Guest.Names)
        {
            Expect(guest, 0, head, 3, Output(6), 6);
            Expect(guest, 1, head, 3, Output(5), 6);
            Expect(guest, 0, head, 8, Output(9), 9);
            Expect(guest, 0, head, 1, Output(9), 5000);
            Expect(guest, 1, head, 1, Output(8), 5000);
            Expect(guest, 1, head, 3, rival.Output, 8);
            Expect(guest, 0, head, 6, Output(6), 6); // the agreed block once more
            Expect(guest, 1, head, 6, Output(5), 5);
            Expect(guest, 0, early, 1, Output(4), 6); // at an earlier L1 head block 4 is the last
            Expect(guest, 1, early, 1, Output(6), 6);
            Expect(guest, 2, early, 6, Output(7), 7); // and block 6 is not derivable
        }

        void Expect(string guest, int exitCode, Hash32 l1Head, ulong agreed, Hash32 claimed, ulong number)
        {
            DisputedClaim claim = new(l1Head, Output(agreed), claimed, number, devnet.Options.L2ChainId);
            RollupPreimages preimages = new(claim, devnet.L1, devnet.L2);
            GuestRun run = Guest.Run(guest, new VerifyingPreimageSource(preimages, claim.ToPreimages()));
            Assert.True(exitCode == run.ExitCode, $"{guest} on {claim}: exit code {run.ExitCode}, {run.Output}");
        }
    }

    [Fact]
    public async Task What_the_nodes_do_not_have_is_an_error()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync();
        RpcBlock head = await devnet.L1.GetBlockAsync(BlockRef.Latest, default);
        Hash32 unknown = Keccak256.Hash("unknown"u8);
        RollupPreimages preimages = new(new DisputedClaim(head.Hash, unknown, unknown, 5, 901), devnet.L1, devnet.L2);
        Hash32 header = PreimageKey.Keccak(head.Hash);

        Fails("no hint told what it is", header);
        Hint($"l1-block-header {head.Hash}");
        Assert.Equal(head.Hash, Keccak256.Hash(preimages.GetPreimage(header)));
        Assert.Equal(head.Hash.ToArray(), preimages.GetPreimage(PreimageKey.Local(1)));
        Fails($"the last hint, \"l1-block-header {head.Hash}\", does not yield it", PreimageKey.Keccak(head.ParentHash));
        Fails("does not yield it", head.Hash.WithFirstByte(4));
        Fails("does not yield it", PreimageKey.Local(6));

        foreach ((string hint, string reason) in new[]
        {
            ($"l1-block-header {unknown}", $"the L1 node does not have block {unknown}"),
            ($"l1-receipts {unknown}", $"the L1 node does not have block {unknown}"),
            ($"agreed-output {unknown}", $"has the output root {unknown}"),
        })
        {
            Hint(hint);
            Fails(reason, PreimageKey.Keccak(unknown));
        }

        foreach (string hint in (string[])["", "l1-block-header", "l1-block-header 0x12", $"l1-block-header {unknown} ", $"l1-blob {unknown}", $"L1-RECEIPTS {unknown}"])
        {
            Assert.Throws<PreimageException>(() => Hint(hint));
        }

        void Hint(string text) => preimages.Hint(System.Text.Encoding.UTF8.GetBytes(text));

        void Fails(string reason, Hash32 key) =>
            Assert.Contains(reason, Assert.Throws<PreimageException>(() => preimages.GetPreimage(key)).Message, StringComparison.Ordinal);
    }

    private static Task<RpcReceipt> PostAsync(LocalDevnet devnet, DevnetAccount from, Address to, L2Block block) =>
        SendAsync(devnet, from, to, InboxAbi.PostData(block.Header.Encode(), block.StorageRoot));

    private static async Task<RpcReceipt> SendAsync(LocalDevnet devnet, DevnetAccount from, Address? to, byte[] data)
    {
        JsonObject transaction = new() { ["from"] = from.Address.ToString(), ["data"] = Hex.Encode(data), ["gas"] = Hex.Quantity(2_000_000) };
        if (to is { } target)
        {
            transaction["to"] = target.ToString();
        }

        Hash32 hash = Hash32.Parse((await devnet.L1.Rpc.RequestAsync(new RpcRequest("eth_sendTransaction", transaction), default)).GetString()!);
        for (int attempt = 0; attempt < 500; attempt++)
        {
            if (await devnet.L1.FindReceiptAsync(hash, default) is { } receipt)
            {
                return receipt.Succeeded ? receipt : throw new InvalidOperationException($"transaction {hash} reverted");
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"transaction {hash} was not mined");
    }
}
