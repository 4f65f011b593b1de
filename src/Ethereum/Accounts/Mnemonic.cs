using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Gavel.Ethereum;

/// <summary>BIP-39 phrases of English words, and the keys that BIP-32 derives from them.</summary>
public static class Mnemonic
{
    /// <summary>The path of the first account of Ethereum (BIP-44).</summary>
    public const string DefaultPath = "m/44'/60'/0'/0/0";

    private const int MaxFileBytes = 4096;
    private const int MaxDepth = 16;
    private const uint Hardened = 0x8000_0000;
    private const string WordsResource = "Gavel.Ethereum.Accounts.bip39-english.txt";

    private static readonly Lazy<Dictionary<string, int>> Words = new(ReadWords);

    /// <summary>Reads a phrase from a file and derives the key at a path.</summary>
    /// <exception cref="AccountException">The file cannot be read, or as <see cref="ToKey"/>.</exception>
    public static PrivateKey FromFile(string path, string derivationPath = DefaultPath)
    {
        byte[] text = SecretFile.Read(path, MaxFileBytes);
        try
        {
            return ToKey(text, default, derivationPath, $"file {path}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>Reads a phrase from an environment variable and derives the key at a path.</summary>
    /// <exception cref="AccountException">It is not set, or as <see cref="ToKey"/>.</exception>
    public static PrivateKey FromEnvironment(string variable, string derivationPath = DefaultPath)
    {
        byte[] text = Environment.GetEnvironmentVariable(variable) is { } set
            ? Encoding.UTF8.GetBytes(set)
            : throw new AccountException($"environment variable {variable} is not set; it should hold a BIP-39 phrase");
        try
        {
            return ToKey(text, default, derivationPath, $"environment variable {variable}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>Derives a key from a phrase.</summary>
    /// <param name="phrase">12, 15, 18, 21 or 24 words in UTF-8 with white space between and around them; the caller clears it.</param>
    /// <param name="passphrase">BIP-39's passphrase, ASCII; none is the empty one.</param>
    /// <param name="path">For example <see cref="DefaultPath"/>; <c>'</c> or <c>h</c> marks a hardened step.</param>
    /// <param name="place">What the phrase is called in errors.</param>
    /// <exception cref="AccountException">A word is not in the list, the checksum fails, or the path is none. No word is shown.</exception>
    public static PrivateKey ToKey(ReadOnlySpan<byte> phrase, ReadOnlySpan<byte> passphrase, string path, string place)
    {
        uint[] steps = ParsePath(path);
        if (passphrase.ContainsAnyExceptInRange((byte)0, (byte)127))
        {
            throw new AccountException($"{place}: a passphrase beyond ASCII is not supported");
        }

        Span<byte> normal = stackalloc byte[MaxFileBytes];
        byte[] node = GC.AllocateUninitializedArray<byte>(64, pinned: true); // a key and its chain code
        byte[] salt = GC.AllocateUninitializedArray<byte>(8 + passphrase.Length, pinned: true);
        "mnemonic"u8.CopyTo(salt);
        passphrase.CopyTo(salt.AsSpan(8));
        try
        {
            int length = Normalise(phrase, normal, place);
            Check(normal[..length], place);
            Rfc2898DeriveBytes.Pbkdf2(normal[..length], salt, node, 2048, HashAlgorithmName.SHA512);
            HMACSHA512.HashData("Bitcoin seed"u8, node, node);
            foreach (uint step in steps)
            {
                Derive(node, step, place);
            }

            return new PrivateKey(node.AsSpan(0, 32));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(normal);
            CryptographicOperations.ZeroMemory(node);
            CryptographicOperations.ZeroMemory(salt);
        }
    }

    // One step of BIP-32: HMAC of the key (hardened) or the public key, and the index, under the chain code.
    private static void Derive(byte[] node, uint step, string place)
    {
        byte[] key = GC.AllocateUninitializedArray<byte>(32, pinned: true);
        Span<byte> input = stackalloc byte[37];
        Span<ulong> numbers = stackalloc ulong[2 * ModN.Limbs];
        Span<ulong> parent = numbers[..ModN.Limbs], tweak = numbers[ModN.Limbs..];
        try
        {
            node.AsSpan(0, 32).CopyTo(key);
            if (!Secp256k1.IsKey(key))
            {
                throw new AccountException($"{place}: the phrase gives no key at this path"); // 1 of 2^127
            }

            if (step >= Hardened)
            {
                input[0] = 0;
                key.CopyTo(input[1..]);
            }
            else
            {
                byte[] point = Secp256k1.PublicKeyOf(key);
                input[0] = (byte)(2 + (point[63] & 1));
                point.AsSpan(0, 32).CopyTo(input[1..]);
            }

            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(input[33..], step);
            HMACSHA512.HashData(node.AsSpan(32), input, node);
            ModN.Read(key, parent);
            ModN.Read(node, tweak);
            if (!ModN.IsValid(tweak))
            {
                throw new AccountException($"{place}: the phrase gives no key at this path");
            }

            ModN.Add(parent, tweak, parent);
            ModN.Write(parent, node);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(input);
            ModN.Clear(numbers);
        }
    }

    private static int Normalise(ReadOnlySpan<byte> phrase, Span<byte> normal, string place)
    {
        int length = 0;
        bool gap = false;
        foreach (byte c in phrase)
        {
            if (c is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                gap = length > 0;
                continue;
            }

            if (length + 2 > normal.Length)
            {
                throw new AccountException($"{place}: too long for a phrase");
            }

            if (gap)
            {
                normal[length++] = (byte)' ';
                gap = false;
            }

            normal[length++] = c;
        }

        return length;
    }

    // Each word stands for 11 bits; of each 33 bits the last is of the checksum, the beginning of the SHA-256 of the others.
    private static void Check(ReadOnlySpan<byte> phrase, string place)
    {
        int count = phrase.IsEmpty ? 0 : phrase.Count((byte)' ') + 1;
        if (count is not (12 or 15 or 18 or 21 or 24))
        {
            throw new AccountException($"{place}: a phrase has 12, 15, 18, 21 or 24 words; this has {count}");
        }

        Span<byte> bits = stackalloc byte[33];
        Span<char> word = stackalloc char[16];
        Span<byte> hash = stackalloc byte[32];
        bits.Clear();
        try
        {
            Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = Words.Value.GetAlternateLookup<ReadOnlySpan<char>>();
            int at = 0;
            foreach (Range range in phrase.Split((byte)' '))
            {
                ReadOnlySpan<byte> bytes = phrase[range];
                bool fits = bytes.Length <= word.Length;
                int length = fits ? Encoding.Latin1.GetChars(bytes, word) : 0;
                if (!fits || !lookup.TryGetValue(word[..length], out int index))
                {
                    throw new AccountException($"{place}: word {at + 1} is not in the English list of BIP-39 (lower case)");
                }

                for (int bit = 0; bit < 11; bit++)
                {
                    int to = 11 * at + bit;
                    bits[to / 8] |= (byte)((index >> (10 - bit) & 1) << (7 - to % 8));
                }

                at++;
            }

            int entropyBytes = count * 11 * 32 / 33 / 8;
            int checksumBits = count / 3;
            SHA256.HashData(bits[..entropyBytes], hash);
            if (bits[entropyBytes] >> (8 - checksumBits) != hash[0] >> (8 - checksumBits))
            {
                throw new AccountException($"{place}: the phrase's checksum fails: a word is wrong or in the wrong place");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bits);
            CryptographicOperations.ZeroMemory(hash);
            word.Clear();
        }
    }

    private static uint[] ParsePath(string path)
    {
        string[] parts = path.Split('/');
        if (parts[0] != "m" || parts.Length > MaxDepth + 1)
        {
            throw WrongPath();
        }

        return Array.ConvertAll(parts[1..], part =>
        {
            bool hardened = part.EndsWith('\'') || part.EndsWith('h');
            ReadOnlySpan<char> digits = hardened ? part.AsSpan(0, part.Length - 1) : part;
            return uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out uint index) && index < Hardened
                ? index | (hardened ? Hardened : 0)
                : throw WrongPath();
        });

        AccountException WrongPath() =>
            new($"derivation path {Hex.Shown(path)} is none; write one such as {DefaultPath} of at most {MaxDepth} steps");
    }

    private static Dictionary<string, int> ReadWords()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(WordsResource)!;
        using StreamReader reader = new(stream);
        string[] words = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return words.Select((w, i) => (w, i)).ToDictionary(p => p.w, p => p.i, StringComparer.Ordinal);
    }
}
