using Gavel.Cannon.Preimages;
using Gavel.Devnet;

namespace Gavel.Tests.Devnet.Guests;

/// <summary>A rollup of <paramref name="length"/> blocks and the game that asks about it: block 3 is agreed.</summary>
internal sealed class Dispute(int length = 8)
{
    public const ulong AgreedNumber = 3;

    /// <summary>The inbox, and another contract that emits the same event.</summary>
    public static readonly Address Inbox = DevnetAddresses.BatchInbox, Forger = Address.Parse("0x00000000000000000000000000000000000000f0");

    public static readonly Hash32 NoOutput = Keccak256.Hash("no block has this output"u8);

    /// <summary>Blocks by number; the first is number 1, and place 0 is empty.</summary>
    public L2Block[] Blocks { get; } = Chain(length);

    public L1Sketch L1 { get; } = new L1Sketch().Mine();

    public ulong ChainId { get; set; } = 901;

    /// <summary>The claimed output root and number, and the agreed output; true ones unless changed.</summary>
    public (Hash32 Output, ulong Number) Claim { get; set; }

    public Hash32? Agreed { get; set; }

    /// <summary>Posts each block in an L1 block of its own, and an empty one after each.</summary>
    public Dispute PostAll()
    {
        Post(Blocks[1..]);
        return this;
    }

    public Dispute Post(params L2Block[] blocks)
    {
        foreach (L2Block block in blocks)
        {
            L1.Mine([block.Log(Inbox)]).Mine();
        }

        return this;
    }

    public Dispute Claiming(Hash32 output, ulong number)
    {
        Claim = (output, number);
        return this;
    }

    /// <summary>The local values, and the agreed output's preimage, put where the guest finds them.</summary>
    public L1Sketch Sealed()
    {
        L1.AddKeccak(Blocks[AgreedNumber].OutputPreimage);
        DisputedClaim locals = new(L1.Head, Agreed ?? Blocks[AgreedNumber].Output, Claim.Output, Claim.Number, ChainId);
        foreach ((Hash32 key, byte[] value) in locals.ToPreimages())
        {
            L1.Add(key, value);
        }

        byte[] document = System.Text.Encoding.ASCII.GetBytes(RollupPreimages.RollupDocument);
        L1.Add(new Hash32(System.Security.Cryptography.SHA256.HashData(document)).WithFirstByte((byte)PreimageKeyType.Sha256), document);
        return L1;
    }

    private static L2Block[] Chain(int length)
    {
        L2Block[] blocks = new L2Block[length + 1];
        blocks[1] = L2Block.Genesis();
        for (int i = 2; i <= length; i++)
        {
            blocks[i] = blocks[i - 1].Next();
        }

        return blocks;
    }
}
