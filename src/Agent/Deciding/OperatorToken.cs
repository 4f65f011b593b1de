using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Gavel.Agent.Configuring;

namespace Gavel.Agent.Deciding;

/// <summary>The secret by which an operator's command shows the running agent that it may decide. It is never shown, and compared in constant time.</summary>
internal sealed class OperatorToken
{
    /// <summary>The least number of characters.</summary>
    public const int Least = 32;

    private const int MostBytes = 4096;
    private readonly string _text;
    private readonly byte[] _hash;

    private OperatorToken(string text)
    {
        _text = text;
        _hash = HashOf(text);
    }

    /// <summary>What a request carries.</summary>
    public AuthenticationHeaderValue Header => new("Bearer", _text);

    /// <summary>Reads the token of a file; blanks and line ends around it do not count.</summary>
    /// <exception cref="ConfigurationException">It cannot be read, is too short, or holds what a header cannot.</exception>
    public static OperatorToken Read(string path)
    {
        string text;
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            byte[] content = new byte[MostBytes + 1];
            int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            text = length > MostBytes ? throw Unusable(path, $"it has more than {MostBytes} bytes; one token is expected") : Encoding.UTF8.GetString(content, 0, length).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unusable(path, "it cannot be read: name a file that this user may read, with one token in it (openssl rand -hex 32)", error);
        }

        return text.Length < Least ? throw Unusable(path, $"the token has {text.Length} characters; at least {Least} are needed (openssl rand -hex 32)")
            : text.Any(letter => letter is <= ' ' or > '~') ? throw Unusable(path, "the token holds blanks, line ends or letters beyond ASCII; use one such as openssl rand -hex 32 gives")
            : new OperatorToken(text);
    }

    /// <summary>Whether a request carries it, in a time that does not tell how much of it fits.</summary>
    /// <param name="authorization">The request's header; null or empty where it has none.</param>
    public bool IsIn(string? authorization)
    {
        const string Scheme = "Bearer ";
        bool hasScheme = authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true;
        byte[] given = HashOf(hasScheme ? authorization![Scheme.Length..].Trim() : "");
        return CryptographicOperations.FixedTimeEquals(given, _hash) && hasScheme;
    }

    /// <inheritdoc/>
    public override string ToString() => "an operator's token";

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static ConfigurationException Unusable(string path, string problem, Exception? inner = null) =>
        new($"Host:OperatorTokenFile: {Redaction.Show(path)}: {problem}", inner);
}
