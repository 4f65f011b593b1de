using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Gavel.Cannon.Preimages;

/// <summary>The type of a preimage key: its first byte (specs, fault-proof "Pre-image key types").</summary>
public enum PreimageKeyType : byte
{
    /// <summary>A value of this one dispute: L1 head, agreed and disputed output root, block number, chain id.</summary>
    Local = 1,

    /// <summary>The preimage of a Keccak-256 hash.</summary>
    Keccak256 = 2,

    /// <summary>Reserved; never served.</summary>
    Generic = 3,

    /// <summary>The preimage of a SHA-256 hash.</summary>
    Sha256 = 4,

    /// <summary>A field element of a blob, 32 bytes.</summary>
    Blob = 5,

    /// <summary>The status byte and output of a precompile.</summary>
    Precompile = 6,
}

/// <summary>Keys of preimages, and what can be told of a value from its key alone.</summary>
public static class PreimageKey
{
    /// <summary>The key of local value <paramref name="ident"/>: <c>01</c>, 23 zero bytes, the number in 8 bytes.</summary>
    public static Hash32 Local(ulong ident)
    {
        Span<byte> key = stackalloc byte[Hash32.Size];
        key.Clear();
        key[0] = (byte)PreimageKeyType.Local;
        BinaryPrimitives.WriteUInt64BigEndian(key[24..], ident);
        return new Hash32(key);
    }

    /// <summary>The key of the preimage of a Keccak-256 hash.</summary>
    public static Hash32 Keccak(Hash32 hash) => hash.WithFirstByte((byte)PreimageKeyType.Keccak256);

    /// <summary>The number of a local key, or null if the key is no well-formed local key.</summary>
    public static ulong? LocalIdent(Hash32 key)
    {
        ReadOnlySpan<byte> bytes = Hash32.BytesOf(in key);
        return bytes[0] == (byte)PreimageKeyType.Local && !bytes[1..24].ContainsAnyExcept((byte)0) ? BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]) : null;
    }

    /// <summary>True for the types whose value is bound to the key by a hash, so that a value can be checked wherever it came from.</summary>
    public static bool IsHash(Hash32 key) => (PreimageKeyType)key.FirstByte is PreimageKeyType.Keccak256 or PreimageKeyType.Sha256;

    /// <summary>What is wrong with a value for this key, or null if nothing is that can be told from the two.</summary>
    public static string? Mismatch(Hash32 key, ReadOnlySpan<byte> value)
    {
        switch ((PreimageKeyType)key.FirstByte)
        {
            case PreimageKeyType.Local:
                return LocalMismatch(key, value.Length);
            case PreimageKeyType.Keccak256:
                Hash32 keccak = Keccak256.Hash(value);
                return Keccak(keccak) == key ? null : $"its Keccak-256 hash is {keccak}";
            case PreimageKeyType.Sha256:
                Hash32 sha = new(SHA256.HashData(value));
                return sha.WithFirstByte((byte)PreimageKeyType.Sha256) == key ? null : $"its SHA-256 hash is {sha}";
            case PreimageKeyType.Blob:
                return value.Length == 32 ? null : $"a field element has 32 bytes, not {value.Length}";
            case PreimageKeyType.Precompile:
                return value is [1, ..] or [0] ? null : "a precompile's result is the byte 01 and its output, or the single byte 00";
            default:
                return $"keys of type {key.FirstByte} are not served";
        }
    }

    private static string? LocalMismatch(Hash32 key, int length) => LocalIdent(key) switch
    {
        null => "a local key is 01, 23 zero bytes and a number",
        0 => "local keys begin at 1",
        1 or 2 or 3 when length != 32 => $"local values 1 to 3 are hashes of 32 bytes, not {length}",
        4 or 5 when length != 8 => $"local values 4 and 5 are numbers of 8 bytes, not {length}",
        _ => null,
    };
}
