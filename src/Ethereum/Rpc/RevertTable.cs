using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gavel.Ethereum;

/// <summary>
/// The one table of what is a revert, by client; for a read it is the only error that is an answer. A row holds if the code, the beginning of
/// the message and the beginning of <c>data</c> are as it says. What no row names is not a revert, whatever its words: to take a revert for
/// trouble costs a question to the next endpoint, to take trouble for a revert makes a passing failure a fact of the chain.
/// </summary>
internal static partial class RevertTable
{
    private const int MaxDepth = 4;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    // Null: not looked at. Data "0x": at least a selector of hex. Sources: the clients' own RPC code and answers recorded from them.
    private static readonly Row[] _rows =
    [
        new("geth, reth, anvil, Erigon, newer Nethermind and Besu", [3], ["execution reverted"], null),
        new("anvil, providers", [3], ["revert", "vm exception", "err: execution reverted"], null),
        new("an error inside of another, without words", [3], [""], ["0x"]),
        new("older geth and Erigon, Besu, providers", [-32000, -32003, -32603, -32015], ["execution reverted", "err: execution reverted"], null),
        new("Nethermind, OpenEthereum", [-32015], ["vm execution error"], ["revert", "0x"]),
        new("Nethermind of 2020", [-32015], ["revert"], null),
        new("Nethermind of 2020", [-32015, -32000], null, ["revert"]),
        new("Ganache, Hardhat", [-32000, -32603], ["vm exception while processing transaction: revert", "vm exception: revert", "error: vm exception while processing transaction: revert"], null),
    ];

    /// <summary>The bytes that the contract gave (none for a bare revert), or null if the error tells of no revert.</summary>
    public static byte[]? Find(long? code, string message, JsonElement data)
    {
        string? text = data.ValueKind == JsonValueKind.String ? RpcErrors.TextOf(data) : null;
        if (Array.Exists(_rows, row => row.Holds(code, message.TrimStart(), text)))
        {
            return InData(data, MaxDepth) ?? InText(message) ?? [];
        }

        return Inner(data, MaxDepth);
    }

    // Gateways wrap the node's error object into one of their own.
    private static byte[]? Inner(JsonElement data, int depth)
    {
        if (data.ValueKind != JsonValueKind.Object || depth == 0)
        {
            return null;
        }

        foreach (string name in (ReadOnlySpan<string>)["originalError", "error", "cause"])
        {
            if (data.TryGetProperty(name, out JsonElement inner) && inner.ValueKind == JsonValueKind.Object)
            {
                (long? code, string message, JsonElement innerData) = RpcErrors.Parts(inner);
                string? text = innerData.ValueKind == JsonValueKind.String ? RpcErrors.TextOf(innerData) : null;
                if (Array.Exists(_rows, row => row.Holds(code, message.TrimStart(), text)))
                {
                    return InData(innerData, depth) ?? InText(message) ?? [];
                }

                return Inner(innerData, depth - 1) ?? Inner(inner, depth - 1);
            }
        }

        return null;
    }

    private static byte[]? InData(JsonElement data, int depth)
    {
        if (data.ValueKind == JsonValueKind.String)
        {
            string text = RpcErrors.TextOf(data);
            return Whole(text) ?? InText(text);
        }

        if (data.ValueKind != JsonValueKind.Object || depth == 0)
        {
            return null;
        }

        foreach (string name in (ReadOnlySpan<string>)["data", "result", "output", "return", "originalError", "error", "cause"])
        {
            if (data.TryGetProperty(name, out JsonElement inner) && InData(inner, depth - 1) is { } found)
            {
                return found;
            }
        }

        // Ganache: an object by transaction hash.
        foreach (JsonProperty property in data.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Object && InData(property.Value, depth - 1) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static byte[]? Whole(string text)
    {
        ReadOnlySpan<char> hex = text.AsSpan().Trim();
        foreach (string before in (ReadOnlySpan<string>)["Reverted ", "revert: "])
        {
            hex = hex.StartsWith(before, StringComparison.OrdinalIgnoreCase) ? hex[before.Length..].Trim() : hex;
        }

        return IsHex(hex) ? Convert.FromHexString(hex[2..]) : null;
    }

    private static bool IsHex(ReadOnlySpan<char> text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && text.Length % 2 == 0 && !text[2..].ContainsAnyExcept(HexDigits);

    private static byte[]? InText(string text)
    {
        Match match = HexBytes().Match(text);
        return match.Success ? Hex.Decode(match.Value) : null;
    }

    // A selector and whole words only, so that an address or a number in a message is not taken for data.
    [GeneratedRegex("(?<![0-9a-zA-Z])0x([0-9a-fA-F]{8}([0-9a-fA-F]{64})*)?(?![0-9a-zA-Z])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HexBytes();

    /// <param name="Client">Who says it so; for the reader.</param>
    /// <param name="Codes">The error's code is one of these.</param>
    /// <param name="Messages">The message begins with one of these, whatever the case; <c>""</c>: there is none.</param>
    /// <param name="Data">The text in <c>data</c> begins with one of these; <c>"0x"</c>: hex of at least a selector.</param>
    private sealed record Row(string Client, long[] Codes, string[]? Messages, string[]? Data)
    {
        public bool Holds(long? code, string message, string? data) =>
            code is { } number
            && Codes.Contains(number)
            && (Messages is null || Array.Exists(Messages, m => m.Length == 0 ? message.Length == 0 : message.StartsWith(m, StringComparison.OrdinalIgnoreCase)))
            && (Data is null || (data is not null && Array.Exists(Data, d => Begins(data.TrimStart(), d))));

        private static bool Begins(string data, string wanted) =>
            wanted == "0x" ? data.Length >= 10 && IsHex(data.AsSpan().TrimEnd()) : data.StartsWith(wanted, StringComparison.OrdinalIgnoreCase);
    }
}
