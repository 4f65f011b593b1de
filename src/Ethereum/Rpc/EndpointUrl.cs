using System.Text;

namespace Gavel.Ethereum;

/// <summary>
/// The address of a server, which may carry credentials: user and password, a key in the path, a token in the query. Shown only as
/// <see cref="ToString"/> gives it, with all of them replaced by <c>***</c>.
/// </summary>
public sealed class EndpointUrl : IEquatable<EndpointUrl>
{
    private const string Redacted = "***";

    private readonly string[] _secrets; // the longest first

    private EndpointUrl(Uri secret)
    {
        Secret = secret;
        Shown = Redact(secret);
        _secrets = [.. Secrets().OrderByDescending(s => s.Length)];
    }

    /// <summary>The whole address with its credentials, for the one who connects. Never log it.</summary>
    internal Uri Secret { get; }

    /// <summary>True for <c>ws</c> and <c>wss</c>.</summary>
    public bool IsWebSocket => Secret.Scheme is "ws" or "wss";

    /// <summary>True where the connection is encrypted.</summary>
    public bool IsEncrypted => Secret.Scheme is "https" or "wss";

    private string Shown { get; }

    /// <summary>Reads an absolute <c>http</c>, <c>https</c>, <c>ws</c> or <c>wss</c> address.</summary>
    /// <exception cref="FormatException">Any other text; the message does not repeat it, since it may hold a credential.</exception>
    public static EndpointUrl Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Uri.TryCreate(text.Trim(), UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" or "ws" or "wss" && uri.Host.Length > 0
            ? new EndpointUrl(uri)
            : throw new FormatException("not an endpoint address; write an absolute one such as https://host:8545/path (http, https, ws or wss)");
    }

    /// <inheritdoc/>
    public bool Equals(EndpointUrl? other) => other is not null && Secret == other.Secret && Secret.UserInfo == other.Secret.UserInfo;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EndpointUrl);

    /// <inheritdoc/>
    public override int GetHashCode() => Secret.GetHashCode();

    /// <summary>The address without anything that may be a credential.</summary>
    public override string ToString() => Shown;

    /// <summary>Characters of the longest thing that <see cref="Clean"/> takes out.</summary>
    internal int LongestSecret => _secrets[0].Length;

    /// <summary>Takes every form of the credentials out of a text that others wrote, such as a server's error page.</summary>
    internal string Clean(string text)
    {
        foreach (string secret in _secrets)
        {
            text = text.Replace(secret, Redacted, StringComparison.OrdinalIgnoreCase);
        }

        return text;
    }

    private static string Redact(Uri uri)
    {
        StringBuilder shown = new();
        shown.Append(uri.Scheme).Append("://");
        if (uri.UserInfo.Length > 0)
        {
            shown.Append(Redacted).Append('@');
        }

        shown.Append(uri.Host);
        if (!uri.IsDefaultPort)
        {
            shown.Append(':').Append(uri.Port);
        }

        string[] segments = uri.AbsolutePath.Split('/');
        shown.AppendJoin('/', segments.Select(s => LooksSecret(s) ? Redacted : s));
        if (uri.Query.Length > 1)
        {
            shown.Append('?').AppendJoin('&', uri.Query[1..].Split('&').Select(RedactPair));
        }

        return shown.ToString();
    }

    private static string RedactPair(string pair)
    {
        int equals = pair.IndexOf('=');
        return equals < 0 ? Redacted : $"{pair[..equals]}={Redacted}";
    }

    // Keys of providers are 20 characters and more, or shorter and of mixed kind; words of an API path ("v2", "rpc", "mainnet",
    // "optimism-sepolia") are lower-case letters and hyphens with at most two digits.
    private static bool LooksSecret(string segment) =>
        segment.Length > 0
        && (segment.Length > 24
            || segment.Count(char.IsAsciiDigit) > 2
            || segment.Any(c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.')));

    private IEnumerable<string> Secrets()
    {
        List<string> parts = [Secret.OriginalString, Secret.AbsoluteUri];
        if (Secret.UserInfo.Length > 0)
        {
            parts.Add(Secret.UserInfo);
            parts.AddRange(Secret.UserInfo.Split(':'));
            parts.Add(Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(Secret.UserInfo)))); // as the header carries it
        }

        parts.AddRange(Secret.AbsolutePath.Split('/').Where(LooksSecret));
        parts.AddRange(Secret.Query.TrimStart('?').Split('&').Select(pair => pair[(pair.IndexOf('=') + 1)..]));
        return parts.SelectMany(p => new[] { p, Uri.UnescapeDataString(p) }).Where(p => p.Length >= 4).Distinct();
    }
}
