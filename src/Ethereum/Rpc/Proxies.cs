using System.Net;

namespace Gavel.Ethereum;

/// <summary>Which proxy lies on the way to an endpoint (<c>HTTP_PROXY</c>, <c>HTTPS_PROXY</c>, <c>ALL_PROXY</c>, <c>NO_PROXY</c>).</summary>
internal static class Proxies
{
    /// <summary>The proxy's address without its credentials; null where none is used, as always for this machine itself.</summary>
    public static string? Name(IWebProxy? proxy, EndpointUrl url)
    {
        Uri target = url.Secret;
        if (proxy is null || target.IsLoopback || proxy.IsBypassed(target) || proxy.GetProxy(target) is not { } used || used == target)
        {
            return null;
        }

        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{used.Scheme}://{used.Host}:{used.Port}");
    }
}
