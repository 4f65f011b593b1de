using Gavel.Cannon;
using Gavel.Cannon.Preimages;
using Gavel.TestKit.Judges;

namespace Gavel.Tests.Devnet.Guests;

/// <summary>Data that no chain can give end a program with exit code 2; data that is not there ends the run without a verdict.</summary>
public sealed class GuestImpossibleDataTests
{
    public static TheoryData<string> Guests => [.. Guest.Names.Where(name => name.StartsWith("rollup", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Guests))]
    public void Local_values_of_another_length_are_impossible(string guest)
    {
        foreach (ulong ident in (ulong[])[1, 2, 3, 4, 5])
        {
            L1Sketch l1 = True().Sealed();
            Hash32 key = PreimageKey.Local(ident);
            byte[] value = l1.GetPreimage(key);
            l1.Add(key, value[1..]);
            AssertImpossible(guest, l1, "a local value has the wrong length");
            l1.Add(key, [.. value, 0]);
            AssertImpossible(guest, l1, "a local value has the wrong length");
        }
    }

    [Theory, MemberData(nameof(Guests))]
    public void Another_chain_is_impossible(string guest)
    {
        Dispute dispute = True();
        dispute.ChainId = 10;
        AssertImpossible(guest, dispute.Sealed(), "another chain");
    }

    [Theory, MemberData(nameof(Guests))]
    public void An_agreed_output_that_is_none_is_impossible(string guest)
    {
        Dispute dispute = True();
        byte[] preimage = dispute.Blocks[3].OutputPreimage;
        foreach ((byte[] bytes, string reason) in new[]
        {
            (preimage[..127], "the agreed output has the wrong length"),
            ([.. preimage, 0], "the agreed output has the wrong length"),
            ([], "the agreed output has the wrong length"),
            ([1, .. preimage[1..]], "the agreed output has an unknown version"),
            ([.. preimage[..31], 1, .. preimage[32..]], "the agreed output has an unknown version"),
        })
        {
            dispute.Agreed = dispute.L1.AddKeccak(bytes);
            AssertImpossible(guest, dispute.Sealed(), reason);
        }
    }

    /// <summary>Nothing follows from an agreed block that is not on this chain, so no claim holds.</summary>
    [Theory, MemberData(nameof(Guests))]
    public void An_agreed_block_that_is_not_derivable_is_impossible(string guest)
    {
        const string Reason = "the agreed block is not among the derived ones";
        Dispute dispute = True();
        L2Block rival = dispute.Blocks[2].Next("rival");
        byte[] otherState = dispute.Blocks[3].OutputPreimage;
        otherState[40] ^= 1;
        L2Block beyond = dispute.Blocks[8].Next();
        foreach (byte[] agreed in new[] { rival.OutputPreimage, otherState, beyond.OutputPreimage, new byte[128] })
        {
            dispute.Agreed = dispute.L1.AddKeccak(agreed);
            AssertImpossible(guest, dispute.Sealed(), Reason);
        }

        Dispute empty = new Dispute().Claiming(dispute.Blocks[4].Output, 4);
        AssertImpossible(guest, empty.Sealed(), Reason);
    }

    [Theory, MemberData(nameof(Guests))]
    public void A_broken_chain_of_L1_headers_is_impossible(string guest)
    {
        const string Undecodable = "an L1 header does not decode";
        AssertBroken(Undecodable, header => header.Encode()[..^1]);
        AssertBroken(Undecodable, header => [.. header.Encode(), 0]);
        AssertBroken(Undecodable, _ => []);
        AssertBroken(Undecodable, _ => [0xc0]);
        AssertBroken(Undecodable, header => Keccak256.Hash(header.Encode()).ToArray());
        AssertBroken("an L1 header is not one below its child", header => Renumbered(header, header.Number - 1));
        AssertBroken("an L1 header is not one below its child", header => Renumbered(header, header.Number + 1));
        AssertBroken("L1 block 0 has a parent", header => Renumbered(header, 0), isHead: true);

        void AssertBroken(string reason, Func<BlockHeader, byte[]> seal, bool isHead = false)
        {
            Dispute dispute = new();
            dispute.Post(dispute.Blocks[1..5]);
            dispute.L1.MineReceipts([], seal);
            if (!isHead)
            {
                dispute.Post(dispute.Blocks[5..]);
            }

            AssertImpossible(guest, dispute.Claiming(dispute.Blocks[4].Output, 4).Sealed(), reason);
        }

        static byte[] Renumbered(BlockHeader header, ulong number)
        {
            // The number is the ninth field.
            RlpReader reader = RlpReader.OfList(header.Encode());
            List<byte[]> fields = [];
            while (!reader.IsAtEnd)
            {
                fields.Add(reader.ReadRaw().ToArray());
            }

            return RlpWriter.EncodeList(list =>
            {
                for (int i = 0; i < fields.Count; i++)
                {
                    _ = i == 8 ? list.UInt64(number) : list.Raw(fields[i]);
                }
            });
        }
    }

