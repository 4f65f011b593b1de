using System.Collections.Concurrent;
using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>The value that a permitted call may carry.</summary>
/// <param name="Least">Wei, at least.</param>
/// <param name="Most">Wei, at most.</param>
public readonly record struct SpendValue(UInt256 Least, UInt256 Most)
{
    /// <summary>No value.</summary>
    public static SpendValue None => default;

    /// <summary>This value and no other.</summary>
    public static SpendValue Exactly(UInt256 wei) => new(wei, wei);

    /// <summary>Any value up to this.</summary>
    public static SpendValue AtMost(UInt256 wei) => new(UInt256.Zero, wei);
}

/// <summary>
/// What the sender may spend: how many wei in any 24 hours, and, for what no decision of the running process has permitted
/// (<see cref="OutboxChange.Permitted"/>), which functions of which contracts with which value. What is not allowed is refused.
/// </summary>
/// <param name="weiPerDay">The most wei, value and gas, in 24 hours; an intent over it waits.</param>
/// <param name="emergencyPriority">Intents of at least this priority may go over it, and over the usual fee cap.</param>
public sealed class SpendPolicy(UInt256 weiPerDay, int emergencyPriority = int.MaxValue)
{
    private readonly ConcurrentDictionary<(Address Target, Selector? Selector), SpendValue> _allowed = [];

    /// <summary>Wei in 24 hours.</summary>
    public UInt256 WeiPerDay { get; } = weiPerDay;

    /// <summary>The least priority of an emergency.</summary>
    public int EmergencyPriority { get; } = emergencyPriority;

    /// <summary>Permits a function of a contract; a null selector is a call with less than four bytes. A later rule replaces an earlier one.</summary>
    public SpendPolicy Allow(Address target, Selector? selector, SpendValue value)
    {
        _allowed[(target, selector)] = value;
        return this;
    }

    /// <summary>Why an intent is not allowed; null if it is. The daily limit is no part of this.</summary>
    public string? Refusal(Intent intent)
    {
        Selector? selector = Selector.At(intent.Calldata.Span);
        if (!_allowed.TryGetValue((intent.Target, selector), out SpendValue value))
        {
            return $"the spend policy does not allow {(selector is null ? "a plain transfer" : $"function {selector}")} at {intent.Target}";
        }

        return intent.Value < value.Least || intent.Value > value.Most
            ? $"the spend policy allows {value.Least} … {value.Most} wei for {selector} at {intent.Target}, not {intent.Value}"
            : null;
    }

    /// <summary>True if the intent may go over the daily limit and the usual fee cap.</summary>
    public bool IsEmergency(Intent intent) => intent.Priority >= EmergencyPriority;
}
