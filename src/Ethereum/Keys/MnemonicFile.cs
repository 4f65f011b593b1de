using System.Buffers;
using System.Security.Cryptography;
using Nethereum.Accounts.Bip32;
using Nethereum.Signer;

namespace Gavel.Ethereum;

/// <summary>
/// BIP-39 phrases of English words. Nethereum's wallet derives the keys; it takes any text as a phrase, so the words and their checksum are
/// judged here first.
/// </summary>
public static class MnemonicFile
{
    /// <summary>The path of the first account of Ethereum (BIP-44).</summary>
    public const string DefaultPath = DerivationPath.Default;

    private const int MaxBytes = 4096;

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.:");

    // The library writes two of the words as constants of a language.
    private static readonly Lazy<Dictionary<string, int>> s_words =
        new(() => Bip39.WordList.Select((word, i) => (Word: word.ToLowerInvariant(), i)).ToDictionary(p => p.Word, p => p.i, StringComparer.Ordinal));

    /// <summary>Reads a phrase from a file, pipe or process substitution and derives the key at a path.</summary>
    /// <exception cref="AccountException">The file cannot be read, a word is not in the list, the checksum fails, or the path is none. No word is shown.</exception>
    public static PrivateKey Open(string path, string derivationPath = DefaultPath)
    {
        using SecretText text = SecretText.OfFile(path, MaxBytes);
        return ToKey(text, "", derivationPath);
    }

    /// <summary>Derives a key from a phrase.</summary>
    /// <param name="phrase">12, 15, 18, 21 or 24 words.</param>
    /// <param name="passphrase">BIP-39's passphrase, ASCII; none is the empty one.</param>
    /// <param name="path">For example <see cref="DefaultPath"/>.</param>
    /// <exception cref="AccountException">As <see cref="Open"/>.</exception>
    internal static PrivateKey ToKey(SecretText phrase, string passphrase, string path)
    {
        string canonicalPath = DerivationPath.Read(path);
        string canonical = Canonical(phrase);
        byte[] key = GC.AllocateUninitializedArray<byte>(PrivateKey.Size, pinned: true);
        byte[] given = [];
        try
        {
#pragma warning disable RS0030 // this is the place that checks
            EthECKey derived = new MinimalHDWallet(canonical, passphrase).GetKeyFromPath(canonicalPath);
#pragma warning restore RS0030
            given = derived.GetPrivateKeyAsBytes(); // without leading zeros
            key.AsSpan().Clear();
            given.CopyTo(key, key.Length - given.Length);
            return new PrivateKey(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(given);
        }
    }

    // BIP-39 hashes the words' text in Unicode's compatibility form (NFKD). English words are ASCII, so plain letters and single blanks are that form.
    private static string Canonical(SecretText phrase)
    {
        phrase.Simplify();
        string[] words = SecretText.Unquoted(phrase.Span).ToString().ToLowerInvariant().Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (words.FirstOrDefault() is { } first && (first.StartsWith('{') || first.StartsWith("0x", StringComparison.Ordinal)))
        {
            throw new AccountException($"{phrase.Place} should hold a mnemonic phrase and looks like a {(first[0] == '{' ? "keystore (JSON)" : "private key in hex")}");
        }

        if (words.Length is not (12 or 15 or 18 or 21 or 24))
        {
            throw new AccountException($"{phrase.Place}: a phrase has 12, 15, 18, 21 or 24 words; this has {words.Length}{Remark(words)}");
        }

        int[] indices = new int[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            if (!s_words.Value.TryGetValue(words[i], out indices[i]))
            {
                throw new AccountException($"{phrase.Place}: word {i + 1} is not in the English list of BIP-39{Remark([words[i]])}");
            }
        }

        string canonical = string.Join(' ', words);
        return Bip39.EntropyToMnemonic(EntropyOf(indices)).Equals(canonical, StringComparison.OrdinalIgnoreCase)
            ? canonical
            : throw new AccountException($"{phrase.Place}: the phrase's checksum fails: a word is wrong or in the wrong place");
    }

    // Each word stands for 11 bits; of each 33 bits the last is of the checksum.
    private static byte[] EntropyOf(int[] indices)
    {
        byte[] entropy = new byte[indices.Length * 11 * 32 / 33 / 8];
        for (int bit = 0; bit < 8 * entropy.Length; bit++)
        {
            entropy[bit / 8] |= (byte)((indices[bit / 11] >> (10 - bit % 11) & 1) << (7 - bit % 8));
        }

        return entropy;
    }

    private static string Remark(string[] words) =>
        words.Any(word => word.AsSpan().ContainsAny(",;|-_")) ? " (words are set apart by blanks, not by commas, hyphens or other marks)"
        : words.Any(word => word.AsSpan().ContainsAny(s_digits)) ? " (it has digits or numbering; leave the words alone)"
        : words.Any(word => word.AsSpan().ContainsAny("\"'`")) ? " (it has a quote)"
        : words.Any(word => word.Contains('=')) ? " (it looks like an assignment NAME=value; write the value alone)"
        : words.Any(word => !System.Text.Ascii.IsValid(word)) ? " (it has letters beyond ASCII: an accent, or a phrase in another language)"
        : "";
}
