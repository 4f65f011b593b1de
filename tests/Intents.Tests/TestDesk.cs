using Gavel.Sending;

namespace Gavel.Intents.Tests;

/// <summary>An account's desk over an outbox of the test's.</summary>
internal sealed class TestDesk(IOutbox outbox, Address account = default) : IAccountDesk
{
    /// <summary>Whether what is in the outbox was wanted in this run.</summary>
    public bool Permits { get; init; } = true;

    public bool Sends { get; init; } = true;

    public Address Account => account;

    public IOutbox Outbox => outbox;

    public bool IsPermitted(OutboxEntry entry) => Permits;

    public void Wake()
    {
    }

    public void Settle(string chain)
    {
    }
}
