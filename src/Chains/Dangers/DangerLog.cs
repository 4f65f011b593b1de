using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains;

/// <summary>
/// Tells the dangers of the board in the log: each once when it begins, again when it becomes graver or half of the time that was left is gone, and
/// once when it is over. One that comes and goes is over only when it has stayed away for a while.
/// </summary>
/// <param name="board">Where they stand.</param>
/// <param name="clock">The host's clock.</param>
/// <param name="logger">Where they are told.</param>
public sealed partial class DangerLog(IDangerSource board, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(30);

    // Below this many seconds the time that is left is not told any more.
    private const double LastHalf = 15;

    private readonly Dictionary<(DangerKind Kind, string Subject), Told> _told = [];

    /// <summary>Tells until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                Tell();
            }
            catch (Exception error)
            {
                LogUntold(logger, error.GetType().Name, error.Message); // a fault of one part, which must not silence the others for ever
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    /// <summary>Tells what is new since the last time.</summary>
    public void Tell()
    {
        DateTimeOffset now = clock.GetUtcNow();
        foreach (Danger danger in board.Dangers)
        {
            (DangerKind, string) key = (danger.Kind, danger.Subject);
            double? left = (danger.Deadline - now)?.TotalSeconds;
            if (!_told.TryGetValue(key, out Told? told) || danger.Severity > told.Severity || IsHalved(told.Left, left))
            {
                Tell(danger, left);
                told = new Told(danger.Severity, left, danger.Since);
            }

            _told[key] = told with { Seen = now };
        }

        foreach (((DangerKind kind, string subject), Told told) in _told.Where(known => now - known.Value.Seen >= GoneAfter).ToArray())
        {
            _told.Remove((kind, subject));
            LogOver(logger, kind.Code, subject, told.Since);
        }
    }

    private void Tell(Danger danger, double? left)
    {
        LogLevel level = LevelOf(danger);
        string time = LeftOf(left);
        LogDanger(logger, level, danger.Severity, danger.Code, danger.Subject, danger.Problem, danger.Mend, time);
    }

    private static bool IsHalved(double? before, double? left) => (before > LastHalf && left <= before / 2) || (before > 0 && left <= 0);

    private static LogLevel LevelOf(Danger danger) => danger.Kind.Loudness switch
    {
        DangerLoudness.Critical => LogLevel.Critical,
        DangerLoudness.Error => LogLevel.Error,
        _ => danger.Severity switch
        {
            DangerSeverity.Page => LogLevel.Error,
            DangerSeverity.Warn => LogLevel.Warning,
            _ => LogLevel.Information,
        },
    };

    private static string LeftOf(double? left) => left switch
    {
        null => "",
        <= 0 => "; its time is over",
        double seconds => string.Create(CultureInfo.InvariantCulture, $"; {Math.Floor(seconds)} s are left"),
    };

    [LoggerMessage(EventId = 7001, Message = "{Severity} {Code}: {Subject}: {Problem}; {Mend}{Left}")]
    private static partial void LogDanger(ILogger logger, LogLevel level, DangerSeverity severity, string code, string subject, string problem, string mend, string left);

    [LoggerMessage(7002, LogLevel.Information, "Over {Code}: {Subject}; it stood since {Since:u}")]
    private static partial void LogOver(ILogger logger, string code, string subject, DateTimeOffset since);

    [LoggerMessage(7003, LogLevel.Error, "The dangers could not be told ({ErrorType}): {Problem}; it is tried again")]
    private static partial void LogUntold(ILogger logger, string errorType, string problem);

    private sealed record Told(DangerSeverity Severity, double? Left, DateTimeOffset Since)
    {
        public DateTimeOffset Seen { get; init; }
    }
}
