using System.Buffers.Binary;

namespace Gavel.SuperRoots;

/// <summary>What one chain adds to a super root.</summary>
/// <param name="ChainId">Its id; any 256-bit number can be claimed.</param>
/// <param name="OutputRoot">The output root of its newest block at or before the super root's timestamp.</param>
public readonly record struct ChainOutput(UInt256 ChainId, Hash32 OutputRoot);

/// <summary>
/// A super root, version 1 (OP Stack specification, "super root"): the output roots of all chains at a time. Its chains keep the order in which they were given or
/// read, for contracts and program take any; only <see cref="Build"/>, which makes our own, sorts.
/// </summary>
public sealed class SuperRoot
{
    /// <summary>The only version there is; the first byte of the encoding.</summary>
    public const byte Version = 1;

    /// <summary>Bytes before the chains: version and timestamp.</summary>
    public const int HeadSize = 1 + sizeof(ulong);

    /// <summary>Bytes of a chain: id and output root.</summary>
    public const int ChainSize = UInt256.Size + Hash32.Size;

    private readonly byte[] _encoding;

    /// <summary>From its parts, in their order.</summary>
    /// <param name="timestamp">Seconds since the epoch.</param>
    /// <param name="chains">At least one.</param>
    /// <exception cref="SuperFormatException">There is no chain.</exception>
    public SuperRoot(ulong timestamp, IReadOnlyList<ChainOutput> chains)
    {
        ArgumentNullException.ThrowIfNull(chains);
        if (chains.Count == 0)
        {
            throw new SuperFormatException(SuperFault.Length, "a super root of no chain: at least one belongs in it");
        }

        Timestamp = timestamp;
        Chains = chains;
        _encoding = Encode();
        Hash = Keccak256.Hash(_encoding);
    }

    /// <summary>Seconds since the epoch. A claimed one can be any number of 64 bits.</summary>
    public ulong Timestamp { get; }

    /// <summary>The chains, in their order.</summary>
    public IReadOnlyList<ChainOutput> Chains { get; }

    /// <summary>01 ++ timestamp (8 bytes) ++ for each chain id (32) ++ output root (32).</summary>
    public ReadOnlyMemory<byte> Encoding => _encoding;

    /// <summary>Keccak of the encoding: the super root itself.</summary>
    public Hash32 Hash { get; }

    /// <summary>Whether ids ascend strictly. One that does not is well formed, but is never honest.</summary>
    public bool IsAscending => Chains.Zip(Chains.Skip(1)).All(static pair => pair.First.ChainId < pair.Second.ChainId);

    /// <summary>Whether the program can read it: it takes ids of 64 bits, and dies of a greater one. Such a root is false, for no chain of it can be derived.</summary>
    public bool FitsProgram => Chains.All(static chain => chain.ChainId.TryToUInt64(out _));

    /// <summary>Our own: chains in ascending order of their ids.</summary>
    /// <exception cref="SuperFormatException">There is no chain.</exception>
    /// <exception cref="ArgumentException">A chain is there twice.</exception>
    public static SuperRoot Build(ulong timestamp, IEnumerable<ChainOutput> chains)
    {
        SuperRoot root = new(timestamp, [.. chains.OrderBy(static chain => chain.ChainId)]);
        return root.IsAscending ? root : throw new ArgumentException("a chain is there twice", nameof(chains));
    }

    /// <summary>Reads an encoding, strictly by version and length; the order of the chains is kept.</summary>
    /// <exception cref="SuperFormatException">It is none.</exception>
    public static SuperRoot Decode(ReadOnlySpan<byte> encoding)
    {
        if (encoding.IsEmpty)
        {
            throw new SuperFormatException(SuperFault.Length, "a super root of 0 bytes: 9, and 64 for each chain, belong there");
        }

        if (encoding[0] != Version)
        {
            throw new SuperFormatException(SuperFault.Version, $"a super root of version {encoding[0]}: only version {Version} is known");
        }

        if (encoding.Length < HeadSize + ChainSize || (encoding.Length - HeadSize) % ChainSize != 0)
        {
            throw new SuperFormatException(SuperFault.Length, $"a super root of {encoding.Length} bytes: {HeadSize}, and {ChainSize} for each of at least one chain, belong there");
        }

        ChainOutput[] chains = new ChainOutput[(encoding.Length - HeadSize) / ChainSize];
        for (int i = 0; i < chains.Length; i++)
        {
            ReadOnlySpan<byte> chain = encoding.Slice(HeadSize + (i * ChainSize), ChainSize);
            chains[i] = new ChainOutput(new UInt256(chain[..UInt256.Size]), new Hash32(chain[UInt256.Size..]));
        }

        return new SuperRoot(BinaryPrimitives.ReadUInt64BigEndian(encoding[1..]), chains);
    }

    /// <summary>The output root of a chain, the first where it is there twice; null where it is not there.</summary>
    public Hash32? OutputOf(UInt256 chainId)
    {
        foreach (ChainOutput chain in Chains)
        {
            if (chain.ChainId == chainId)
            {
                return chain.OutputRoot;
            }
        }

        return null;
    }

    /// <summary>Timestamp and chains.</summary>
    public override string ToString() => $"{Hash} at {Timestamp} of {string.Join(", ", Chains.Select(static chain => chain.ChainId))}";

    private byte[] Encode()
    {
        byte[] encoding = new byte[HeadSize + (Chains.Count * ChainSize)];
        encoding[0] = Version;
        BinaryPrimitives.WriteUInt64BigEndian(encoding.AsSpan(1), Timestamp);
        for (int i = 0; i < Chains.Count; i++)
        {
            Span<byte> chain = encoding.AsSpan(HeadSize + (i * ChainSize), ChainSize);
            Chains[i].ChainId.WriteBigEndian(chain);
            Chains[i].OutputRoot.CopyTo(chain[UInt256.Size..]);
        }

        return encoding;
    }
}