    [Theory, MemberData(nameof(Guests))]
    public void A_broken_receipts_trie_is_impossible(string guest)
    {
        byte[] receipt = L1Sketch.ReceiptOf(2, [L2Block.Genesis().Log(Dispute.Inbox)]).Encode();
        byte[] leaf = RlpWriter.EncodeList(node => node.Bytes([0x20, 0x80]).Bytes(receipt));
        AssertBroken(null, leaf); // the whole of the following is one change away from this good trie
        AssertBroken("a node of a receipts trie does not decode", leaf[..^1]);
        AssertBroken("a node of a receipts trie does not decode", RlpWriter.EncodeList(node => node.Bytes([0x20, 0x80]).Bytes(receipt).Bytes([])));
        AssertBroken("a path of a receipts trie does not decode", RlpWriter.EncodeList(node => node.Bytes([0x40, 0x80]).Bytes(receipt)));
        AssertBroken("a path of a receipts trie does not decode", RlpWriter.EncodeList(node => node.Bytes([0x2f, 0x80]).Bytes(receipt)));
        AssertBroken("a leaf of a receipts trie does not decode", RlpWriter.EncodeList(node => node.Bytes([0x38, 0x01]).Bytes(receipt)));
        AssertBroken("a leaf of a receipts trie does not decode", RlpWriter.EncodeList(node => node.Bytes([0x20, 0x80]).Bytes([])));
        AssertBroken("a leaf of a receipts trie does not decode", RlpWriter.EncodeList(node => node.Bytes([0x38]).Bytes(receipt)));
        AssertBroken("a leaf of a receipts trie does not decode", RlpWriter.EncodeList(node => node.Bytes([0x20, 0x00]).Bytes(receipt)));
        AssertBroken("a key of a receipts trie is too long", RlpWriter.EncodeList(node => node.Bytes([0x20, 0x84, 1, 1, 1, 1]).Bytes(receipt)));
        AssertBroken("the indices of a receipts trie have a gap", RlpWriter.EncodeList(node => node.Bytes([0x20, 0x01]).Bytes(receipt)));
        AssertBroken("a child in a receipts trie is no hash", RlpWriter.EncodeList(node => node.Bytes([0x00, 0x80]).Bytes(receipt)));
        AssertBroken("a receipt does not decode", RlpWriter.EncodeList(node => node.Bytes([0x20, 0x80]).Bytes(receipt.AsSpan()[..^1])));
        AssertBroken("a receipt does not decode", RlpWriter.EncodeList(node => node.Bytes([0x20, 0x80]).Bytes([2, 0xc0])));

        void AssertBroken(string? reason, byte[] root)
        {
            Dispute dispute = new();
            Hash32 receipts = dispute.L1.AddKeccak(root);
            dispute.L1.MineReceipts([L1Sketch.ReceiptOf(2, [dispute.Blocks[1].Log(Dispute.Inbox)])], header => WithReceipts(header, receipts));
            dispute.Post(dispute.Blocks[2..]);
            L1Sketch l1 = dispute.Claiming(dispute.Blocks[4].Output, 4).Sealed();
            if (reason is null)
            {
                Assert.Equal(0, Guest.Run(guest, l1).ExitCode);
            }
            else
            {
                AssertImpossible(guest, l1, reason);
            }
        }

        static byte[] WithReceipts(BlockHeader header, Hash32 root)
        {
            byte[] encoded = header.Encode();
            int at = encoded.AsSpan().IndexOf(header.ReceiptsRoot.ToArray());
            root.CopyTo(encoded.AsSpan(at));
            return encoded;
        }
    }

    [Theory, MemberData(nameof(Guests))]
    public void A_preimage_that_no_one_has_ends_the_run_without_a_verdict(string guest)
    {
        Dispute dispute = True();
        L1Sketch l1 = dispute.Sealed();
        Assert.Equal(0, Guest.Run(guest, l1).ExitCode);
        Hash32[] asked = [.. l1.Asked];
        foreach (Hash32 key in (Hash32[])[asked[0], asked[5], asked[8], asked[^1]])
        {
            L1Sketch lacking = True().Sealed();
            Assert.True(lacking.Remove(key));
            PreimageException error = Assert.ThrowsAny<PreimageException>(() => Guest.Run(guest, lacking));
            Assert.Contains(key.ToString(), error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>A value that does not match its key is stopped before the VM, whatever the guest would make of it.</summary>
    [Theory, MemberData(nameof(Guests))]
    public void A_preimage_that_does_not_match_its_key_never_reaches_the_VM(string guest)
    {
        L1Sketch honest = True().Sealed();
        Assert.Equal(0, Guest.Run(guest, honest).ExitCode);
        Hash32[] keys = [.. honest.Asked.Where(key => key.FirstByte != (byte)PreimageKeyType.Local).Distinct()];
        for (int i = 0; i < keys.Length; i++)
        {
            byte[] value = honest.GetPreimage(keys[i]);
            byte[] changed = [.. value];
            changed[value.Length / 2] ^= 1;
            byte[][] wrong = [changed, value[..^1], [.. value, 0], []];
            L1Sketch lying = True().Sealed();
            lying.Add(keys[i], wrong[i % wrong.Length]);
            PreimageServerException error = Assert.Throws<PreimageServerException>(
                () => Guest.Run(guest, new VerifyingPreimageSource(lying)));
            Assert.Equal(PreimageServerFault.WrongValue, error.Fault);
            Assert.Equal(keys[i], lying.Asked[^1]);
        }
    }

    private static Dispute True()
    {
        Dispute dispute = new Dispute().PostAll();
        return dispute.Claiming(dispute.Blocks[6].Output, 6);
    }

    private static void AssertImpossible(string guest, L1Sketch l1, string reason)
    {
        GuestRun run = Guest.Run(guest, l1);
        Assert.Equal((2, $"impossible data: {reason}\n"), (run.ExitCode, run.Output));
    }
}
