using System.Diagnostics.CodeAnalysis;

namespace Gavel.Rollup;

/// <summary>
/// What the trusted nodes say: a value that every source agrees on, or why there is none. Not to know is an expected outcome; it never
/// makes a claim false.
/// </summary>
public readonly struct NodeAnswer<T>
{
    private readonly T? _value;

    internal NodeAnswer(T? value, string? reason)
    {
        _value = value;
        Reason = reason;
    }

    /// <summary>True when there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Reason))]
    public bool IsAvailable => Reason is null;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public T Value => Reason is null ? _value! : throw new InvalidOperationException($"the nodes gave no answer: {Reason}");

    /// <summary>Why there is no value; null when there is one.</summary>
    public string? Reason { get; }
}

/// <summary>Makes answers of nodes.</summary>
public static class NodeAnswer
{
    /// <summary>A value that all sources agree on.</summary>
    public static NodeAnswer<T> Of<T>(T value) => new(value, null);

    /// <summary>No value, and why.</summary>
    public static NodeAnswer<T> Unavailable<T>(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new NodeAnswer<T>(default, reason);
    }
}
