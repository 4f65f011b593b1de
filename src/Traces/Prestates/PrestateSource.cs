using Gavel.Ethereum;

namespace Gavel.Traces;

/// <summary>One source of prestates as an operator writes it: a folder, also as a <c>file:</c> address, or an http(s) address.</summary>
public static class PrestateSource
{
    private const string File = "file:";

    /// <summary>True for an http(s) address.</summary>
    public static bool IsAddress(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The folder that a source names; <c>file:/x</c> and <c>file:///x</c> mean <c>/x</c>.</summary>
    public static string FolderOf(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.StartsWith(File, StringComparison.OrdinalIgnoreCase))
        {
            return source;
        }

        string path = Uri.UnescapeDataString(source[File.Length..]);
        return HostOf(source) is { } host ? path[(2 + host.Length)..] : path;
    }

    /// <summary>What is wrong with a source, and how to mend it; null where nothing is. A server is not asked.</summary>
    public static string? Problem(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (IsAddress(source))
        {
            try
            {
                EndpointUrl.Parse(source);
                return null;
            }
            catch (FormatException error)
            {
                return error.Message;
            }
        }

        if (HostOf(source) is { Length: > 0 } host && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return $"it names the machine {host}; write the plain path, or file:/// and the path";
        }

        string folder = FolderOf(source);
        return Directory.Exists(folder) ? null
            : System.IO.File.Exists(folder) ? "this is a file; name the folder that holds it"
            : folder.Contains("//", StringComparison.Ordinal) || folder.Contains("://", StringComparison.Ordinal) ? "this is neither a folder nor an address that begins with http:// or https://"
            : "there is no such folder";
    }

    // Between the two slashes and the third, as in file://host/path; null where there are no two.
    private static string? HostOf(string source) =>
        source.StartsWith(File + "//", StringComparison.OrdinalIgnoreCase) ? source[(File.Length + 2)..].Split('/')[0] : null;
}
