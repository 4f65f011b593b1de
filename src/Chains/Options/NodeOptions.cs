using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>A node that is trusted: its address alone, or with the group whose voice it is.</summary>
public sealed class NodeOptions : ITextOptions
{
    /// <summary>Its address (http, https, ws, wss).</summary>
    public string Url { get; set; } = "";

    /// <summary>
    /// Who runs it, or what it runs: all nodes of one group are one voice. By default the host of its address, since two addresses of one provider
    /// fail together; on this machine each address by itself.
    /// </summary>
    public string? Group { get; set; }

    /// <summary>The group that counts.</summary>
    public string GroupOrDefault() => Group is { Length: > 0 } group ? group : DefaultGroup(Url);

    /// <summary>An address alone.</summary>
    public static implicit operator NodeOptions(string url) => new() { Url = url };

    /// <summary>The same for languages without conversions.</summary>
    public static NodeOptions ToNodeOptions(string url) => url;

    /// <inheritdoc/>
    public void Take(string text) => Url = text;

    /// <summary>Its address without credentials.</summary>
    public override string ToString() => Uri.TryCreate(Url, UriKind.Absolute, out _) ? EndpointUrl.Parse(Url).ToString() : Url;

    private static string DefaultGroup(string url) =>
        !Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) ? url : uri.IsLoopback ? uri.Authority : uri.Host;
}
