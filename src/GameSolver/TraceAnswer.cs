using System.Diagnostics.CodeAnalysis;

namespace Gavel.GameSolver;

/// <summary>What a trace answers: a value, or why there is none yet. Not to know is an expected outcome, never an exception.</summary>
public readonly struct TraceAnswer<T>
{
    private readonly T? _value;

    internal TraceAnswer(T? value, string? reason, TraceWant? want = null, bool isUnderWay = false)
    {
        _value = value;
        Reason = reason;
        Want = want;
        IsUnderWay = isUnderWay;
    }

    /// <summary>True when there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Reason))]
    public bool IsAvailable => Reason is null;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public T Value => Reason is null ? _value! : throw new InvalidOperationException($"the trace has no answer: {Reason}");

    /// <summary>Why there is no value; null when there is one.</summary>
    public string? Reason { get; }

    /// <summary>What would have to be learnt for there to be one; null where there is a value, or nothing that could be fetched.</summary>
    public TraceWant? Want { get; }

    /// <summary>True when there is no value yet and nothing stands against there being one: it is being worked out.</summary>
    public bool IsUnderWay { get; }
}

/// <summary>What a trace would have to learn to answer. The solver hands it on to whoever can fetch it; to ask for a value changes nothing.</summary>
public abstract record TraceWant;

/// <summary>Makes answers of a trace.</summary>
public static class TraceAnswer
{
    /// <summary>A value.</summary>
    public static TraceAnswer<T> Of<T>(T value) => new(value, null);

    /// <summary>No value, and why.</summary>
    /// <param name="reason">In words.</param>
    /// <param name="want">What would have to be learnt; null where nothing can be fetched.</param>
    public static TraceAnswer<T> Unavailable<T>(string reason, TraceWant? want = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new TraceAnswer<T>(default, reason, want);
    }

    /// <summary>No value yet, and how far it is; nothing stands against there being one.</summary>
    public static TraceAnswer<T> UnderWay<T>(string progress, TraceWant? want = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(progress);
        return new TraceAnswer<T>(default, progress, want, isUnderWay: true);
    }
}
