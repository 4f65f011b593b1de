using System.Net;

namespace Gavel.Agent.Deciding;

/// <summary>
/// Lets through only who is on this machine and carries the operator's token. Who carries it is never kept waiting by those who do not: these are
/// answered after a pause, few at a time, and told in the log, not for each attempt.
/// </summary>
internal sealed partial class OperatorGate(OperatorToken token, TimeProvider clock, ILogger<OperatorGate> logger)
{
    // A bearer's header is longer than a token may be by its scheme.
    private const int LongestHeader = 8192;
    private const int MostAtATime = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private DateTimeOffset _said = DateTimeOffset.MinValue;
    private int _unsaid;
    private int _refusing;

    /// <summary>Whether a request may pass; where it may not, it has been answered.</summary>
    public async Task<bool> PassesAsync(HttpContext context)
    {
        ConnectionInfo connection = context.Connection;
        IPAddress? from = connection.RemoteIpAddress;
        if (from is null || !(IPAddress.IsLoopback(from) || from.Equals(connection.LocalIpAddress)))
        {
            Say(from, "it is not from this machine");
            await DecisionPage.AnswerAsync(context, StatusCodes.Status403Forbidden, "decisions are taken from this machine alone");
            return false;
        }

        string? header = context.Request.Headers.Authorization;
        if (!(header?.Length > LongestHeader) && token.IsIn(header))
        {
            return true;
        }

        Say(from, string.IsNullOrEmpty(header) ? "it carries no token" : "its token is another");
        try
        {
            if (Interlocked.Increment(ref _refusing) > MostAtATime)
            {
                await DecisionPage.AnswerAsync(context, StatusCodes.Status429TooManyRequests, "too many refused attempts at a time");
                return false;
            }

            await Task.Delay(Pause, clock, context.RequestAborted);
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await DecisionPage.AnswerAsync(context, StatusCodes.Status401Unauthorized, "the operator's token of Host:OperatorTokenFile is needed");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return false; // who was refused has left
        }
        finally
        {
            Interlocked.Decrement(ref _refusing);
        }

        return false;
    }

    private void Say(IPAddress? from, string why)
    {
        int unsaid;
        lock (_lock)
        {
            DateTimeOffset now = clock.GetUtcNow();
            if ((now - _said).Duration() < BetweenLines)
            {
                _unsaid++;
                return;
            }

            (_said, unsaid, _unsaid) = (now, _unsaid, 0);
        }

        LogRefused(logger, from, why, unsaid);
    }

    [LoggerMessage(8010, LogLevel.Warning, "an attempt from {From} to look at or take a decision was refused: {Why} ({Unsaid} more since the last such line)")]
    private static partial void LogRefused(ILogger logger, IPAddress? from, string why, int unsaid);
}
