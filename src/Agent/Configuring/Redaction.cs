using System.Text.RegularExpressions;
using Gavel.Ethereum;

namespace Gavel.Agent.Configuring;

/// <summary>
/// Shows what an operator wrote without what may be a secret. People put the key where the name of its file belongs, and passwords into
/// addresses.
/// </summary>
internal static partial class Redaction
{
    private const int Longest = 120;

    /// <summary>The text in quotes, or words in its place.</summary>
    public static string Show(string text)
    {
        if (LooksSecret(text))
        {
            return "a value that is not shown, since it looks like a secret itself";
        }

        string shown = WithoutCredentials(text);
        return shown.Length > Longest ? $"\"{shown[..Longest]}…\"" : $"\"{shown}\"";
    }

    /// <summary>True for what looks like a private key or a phrase.</summary>
    public static bool LooksSecret(string text) => LongHex().IsMatch(text) || text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length >= 12;

    private static string WithoutCredentials(string text)
    {
        try
        {
            return EndpointUrl.Parse(text).ToString();
        }
        catch (FormatException)
        {
            return Query().Replace(UserInfo().Replace(text, "***@"), "$1***");
        }
    }

    [GeneratedRegex("[0-9a-fA-F]{60,}")]
    private static partial Regex LongHex();

    // user:password@, and whatever else stands before an @, since what follows tells enough of the place.
    [GeneratedRegex(@"[^\s/]+@")]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"([?&][^=&\s]*=)[^&\s]*")]
    private static partial Regex Query();
}
