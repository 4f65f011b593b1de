using System.Buffers.Binary;

namespace Gavel.Primitives;

/// <summary>Keccak-256 with the padding that Ethereum uses (the one of before FIPS 202).</summary>
public static class Keccak256
{
    /// <summary>Bytes absorbed by one permutation.</summary>
    public const int Rate = 136;

    /// <summary>Hash of no bytes.</summary>
    public static Hash32 Empty { get; } = Hash([]);

    /// <summary>Hash of a whole message.</summary>
    public static Hash32 Hash(ReadOnlySpan<byte> message)
    {
        KeccakState<ulong> state = default;
        while (message.Length >= Rate)
        {
            Absorb(ref state, message[..Rate]);
            message = message[Rate..];
        }

        AbsorbLast(ref state, message);
        return Squeeze(state);
    }

    /// <summary>Hash of two values, one after the other: a node of a binary Merkle tree.</summary>
    public static Hash32 HashPair(Hash32 left, Hash32 right)
    {
        KeccakState<ulong> state = default;
        PortablePairs.Load(ref state, in left, in right);
        KeccakPermutation<ulong, PortableLanes>.Run(ref state);
        return Squeeze(state);
    }

    /// <summary>
    /// Hashes pairs: <c>parents[i] = keccak(children[2i] ++ children[2i + 1])</c>, several at a time where the processor can. Parents may be
    /// written over the children from the same start. Disjoint slices may be hashed on several threads at once.
    /// </summary>
    /// <exception cref="ArgumentException">The children are not twice as many as the parents, or the parents begin inside of the children.</exception>
    public static void HashPairs(ReadOnlySpan<Hash32> children, Span<Hash32> parents)
    {
        if (children.Length != 2 * parents.Length)
        {
            throw new ArgumentException($"{children.Length} children cannot make {parents.Length} parents", nameof(parents));
        }

        if (children.Overlaps(parents, out int offset) && offset > 0)
        {
            throw new ArgumentException($"the parents begin {offset} values inside of the children and would overwrite some unread", nameof(parents));
        }

        KeccakKernels.HashPairs(KeccakKernels.Best, children, parents);
    }

    /// <summary>Absorbs one block of <see cref="Rate"/> bytes.</summary>
    internal static void Absorb(ref KeccakState<ulong> state, ReadOnlySpan<byte> block)
    {
        for (int i = 0; i < Rate / 8; i++)
        {
            state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }

        KeccakPermutation<ulong, PortableLanes>.Run(ref state);
    }

    /// <summary>Absorbs the rest of a message, less than a block, with its padding.</summary>
    internal static void AbsorbLast(ref KeccakState<ulong> state, ReadOnlySpan<byte> rest)
    {
        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        rest.CopyTo(last);
        last[rest.Length] = 1;
        last[Rate - 1] |= 0x80;
        Absorb(ref state, last);
    }

    internal static Hash32 Squeeze(ReadOnlySpan<ulong> state)
    {
        Span<byte> result = stackalloc byte[Hash32.Size];
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(result[(8 * i)..], state[i]);
        }

        return new Hash32(result);
    }

    internal static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];
}
