
using Gavel.TestKit.Judges;

namespace Gavel.Tests.Devnet.Guests;

/// <summary>What the fault-proof programs say about claims, on L1 chains made for the purpose, in both VMs.</summary>
public sealed class GuestVerdictTests
{
    public static TheoryData<string> Guests => [.. Guest.Names];

    [Theory, MemberData(nameof(Guests))]
    public void A_true_claim_holds_and_every_other_one_does_not(string guest)
    {
        Dispute dispute = new Dispute().PostAll();
        Hash32 output = dispute.Blocks[6].Output;
        Assert.Equal((0, $"claim holds: the output of block 6 is {output}\n"), Run(guest, dispute.Claiming(output, 6)));

        byte[] near = output.ToArray();
        near[31] ^= 1;
        Hash32[] lies = [new Hash32(near), dispute.Blocks[5].Output, dispute.Blocks[7].Output, Hash32.Zero, dispute.Blocks[6].Header.Hash];
        foreach (Hash32 lie in lies)
        {
            Assert.Equal((1, $"claim does not hold: the output of block 6 is {output}\n"), Run(guest, dispute.Claiming(lie, 6)));
        }
    }

    [Theory, MemberData(nameof(Guests))]
    public void Beyond_the_last_derivable_block_the_last_one_is_compared(string guest)
    {
        Dispute dispute = new Dispute().PostAll();
        foreach (ulong number in (ulong[])[8, 9, 8 + (1UL << 14), uint.MaxValue, ulong.MaxValue])
        {
            Assert.Equal(0, Run(guest, dispute.Claiming(dispute.Blocks[8].Output, number)).ExitCode);
            Assert.Equal(1, Run(guest, dispute.Claiming(dispute.Blocks[7].Output, number)).ExitCode);
        }
    }

    [Theory, MemberData(nameof(Guests))]
    public void What_the_batches_after_the_L1_head_say_does_not_matter(string guest)
    {
        Dispute dispute = new();
        dispute.Post(dispute.Blocks[1..6]);
        Assert.Equal(0, Run(guest, dispute.Claiming(dispute.Blocks[5].Output, 7)).ExitCode);
        dispute.Post(dispute.Blocks[6..8]);
        Assert.Equal(1, Run(guest, dispute.Claiming(dispute.Blocks[5].Output, 7)).ExitCode);
    }

    [Theory, MemberData(nameof(Guests))]
    public void The_agreed_block_can_be_claimed_again_by_its_own_output_alone(string guest)
    {
        Dispute dispute = new Dispute().PostAll();
        Assert.Equal(0, Run(guest, dispute.Claiming(dispute.Blocks[3].Output, 3)).ExitCode);
        Assert.Equal(1, Run(guest, dispute.Claiming(dispute.Blocks[4].Output, 3)).ExitCode);
        Assert.Equal(1, Run(guest, dispute.Claiming(dispute.Blocks[3].Output, 4)).ExitCode); // which is no licence for the next block
    }

    [Theory, MemberData(nameof(Guests))]
    public void A_number_below_the_agreed_block_does_not_hold(string guest)
    {
        Dispute dispute = new Dispute().PostAll();
        foreach (ulong number in (ulong[])[2, 1, 0])
        {
            Hash32 output = dispute.Blocks[Math.Max(1, number)].Output;
            Assert.Equal(
                (1, $"claim does not hold: block {number} is below the agreed block 3\n"), Run(guest, dispute.Claiming(output, number)));
        }
    }

