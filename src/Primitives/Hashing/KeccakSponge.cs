namespace Gavel.Primitives;

/// <summary>
/// Keccak-256 block by block with the state after each one: large preimages are posted with a commitment to every such state
/// (PreimageOracle, <c>addLeavesLPP</c>). Not for several threads at once.
/// </summary>
public sealed class KeccakSponge
{
    private KeccakState<ulong> _state;

    /// <summary>The 25 lanes in the order x + 5y, as numbers; valid until the next block.</summary>
    public ReadOnlySpan<ulong> State => _state;

    /// <summary>Blocks absorbed.</summary>
    public int Blocks { get; private set; }

    /// <summary>True once the padded last block is absorbed.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>The hash of the message.</summary>
    /// <exception cref="InvalidOperationException">The last block is not absorbed yet.</exception>
    public Hash32 Hash => IsFinished ? Keccak256.Squeeze(_state) : throw new InvalidOperationException("the last block is not absorbed yet");

    /// <summary>Pads a message's rest, of less than a block, to one block: 0x01, zeros, 0x80 (one byte 0x81 where only one is free).</summary>
    /// <exception cref="ArgumentException">The rest is a block or longer.</exception>
    public static byte[] Pad(ReadOnlySpan<byte> rest)
    {
        if (rest.Length >= Keccak256.Rate)
        {
            throw new ArgumentException($"{rest.Length} bytes are a block of {Keccak256.Rate} or more", nameof(rest));
        }

        byte[] block = new byte[Keccak256.Rate];
        rest.CopyTo(block);
        block[rest.Length] = 1;
        block[^1] |= 0x80;
        return block;
    }

    /// <summary>Absorbs a block of <see cref="Keccak256.Rate"/> bytes that is not the last.</summary>
    /// <exception cref="ArgumentException">The length is another.</exception>
    /// <exception cref="InvalidOperationException">The last block is absorbed already.</exception>
    public void Absorb(ReadOnlySpan<byte> block)
    {
        if (IsFinished)
        {
            throw new InvalidOperationException("the last block is absorbed already");
        }

        if (block.Length != Keccak256.Rate)
        {
            throw new ArgumentException($"a block has {Keccak256.Rate} bytes, not {block.Length}", nameof(block));
        }

        Keccak256.Absorb(ref _state, block);
        Blocks++;
    }

    /// <summary>Absorbs the message's rest, of less than a block and perhaps empty, with its padding.</summary>
    /// <exception cref="ArgumentException">The rest is a block or longer.</exception>
    /// <exception cref="InvalidOperationException">The last block is absorbed already.</exception>
    public void AbsorbLast(ReadOnlySpan<byte> rest)
    {
        Absorb(Pad(rest));
        IsFinished = true;
    }
}
