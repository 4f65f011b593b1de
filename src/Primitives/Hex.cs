namespace Gavel.Primitives;

/// <summary>Hexadecimal text with the <c>0x</c> prefix that JSON-RPC uses: byte strings ("data") and numbers ("quantities").</summary>
public static class Hex
{
    /// <summary>Writes bytes as lower-case <c>0x</c> text; no bytes give <c>0x</c>.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty ? "0x" : string.Concat("0x", Convert.ToHexStringLower(bytes));

    /// <summary>Writes a number as a quantity: <c>0x</c> and no leading zeros.</summary>
    public static string Quantity(ulong value) => $"0x{value:x}";

    /// <summary>Reads <c>0x</c> text of an even number of digits, of either case.</summary>
    /// <exception cref="FormatException">The prefix is missing, a character is no hex digit, or the count of digits is odd.</exception>
    public static byte[] Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return DecodeDigits(Digits(text), text);
    }

    /// <summary>Reads <c>0x</c> text that must hold exactly as many bytes as <paramref name="destination"/>.</summary>
    /// <exception cref="FormatException">As <see cref="Decode(string)"/>, or the length differs.</exception>
    public static void Decode(string text, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> digits = Digits(text);
        if (digits.Length != destination.Length * 2)
        {
            throw new FormatException($"expected {destination.Length} bytes of hex, got {digits.Length} digits: {Shown(text)}");
        }

        if (Convert.FromHexString(digits, destination, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            throw new FormatException($"not hex: {Shown(text)}");
        }
    }

    /// <summary>Reads a quantity of at most 64 bits. Leading zeros are accepted, since real nodes send them.</summary>
    /// <exception cref="FormatException">Not a quantity, or larger than 64 bits.</exception>
    public static ulong QuantityToUInt64(string text)
    {
        UInt256 value = UInt256.ParseHex(text);
        return value.TryToUInt64(out ulong result) ? result : throw new FormatException($"quantity is larger than 64 bits: {Shown(text)}");
    }

    internal static ReadOnlySpan<char> Digits(string text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? text.AsSpan(2)
            : throw new FormatException($"hex without the prefix 0x: {Shown(text)}");

    /// <summary>At most 80 characters of a faulty text, so that an error about a huge input stays readable.</summary>
    public static string Shown(string text) => text.Length <= 80 ? $"\"{text}\"" : $"\"{text[..80]}…\" ({text.Length} characters)";

    private static byte[] DecodeDigits(ReadOnlySpan<char> digits, string text)
    {
        byte[] result = new byte[digits.Length / 2];
        if (digits.Length % 2 != 0)
        {
            throw new FormatException($"hex with an odd number of digits: {Shown(text)}");
        }

        return Convert.FromHexString(digits, result, out _, out _) == System.Buffers.OperationStatus.Done
            ? result
            : throw new FormatException($"not hex: {Shown(text)}");
    }
}
