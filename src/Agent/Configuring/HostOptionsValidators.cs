using System.Net;
using Gavel.Agent.Deciding;
using Microsoft.Extensions.Options;

namespace Gavel.Agent.Configuring;

/// <summary>Where the host listens.</summary>
internal sealed class HostOptionsValidator : IValidateOptions<HostOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, HostOptions options)
    {
        Problems problems = new(name);
        if (options.Listen.Length > 0 && Problem(options.Listen) is { } problem)
        {
            problems.Add(nameof(options.Listen), $"{Redaction.Show(options.Listen)}: {problem}");
        }

        if (MayBeAToken(options.OperatorTokenFile))
        {
            problems.Add(nameof(options.OperatorTokenFile), "a value that is not shown, since it may be the token itself: the option names the file that holds it");
        }
        else
        {
            problems.AddOfFile(nameof(options.OperatorTokenFile), options.OperatorTokenFile);
        }

        if (!string.IsNullOrEmpty(options.OperatorTokenFile) && options.Listen.Length == 0)
        {
            problems.Add(nameof(options.OperatorTokenFile), "decisions are taken at Host:Listen, which is empty; set that, or leave the token out");
        }

        return problems.Result;
    }

    private static bool MayBeAToken(string? file) => file?.Length >= OperatorToken.Least && !File.Exists(file) && Path.GetDirectoryName(file) is not { Length: > 0 };

    private static string? Problem(string listen)
    {
        const string Example = "write an address such as http://127.0.0.1:7300 or http://0.0.0.0:7300, or \"\" for none";
        if (!Uri.TryCreate(listen, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            return Example;
        }

        return uri.Scheme == "https" ? "the agent serves plain http; put a proxy before it for https, and listen at http://127.0.0.1:7300"
            : uri.UserInfo.Length > 0 || uri.AbsolutePath != "/" || uri.Query.Length > 0 ? $"it has more than host and port; {Example}"
            : !IPAddress.TryParse(uri.DnsSafeHost, out _) && uri.Host != "localhost" ? $"the host must be an IP address of this machine, or localhost; {Example}"
            : null;
    }
}

/// <summary>Where traces go.</summary>
internal sealed class OtlpOptionsValidator : IValidateOptions<OtlpOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, OtlpOptions options)
    {
        Problems problems = new(name);
        if (!string.IsNullOrEmpty(options.Endpoint) && !(Uri.TryCreate(options.Endpoint, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"))
        {
            problems.Add(nameof(options.Endpoint), $"{Redaction.Show(options.Endpoint)} is no http address such as http://127.0.0.1:4318");
        }

        return problems.Result;
    }
}
