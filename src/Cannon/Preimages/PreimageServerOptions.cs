namespace Gavel.Cannon.Preimages;

/// <summary>One line that a preimage server wrote.</summary>
/// <param name="IsError">True for standard error.</param>
/// <param name="Text">The line without its end; lines of more than 16 KiB are cut there.</param>
public readonly record struct PreimageServerLine(bool IsError, string Text);

/// <summary>How to start a preimage server (<c>kona-host</c>, <c>op-program</c>) and how long to bear with it.</summary>
public sealed record PreimageServerOptions
{
    /// <summary>The program: a path (with a slash) or a name that is looked up in PATH.</summary>
    public required string Command { get; init; }

    /// <summary>Its arguments, without the program's own name.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The folder it starts in; null for ours.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// The whole environment of the process, or null for ours with <c>NO_COLOR=1</c>, as the reference does. <c>kona-host</c> takes
    /// options from variables without a prefix, so give it <see cref="MinimalEnvironment"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The longest wait for one answer. A dead host looks like a slow one: only this ends the wait.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The most bytes that one value may have.</summary>
    public int MaxValueBytes { get; init; } = 64 << 20;

    /// <summary>The time between closing our ends, which asks the server to end, and SIGINT.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The time between SIGINT and SIGKILL.</summary>
    public TimeSpan InterruptGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets each line of the server's standard output and error, from a thread of its own. It must not throw.</summary>
    public Action<PreimageServerLine>? Output { get; init; }

    /// <summary>
    /// An environment of the few variables that any program needs (PATH, HOME, TMPDIR, LANG, SSL_CERT_FILE, SSL_CERT_DIR and the proxy's), <c>NO_COLOR=1</c>,
    /// and those named.
    /// </summary>
    /// <param name="more">Variables to add or replace.</param>
    public static IReadOnlyDictionary<string, string> MinimalEnvironment(IReadOnlyDictionary<string, string>? more = null)
    {
        Dictionary<string, string> result = new(StringComparer.Ordinal) { ["NO_COLOR"] = "1" };
        foreach (string name in Kept)
        {
            if (System.Environment.GetEnvironmentVariable(name) is { } value)
            {
                result[name] = value;
            }
        }

        foreach ((string name, string value) in more ?? new Dictionary<string, string>())
        {
            result[name] = value;
        }

        return result;
    }

    private static readonly string[] Kept =
    [
        "PATH", "HOME", "TMPDIR", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    ];
}
