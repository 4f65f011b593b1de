using System.Net;
using System.Net.Sockets;

namespace Gavel.Agent.Hosting;

/// <summary>Finds out whether an address can be listened at, before anything else is begun.</summary>
internal static class ListenCheck
{
    /// <summary>What stands against it in one sentence; null where nothing does.</summary>
    /// <param name="listen">A valid <c>Host:Listen</c>; empty for none.</param>
    public static string? Problem(string listen)
    {
        if (listen.Length == 0)
        {
            return null;
        }

        Uri uri = new(listen);
        IPAddress[] addresses = uri.Host == "localhost" ? [IPAddress.Loopback] : [IPAddress.Parse(uri.DnsSafeHost)];
        try
        {
            foreach (IPAddress address in addresses)
            {
                using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(address, uri.Port));
                socket.Listen();
            }

            return null;
        }
        catch (SocketException error)
        {
            return Words(listen, error);
        }
    }

    /// <summary>One sentence for a failure to listen.</summary>
    public static string Words(string listen, SocketException? error) => error?.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse or null => $"{listen} is in use (another agent?); choose another port, or \"\" for no page",
        SocketError.AddressNotAvailable => $"{listen} is no address of this machine; use 127.0.0.1, 0.0.0.0 or an address of its own",
        SocketError.AccessDenied => $"{listen} may not be used by this user; choose a port above 1023",
        _ => $"{listen} cannot be listened at: {error.Message}",
    };
}
