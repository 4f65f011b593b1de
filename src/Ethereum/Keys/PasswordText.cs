namespace Gavel.Ethereum;

/// <summary>The password in a file, of which line breaks at the end are no part, and what may be the matter with it if it does not fit.</summary>
internal static class PasswordText
{
    /// <summary>The most bytes that a file with a password has.</summary>
    public const int MaxBytes = 16 << 10;

    /// <summary>The password. Every other character, blanks at its ends too, belongs to it.</summary>
    public static ReadOnlySpan<char> Of(SecretText text) => text.Span.TrimEnd("\r\n");

    /// <summary>Remarks for somebody whose password is wrong; they tell of its form alone.</summary>
    public static string Remarks(SecretText text)
    {
        ReadOnlySpan<char> password = Of(text);
        List<string> remarks = [];
        Add(password.IsEmpty, "it is empty");
        Add(text.HadMark, "a byte order mark before it was left out");
        Add(password.Length < text.Span.Length - (text.Span.EndsWith("\r\n") ? 2 : 1), "several line breaks after it were left out");
        Add(password.ContainsAny('\r', '\n'), $"it has {password.Count('\n') + 1} lines");
        Add(password.Length > 0 && (char.IsWhiteSpace(password[0]) || char.IsWhiteSpace(password[^1])), "it begins or ends with white space, which is taken as part of it");
        Add(password.Length > 1 && password[0] is '"' or '\'' && password[^1] == password[0], "it stands in quotes, which are taken as part of it");
        Add(password.ContainsAny("\u00a0\u3000\u200b\ufeff"), "it holds a blank that is not the usual one, or a mark without width");
        Add(!System.Text.Ascii.IsValid(password), "it has characters beyond ASCII, which programs write in more than one way");
        return remarks.Count == 0 ? "" : $" (the password from {text.Place}: {string.Join("; ", remarks)})";

        void Add(bool holds, string remark)
        {
            if (holds)
            {
                remarks.Add(remark);
            }
        }
    }
}
