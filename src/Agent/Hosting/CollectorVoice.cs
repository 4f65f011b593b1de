using Gavel.Ethereum;

namespace Gavel.Agent.Hosting;

/// <summary>
/// Stands between the exporter of traces and its collector, and tells in the log when traces begin to be lost and when they are taken again: once
/// for each change, since the exporter itself says nothing.
/// </summary>
/// <param name="collector">The collector; shown without credentials.</param>
/// <param name="logger">Where it is told.</param>
internal sealed partial class CollectorVoice(EndpointUrl collector, ILogger logger) : DelegatingHandler(NewHandler())
{
    private readonly Lock _lock = new();
    private string? _trouble;
    private bool _isKnown;

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Heard(base.Send(request, cancellationToken));
        }
        catch (Exception error)
        {
            Tell(Words(error));
            throw;
        }
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Heard(await base.SendAsync(request, cancellationToken));
        }
        catch (Exception error)
        {
            Tell(Words(error));
            throw;
        }
    }

    private static SocketsHttpHandler NewHandler() => new() { AllowAutoRedirect = false, UseCookies = false };

    // Messages of exceptions may hold the address with its credentials.
    private static string Words(Exception error) => error switch
    {
        OperationCanceledException => "it does not answer in time",
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown and var cause } => $"it is not reached ({cause})",
        _ => $"it is not reached ({error.GetType().Name})",
    };

    private HttpResponseMessage Heard(HttpResponseMessage response)
    {
        Tell(response.IsSuccessStatusCode ? null : $"it answers with HTTP status {(int)response.StatusCode}");
        return response;
    }

    private void Tell(string? trouble)
    {
        lock (_lock)
        {
            bool isNews = !_isKnown ? trouble is not null : (trouble is null) != (_trouble is null);
            (_isKnown, _trouble) = (true, trouble);
            if (!isNews)
            {
                return;
            }
        }

        if (trouble is null)
        {
            LogTakenAgain(logger, collector);
        }
        else
        {
            LogLost(logger, collector, trouble);
        }
    }

    [LoggerMessage(8004, LogLevel.Warning, "traces are lost: the collector {Collector} takes none: {Trouble}; nothing else suffers, and it is told when that ends")]
    private static partial void LogLost(ILogger logger, EndpointUrl collector, string trouble);

    [LoggerMessage(8005, LogLevel.Information, "traces are taken by the collector {Collector} again")]
    private static partial void LogTakenAgain(ILogger logger, EndpointUrl collector);
}
