using System.Buffers.Binary;

namespace Gavel.TestKit.Judges;

/// <summary>The first four bytes of a call or of a custom error: the first four of the signature's Keccak-256, as a big-endian number.</summary>
public readonly record struct AbiSelector(uint Value)
{
    /// <summary>Bytes in a selector.</summary>
    public const int Size = 4;

    /// <summary>The selector of a canonical signature such as <c>transfer(address,uint256)</c>.</summary>
    public static AbiSelector Of(string canonicalSignature)
    {
        Hash32 hash = Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(canonicalSignature));
        return new AbiSelector(BinaryPrimitives.ReadUInt32BigEndian(Hash32.BytesOf(in hash)));
    }

    /// <summary>The selector at the start of call or revert data; null when there are fewer than four bytes.</summary>
    public static AbiSelector? At(ReadOnlySpan<byte> data) =>
        data.Length >= Size ? new AbiSelector(BinaryPrimitives.ReadUInt32BigEndian(data)) : null;

    /// <summary>Reads <c>0x</c> and 8 hex digits.</summary>
    /// <exception cref="FormatException">Any other text.</exception>
    public static AbiSelector Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        Hex.Decode(text, bytes);
        return new AbiSelector(BinaryPrimitives.ReadUInt32BigEndian(bytes));
    }

    /// <summary>Writes the four bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, Value);

    /// <summary><c>0x</c> and 8 hex digits.</summary>
    public override string ToString() => $"0x{Value:x8}";
}
