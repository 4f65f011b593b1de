using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gavel.Ethereum;

/// <summary>
/// Finds the bytes that a reverting contract gave. Geth, anvil, reth and Nethermind's newer versions: code 3 and hex in <c>data</c>. Older
/// ones and providers: code -32015 or -32000 with <c>data</c> as "Reverted 0x…", as an object with the hex in a field of its own
/// (<c>data</c>, <c>result</c>, <c>output</c>, <c>return</c>), or only in the message.
/// </summary>
internal static partial class RevertData
{
    private const int MaxDepth = 4;
    private const string Prefix = "Reverted ";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>The bytes (none for a bare revert), or null if the error tells of no revert.</summary>
    public static byte[]? Find(long? code, string message, JsonElement data)
    {
        bool saysRevert = code == 3 || message.Contains("revert", StringComparison.OrdinalIgnoreCase);
        byte[]? found = InData(data, MaxDepth, ref saysRevert);
        if (!saysRevert)
        {
            return null;
        }

        return found ?? InText(message) ?? [];
    }

    private static byte[]? InData(JsonElement data, int depth, ref bool saysRevert)
    {
        switch (data.ValueKind)
        {
            case JsonValueKind.String:
                string text = RpcErrors.TextOf(data);
                saysRevert |= text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
                return Whole(text) ?? InText(text);
            case JsonValueKind.Object when depth > 0:
                foreach (string name in (ReadOnlySpan<string>)["data", "result", "output", "return", "originalError", "error", "cause"])
                {
                    if (data.TryGetProperty(name, out JsonElement inner) && InData(inner, depth - 1, ref saysRevert) is { } found)
                    {
                        return found;
                    }
                }

                return null;
            default:
                return null;
        }
    }

    private static byte[]? Whole(string text)
    {
        ReadOnlySpan<char> hex = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text.AsSpan(Prefix.Length).Trim() : text;
        return hex.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && hex.Length % 2 == 0
            && !hex[2..].ContainsAnyExcept(HexDigits)
                ? Convert.FromHexString(hex[2..])
                : null;
    }

    private static byte[]? InText(string text)
    {
        Match match = HexBytes().Match(text);
        return match.Success ? Hex.Decode(match.Value) : null;
    }

    // A selector and whole words only, so that an address or a number in a message is not taken for data.
    [GeneratedRegex("(?<![0-9a-zA-Z])0x([0-9a-fA-F]{8}([0-9a-fA-F]{64})*)?(?![0-9a-zA-Z])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HexBytes();
}
