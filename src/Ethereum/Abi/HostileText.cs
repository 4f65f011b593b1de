using System.Globalization;
using System.Text;

namespace Gavel.Ethereum;

/// <summary>Values that contracts chose, as text for people. A contract's text must not forge lines of a log, nor fill it.</summary>
internal static class HostileText
{
    private const int MaxText = 1024;

    /// <summary>A decoded value of an ABI type.</summary>
    public static string Show(object? value, string abiType) => value switch
    {
        bool flag => flag ? "true" : "false",
        byte[] bytes => Shortened(Hex.Encode(bytes)),
        string text when abiType == "address" => text,
        string text => Quoted(text),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quoted(value?.ToString() ?? ""),
    };

    /// <summary>In quotes; what cannot be printed, or would turn the writing's direction, is escaped.</summary>
    public static string Quoted(string foreign)
    {
        StringBuilder text = new("\"");
        foreach (Rune rune in foreign.EnumerateRunes())
        {
            bool plain = rune.Value >= ' ' && rune.Value is not ('"' or '\\') && Rune.GetUnicodeCategory(rune)
                is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                    or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
            text.Append(plain ? rune.ToString() : rune.Value is '"' or '\\' ? $"\\{rune}" : $"\\u{{{rune.Value:x}}}");
            if (text.Length > MaxText)
            {
                return $"{text.ToString(0, MaxText)}… ({foreign.Length} characters)";
            }
        }

        return text.Append('"').ToString();
    }

    private static string Shortened(string text) => text.Length <= MaxText ? text : $"{text[..MaxText]}… ({text.Length} characters)";
}
