using System.Globalization;

namespace Gavel.Ethereum;

/// <summary>Paths of BIP-32, such as <c>m/44'/60'/0'/0/0</c>. Nethereum understands some forms as others, so only what was read here goes to it.</summary>
internal static class DerivationPath
{
    /// <summary>The path of the first account of Ethereum (BIP-44).</summary>
    public const string Default = "m/44'/60'/0'/0/0";

    private const int MaxDepth = 16;

    /// <summary>The path with numbers in plain decimal and <c>'</c> for hardened steps, which may be written <c>h</c>, <c>H</c> or as a typographic apostrophe.</summary>
    /// <exception cref="AccountException">It is none.</exception>
    public static string Read(string path)
    {
        string[] parts = path.Trim().Split('/');
        return parts[0] == "m" && parts.Length is > 1 and <= MaxDepth + 1
            ? string.Join('/', parts.Select((part, i) => i == 0 ? part : Step(part, path)))
            : throw Wrong(path);
    }

    private static string Step(string part, string path)
    {
        bool hardened = part.EndsWith('\'') || part.EndsWith('h') || part.EndsWith('H') || part.EndsWith('\u2019') || part.EndsWith('\u2032');
        ReadOnlySpan<char> digits = hardened ? part.AsSpan(0, part.Length - 1) : part;
        return uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out uint index) && index <= int.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{index}{(hardened ? "'" : "")}")
            : throw Wrong(path);
    }

    private static AccountException Wrong(string path) =>
        new($"derivation path {Hex.Shown(path)} is none; write one such as {Default} of 1 to {MaxDepth} steps, each below 2147483648");
}
