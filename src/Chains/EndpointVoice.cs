using Gavel.Ethereum;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains;

/// <summary>
/// Tells what endpoints answer that nobody asked: a sign of a proxy that mixes up its clients, or worse. Each cause is told once for each
/// endpoint, whatever its numbers, and of one that is never at a loss for words only the first ones; the metrics count them all.
/// </summary>
public static partial class EndpointVoice
{
    private const int MostCauses = 16;

    /// <summary>Tells of an endpoint from now on.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="user">Who asks it: a chain's name, or the sender.</param>
    /// <param name="logger">Where it is told.</param>
    public static void Listen(RpcEndpoint endpoint, string user, ILogger logger)
    {
        Lock gate = new();
        HashSet<string> said = [];
        endpoint.Noticed = what =>
        {
            bool isNew;
            lock (gate)
            {
                isNew = said.Count < MostCauses && said.Add(Wording.WithoutNumbers(what));
            }

            if (isNew)
            {
                LogStray(logger, user, what);
            }
        };
    }

    [LoggerMessage(6005, LogLevel.Warning, "{User}: an endpoint answers what was not asked, which is left aside: {What}")]
    private static partial void LogStray(ILogger logger, string user, string what);
}
