using System.Buffers.Binary;

namespace Gavel.TestKit.Judges;

/// <summary>The 2048-bit filter over addresses and topics of logs (yellow paper, section 4.3.1). Membership may be false, absence never is.</summary>
public sealed class Bloom : IEquatable<Bloom>
{
    /// <summary>Bytes in a filter.</summary>
    public const int Size = 256;

    private readonly byte[] _bits;

    /// <summary>Takes exactly 256 bytes.</summary>
    /// <exception cref="ArgumentException">The length is not 256.</exception>
    public Bloom(ReadOnlySpan<byte> bytes) =>
        _bits = bytes.Length == Size ? bytes.ToArray() : throw new ArgumentException($"a bloom cannot be made of {bytes.Length} bytes", nameof(bytes));

    /// <summary>The 256 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bits;

    /// <summary>The filter of these logs.</summary>
    public static Bloom Of(IEnumerable<Log> logs)
    {
        ArgumentNullException.ThrowIfNull(logs);
        Bloom bloom = new(new byte[Size]);
        foreach (Log log in logs)
        {
            Address address = log.Address;
            bloom.Add(Address.BytesOf(in address));
            foreach (Hash32 topic in log.Topics)
            {
                bloom.Add(Hash32.BytesOf(in topic));
            }
        }

        return bloom;
    }

    /// <summary>False when no log of this contract is in the filter.</summary>
    public bool MayContain(Address address) => Contains(Address.BytesOf(in address));

    /// <summary>False when no log with this topic is in the filter.</summary>
    public bool MayContain(Hash32 topic) => Contains(Hash32.BytesOf(in topic));

    /// <inheritdoc/>
    public bool Equals(Bloom? other) => other is not null && _bits.AsSpan().SequenceEqual(other._bits);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Bloom);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_bits);
        return hash.ToHashCode();
    }

    /// <summary><c>0x</c> and 512 hex digits.</summary>
    public override string ToString() => Hex.Encode(_bits);

    private void Add(ReadOnlySpan<byte> value)
    {
        Hash32 hash = Keccak256.Hash(value);
        for (int i = 0; i < 3; i++)
        {
            (int at, int mask) = Bit(in hash, i);
            _bits[at] |= (byte)mask;
        }
    }

    private bool Contains(ReadOnlySpan<byte> value)
    {
        Hash32 hash = Keccak256.Hash(value);
        for (int i = 0; i < 3; i++)
        {
            (int at, int mask) = Bit(in hash, i);
            if ((_bits[at] & mask) == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Bits are numbered from the end: three of them, each by 11 bits of the hash.</summary>
    private static (int At, int Mask) Bit(ref readonly Hash32 hash, int i)
    {
        int bit = BinaryPrimitives.ReadUInt16BigEndian(Hash32.BytesOf(in hash)[(2 * i)..]) & 2047;
        return (Size - 1 - (bit / 8), 1 << (bit % 8));
    }
}
