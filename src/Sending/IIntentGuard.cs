using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>What the caller's check says of an intent.</summary>
public enum IntentStanding
{
    /// <summary>Send it.</summary>
    Wanted,

    /// <summary>The chain already shows its effect: it is superseded.</summary>
    Effective,

    /// <summary>It must not be sent: it is refused.</summary>
    Unwanted,

    /// <summary>Nothing can be said now. It stays where it is and is asked for again; what an earlier run signed is offered as it is.</summary>
    Unknown,

    /// <summary>One look says that it must not be sent, and one more is waited for: until then it stays where it is, and is offered to nobody.</summary>
    Doubtful,
}

/// <summary>An answer of <see cref="IIntentGuard"/>.</summary>
/// <param name="Standing">The answer.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="ExactValue">The wei that the chain asks for now; an intent with another value is refused. Null where it does not matter.</param>
public readonly record struct IntentVerdict(IntentStanding Standing, string Reason = "", UInt256? ExactValue = null)
{
    /// <summary>Wanted at whatever value it has.</summary>
    public static IntentVerdict Wanted => new(IntentStanding.Wanted);
}

/// <summary>
/// The caller's check of an intent against the chain: asked before it is first sent and before each time that it is sent again. An
/// intent in flight that is no longer wanted has its nonce taken back by a cancellation.
/// </summary>
public interface IIntentGuard
{
    /// <summary>
    /// Whether the chain may take the intent after its deadline too: the deadline then says only how urgent it is, and only the check says
    /// when it is over. A step against a claim counts until the claim is resolved, whoever's clock has run out.
    /// </summary>
    bool MayBeLate(OutboxEntry entry) => false;

    /// <summary>How the intent stands at a block.</summary>
    /// <exception cref="RpcException">The chain could not be asked; as <see cref="IntentStanding.Unknown"/>.</exception>
    ValueTask<IntentVerdict> CheckAsync(OutboxEntry entry, RpcBlock head, CancellationToken cancellationToken);
}