    [Theory, MemberData(nameof(Guests))]
    public void One_byte_of_a_posted_batch_flips_the_verdict(string guest)
    {
        Dispute honest = new Dispute().PostAll();
        Hash32 output = honest.Blocks[6].Output;
        Assert.Equal(0, Run(guest, honest.Claiming(output, 6)).ExitCode);

        byte[] header = honest.Blocks[6].Header.Encode();
        Random random = new(5);
        for (int i = 0; i < 6; i++)
        {
            byte[] changed = [.. header];
            changed[random.Next(header.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Equal(1, Run(guest, Posting(changed, honest.Blocks[6].StorageRoot).Claiming(output, 6)).ExitCode);
        }

        byte[] root = honest.Blocks[6].StorageRoot.ToArray();
        root[random.Next(root.Length)] ^= 1;
        Assert.Equal(1, Run(guest, Posting(header, new Hash32(root)).Claiming(output, 6)).ExitCode);

        static Dispute Posting(byte[] sixth, Hash32 storageRoot)
        {
            Dispute dispute = new();
            dispute.Post(dispute.Blocks[1..6]);
            dispute.L1.Mine([L2Block.LogOf(Dispute.Inbox, sixth, storageRoot)]);
            dispute.Post(dispute.Blocks[7..]);
            return dispute;
        }
    }

    [Theory, MemberData(nameof(Guests))]
    public void Forged_and_broken_batches_change_nothing(string guest)
    {
        Dispute dispute = new();
        L2Block[] blocks = dispute.Blocks;
        L2Block forged = blocks[5].Next("forged");
        byte[] header = forged.Header.Encode();
        byte[] batch = L2Block.AbiOf(header, forged.StorageRoot);
        Hash32 topic = forged.Log(Dispute.Inbox).Topics[0];
        Log[] noise =
        [
            forged.Log(Dispute.Forger), // another contract
            new L2Block(L2Block.HeaderOf(6, blocks[4].Header.Hash, "forged"), forged.StorageRoot).Log(Dispute.Inbox), // wrong parent
            new L2Block(L2Block.HeaderOf(7, blocks[5].Header.Hash, "forged"), forged.StorageRoot).Log(Dispute.Inbox), // wrong numbers
            new L2Block(L2Block.HeaderOf(5, blocks[5].Header.Hash, "forged"), forged.StorageRoot).Log(Dispute.Inbox),
            new L2Block(L2Block.HeaderOf(0, blocks[5].Header.Hash, "forged"), forged.StorageRoot).Log(Dispute.Inbox),
            new L2Block(L2Block.HeaderOf(ulong.MaxValue, blocks[5].Header.Hash, "forged"), forged.StorageRoot).Log(Dispute.Inbox),
            L2Block.Genesis(6).Log(Dispute.Inbox), // another first block
            new(Dispute.Inbox, [], batch), // no topic, two topics, another event
            new(Dispute.Inbox, [topic, topic], batch),
            new(Dispute.Inbox, [Keccak256.Hash("Batch(bytes)"u8)], batch),
            new(Dispute.Inbox, [topic], Array.Empty<byte>()), // data that do not decode
            new(Dispute.Inbox, [topic], batch.AsMemory()[..^32]),
            new(Dispute.Inbox, [topic], batch.AsMemory()[..95]),
            L2Block.LogOf(Dispute.Inbox, [], forged.StorageRoot), // headers that do not decode
            L2Block.LogOf(Dispute.Inbox, header[..^1], forged.StorageRoot),
            L2Block.LogOf(Dispute.Inbox, [.. header, 0x80], forged.StorageRoot),
            L2Block.LogOf(Dispute.Inbox, [0xc0], forged.StorageRoot),
        ];
        dispute.Post(blocks[1..6]);
        dispute.L1.Mine([.. noise.Select(log => (IReadOnlyList<Log>)[log])]).Mine(noise);
        dispute.Post(blocks[6..]);
        dispute.L1.Mine(noise);

        Assert.Equal(0, Run(guest, dispute.Claiming(blocks[6].Output, 6)).ExitCode);
        Assert.Equal(0, Run(guest, dispute.Claiming(blocks[8].Output, 100)).ExitCode);
        Assert.Equal(1, Run(guest, dispute.Claiming(forged.Output, 6)).ExitCode);
    }

    [Theory, MemberData(nameof(Guests))]
    public void The_first_of_two_good_batches_counts(string guest)
    {
        Dispute dispute = new();
        L2Block rival = dispute.Blocks[5].Next("rival");
        dispute.Post(dispute.Blocks[1..6]).Post(rival).Post(dispute.Blocks[6..]);
        Assert.Equal(0, Run(guest, dispute.Claiming(rival.Output, 6)).ExitCode);
        Assert.Equal(0, Run(guest, dispute.Claiming(rival.Output, 8)).ExitCode);
        Assert.Equal(1, Run(guest, dispute.Claiming(dispute.Blocks[6].Output, 6)).ExitCode);
    }

    /// <summary>The keys of a receipts trie are not in the order of the transactions: index 0 comes after 127.</summary>
    [Theory, MemberData(nameof(Guests))]
    public void Batches_count_in_the_order_of_transactions_and_logs(string guest)
    {
        Dispute dispute = new(16);
        Log other = new(Dispute.Forger, [], new byte[100]);
        List<Log>[] transactions = [.. Enumerable.Range(0, 300).Select(i => i % 7 == 3 ? new List<Log>() : [other])];
        int[] places = [0, 1, 2, 127, 128, 129, 255, 256, 299];
        for (int i = 0; i < places.Length; i++)
        {
            transactions[places[i]].Add(dispute.Blocks[i + 1].Log(Dispute.Inbox));
        }

        transactions[299].AddRange(dispute.Blocks[10..].Select(block => block.Log(Dispute.Inbox)));
        dispute.L1.Mine([.. transactions]);
        Assert.Equal(0, Run(guest, dispute.Claiming(dispute.Blocks[9].Output, 9)).ExitCode);
        Assert.Equal(0, Run(guest, dispute.Claiming(dispute.Blocks[16].Output, 20)).ExitCode);
    }

    [Theory, MemberData(nameof(Guests))]
    public void The_trace_over_a_hundred_L1_blocks_is_short(string guest)
    {
        Dispute dispute = new Dispute(50).PostAll();
        GuestRun run = Guest.Run(guest, dispute.Claiming(dispute.Blocks[50].Output, 50).Sealed());
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(101, dispute.L1.Hints.Count(hint => hint.StartsWith("l1-block-header ", StringComparison.Ordinal)));
        Assert.Equal(50, dispute.L1.Hints.Count(hint => hint.StartsWith("l1-receipts ", StringComparison.Ordinal)));
        Assert.InRange(run.Steps, 1UL, 15_000_000UL);
    }

    private static (int ExitCode, string Output) Run(string guest, Dispute dispute)
    {
        GuestRun run = Guest.Run(guest, dispute.Sealed());
        return (run.ExitCode, run.Output);
    }
}
