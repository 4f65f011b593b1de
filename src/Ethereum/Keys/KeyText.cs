using System.Buffers;
using System.Security.Cryptography;

namespace Gavel.Ethereum;

/// <summary>A private key written as hex digits. What is written differently but means one thing is taken; all else is refused by what it looks like.</summary>
internal static class KeyText
{
    /// <summary>The most bytes that a file with a key has: room for UTF-16, quotes and blanks.</summary>
    public const int MaxBytes = 1024;

    private const int Digits = 2 * PrivateKey.Size;

    /// <summary>Reads the key.</summary>
    /// <exception cref="AccountException">It is none.</exception>
    public static PrivateKey Read(SecretText text)
    {
        text.Simplify();
        ReadOnlySpan<char> digits = SecretText.Unquoted(text.Span);
        digits = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
        byte[] key = GC.AllocateUninitializedArray<byte>(PrivateKey.Size, pinned: true);
        try
        {
            if (digits.Length != Digits || Convert.FromHexString(digits, key, out _, out _) != OperationStatus.Done)
            {
                throw new AccountException($"{text.Place} should hold a private key of {Digits} hex digits; it {Appearance(digits)}");
            }

            return PrivateKey.IsKey(key)
                ? new PrivateKey(key)
                : throw new AccountException($"{text.Place} holds {Digits} hex digits, but no private key: the number is 0 or not below the curve's order");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static string Appearance(ReadOnlySpan<char> text)
    {
        int words = 0;
        foreach (Range _ in text.SplitAny([' ', '\n']))
        {
            words++;
        }

        int odd = text.IndexOfAnyExcept(s_hex);
        return text switch
        {
            [] => "is empty",
            ['{', ..] => "looks like a keystore (JSON); name it as KeystoreFile",
            _ when text.StartsWith("-----BEGIN", StringComparison.Ordinal) => "looks like a PEM file; write the key's number in hex",
            _ when text.StartsWith("xprv", StringComparison.Ordinal) || text.StartsWith("xpub", StringComparison.Ordinal) => "looks like an extended key of BIP-32; write the account's own key",
            _ when odd < 0 => ByLength(text.Length),
            _ when text.Contains('=') && !text.EndsWith("=") => "looks like an assignment (NAME=value); write the value alone",
            _ when words >= 12 => "looks like a mnemonic phrase; name it as MnemonicFile",
            ['"' or '\'' or '`', ..] or [.., '"' or '\'' or '`'] => "has a quote at one end only",
            _ when text.Contains('\n') => $"has {text.Count('\n') + 1} lines; write the key in one",
            _ when text.Contains(' ') => "has a blank inside",
            _ when !System.Text.Ascii.IsValid(text) => $"has a character beyond ASCII at place {odd + 1}",
            _ => $"has a character that is no hex digit at place {odd + 1} of {text.Length}",
        };
    }

    private static string ByLength(int digits) => digits switch
    {
        40 => "has 40, as many as an address has",
        66 or 128 or 130 => $"has {digits}, as many as a public key has",
        _ => $"has {digits}",
    };

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdefABCDEF");
}
