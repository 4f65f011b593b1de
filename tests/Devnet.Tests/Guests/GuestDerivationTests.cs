using Gavel.Devnet;
using Gavel.Rollup;
using Gavel.TestKit;
using Gavel.TestKit.Judges;

namespace Gavel.Tests.Devnet.Guests;

/// <summary>
/// The programs and the devnet's rollup node derive by one rule, written twice: in Go and in C#. Both read the same random batches, good, forged, and
/// good but for a changed byte, and must come to the same last block.
/// </summary>
public sealed class GuestDerivationTests
{
    private const int Seed = 20261121;
    private const int Length = 40;

    public static TheoryData<string> Guests => [.. Guest.Names.Where(name => name.StartsWith("rollup", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Guests))]
    public void Guest_and_rollup_node_derive_the_same_block(string guest)
    {
        for (int run = 0; run < Scale.Of(4, 40); run++)
        {
            Random random = new(Seed + run);
            Dispute dispute = new();
            RollupView view = RollupView.Empty;
            for (ulong l1 = 0; view.Blocks.Count < Length; l1++)
            {
                // The blocks up to the agreed one come unharmed. A variant that counts becomes the chain, and the next block follows it.
                bool prepared = view.Blocks.Count < (int)Dispute.AgreedNumber;
                L2Block next = prepared
                    ? dispute.Blocks[view.Blocks.Count + 1]
                    : new L2Block(L2Block.HeaderOf(view.SafeHead!.Number + 1, view.SafeHead.Hash), view.SafeHead.Hash);
                byte[] header = prepared || random.Next(4) == 0 ? next.Header.Encode() : Variant(next, random);
                view = view.With(new BlockId(Keccak256.Empty, l1), [L2Block.AbiOf(header, next.StorageRoot)]);
                dispute.L1.Mine([L2Block.LogOf(Dispute.Inbox, header, next.StorageRoot)]);
            }

            DerivedBlock last = view.SafeHead!;
            GuestRun result = Guest.Run(guest, dispute.Claiming(last.OutputRoot, ulong.MaxValue).Sealed());
            Assert.True(
                result.Output == $"claim holds: the output of block {last.Number} is {last.OutputRoot}\n",
                $"seed {Seed + run}: the rollup node derives block {last.Number} with output {last.OutputRoot}, the guest says: {result.Output}");
        }
    }

    // What is done to a header, so that it is none, or the header of another block, or one of a fork to come.
    private static byte[] Variant(L2Block block, Random random)
    {
        byte[] header = block.Header.Encode();
        switch (random.Next(6))
        {
            case 0: // any byte; mostly another block, which then follows
                header[random.Next(header.Length)] ^= (byte)(1 << random.Next(8));
                return header;
            case 1: // prefixes of the list and its first fields
                header[random.Next(8)] = (byte)random.Next(256);
                return header;
            case 2:
                return header[..random.Next(header.Length)];
            default:
                return WithFields(header, random);
        }
    }

    private static byte[] WithFields(byte[] header, Random random)
    {
        RlpReader reader = RlpReader.OfList(header);
        List<byte[]> fields = [];
        while (!reader.IsAtEnd)
        {
            fields.Add(reader.ReadRaw().ToArray());
        }

        int at = random.Next(fields.Count);
        switch (random.Next(5))
        {
            case 0: // fewer fields, as before a fork, or too few
                int keep = random.Next(13, fields.Count);
                fields.RemoveRange(keep, fields.Count - keep);
                break;
            case 1: // more fields: bytes, lists, lists that are not canonical inside
                byte[][] more = [[0x05], [0x80], [0xc0], [0xc1, 0x05], [0xc2, 0x81, 0x05], [0xc1, 0xc0], [0xc2, 0xc1, 0x81]];
                fields.Add(more[random.Next(more.Length)]);
                break;
            case 2: // a number with a leading zero, a field of another length, a list in place of bytes
                byte[][] instead = [[0x82, 0x00, 0x05], [0x00], [0x88, .. new byte[8]], [0xc0], [0x80], [0x05]];
                fields[at] = instead[random.Next(instead.Length)];
                break;
            case 3:
                fields.RemoveAt(at);
                break;
            default: // nesting up to, at and beyond the limit
                byte[] nested = [0xc0];
                for (int depth = random.Next(60, 68); depth > 1; depth--)
                {
                    byte[] inner = nested;
                    nested = RlpWriter.EncodeList(list => list.Raw(inner));
                }

                fields.Add(nested);
                break;
        }

        return RlpWriter.EncodeList(list => fields.ForEach(field => list.Raw(field)));
    }
}
