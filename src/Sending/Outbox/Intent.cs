namespace Gavel.Sending;

/// <summary>
/// A call that somebody wants to see on the chain: its meaning (<see cref="Key"/>), what to call, and how urgent it is. It holds
/// neither nonce nor fee; those belong to the attempts to send it.
/// </summary>
public sealed record Intent
{
    /// <summary>The longest key, in bytes.</summary>
    public const int MaxKeySize = 256;

    /// <summary>The longest calldata and the longest explanation, in bytes each. Nodes take transactions of at most 128 KiB.</summary>
    public const int MaxBlobSize = 1 << 20;

    /// <summary>Opaque bytes of the caller (1 … 256) that name the meaning of the call. Two intents with one key are one intent.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>The contract to call.</summary>
    public required Address Target { get; init; }

    /// <summary>The call's selector and arguments.</summary>
    public required ReadOnlyMemory<byte> Calldata { get; init; }

    /// <summary>Wei to send along, exactly.</summary>
    public UInt256 Value { get; init; }

    /// <summary>Gas that the caller knows to be needed; 0 if it knows nothing. The limit is never below it.</summary>
    public ulong GasHint { get; init; }

    /// <summary>How much it matters: from <see cref="SpendPolicy.EmergencyPriority"/> on it goes before all others. Of two with one deadline the larger goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Block time at which the call loses its worth and, if still queued, expires. The earlier goes first, none last.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Opaque bytes of the caller that say why; kept with the intent and never read here.</summary>
    public ReadOnlyMemory<byte> Explanation { get; init; }

    /// <exception cref="ArgumentException">A field is out of its bounds; the message names it.</exception>
    internal void Check()
    {
        if (Key.Length is 0 or > MaxKeySize)
        {
            throw new ArgumentException($"an intent's key has 1 … {MaxKeySize} bytes, this one {Key.Length}");
        }

        if (Calldata.Length > MaxBlobSize)
        {
            throw new ArgumentException($"an intent's calldata has at most {MaxBlobSize} bytes, this one {Calldata.Length}");
        }

        if (Explanation.Length > MaxBlobSize)
        {
            throw new ArgumentException($"an intent's explanation has at most {MaxBlobSize} bytes, this one {Explanation.Length}");
        }
    }
}
