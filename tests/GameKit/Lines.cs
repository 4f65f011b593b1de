using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Gavel.GameKit;

/// <summary>Keeps what is logged.</summary>
public class Lines : ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text)> All { get; } = [];

    public int Count(string words) => All.Count(line => line.Text.Contains(words, StringComparison.Ordinal));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        All.Enqueue((logLevel, formatter(state, exception)));

    public override string ToString() => string.Join("\n", All.Select(line => $"{line.Level}: {line.Text}"));
}

/// <summary>Keeps what is logged in a category.</summary>
public sealed class Lines<T> : Lines, ILogger<T>;
