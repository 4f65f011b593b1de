using Gavel.Sending;

namespace Gavel.Intents;

/// <summary>An account as those see it who decide what is to be sent from it.</summary>
public interface IAccountDesk
{
    /// <summary>The account.</summary>
    Address Account { get; }

    /// <summary>False in a dry run.</summary>
    bool Sends { get; }

    /// <summary>Where intents live. In a dry run it is for reading only.</summary>
    IOutbox Outbox { get; }

    /// <summary>True if a decision of this run has permitted an entry, so that it may be sent.</summary>
    bool IsPermitted(OutboxEntry entry);

    /// <summary>Has the outbox looked at now.</summary>
    void Wake();

    /// <summary>Says that a chain has decided everything once in this run, and so wants nothing from before it but what it has permitted.</summary>
    void Settle(string chain);
}

/// <summary>An account in a dry run: there is no sender, and the journal is only looked at, also beside an agent that owns it.</summary>
public sealed class DryRunDesk(Address account, string journal) : IAccountDesk
{
    /// <inheritdoc/>
    public Address Account { get; } = account;

    /// <inheritdoc/>
    public bool Sends => false;

    /// <inheritdoc/>
    public IOutbox Outbox { get; } = new ReadOnlyJournal(journal);

    /// <inheritdoc/>
    public bool IsPermitted(OutboxEntry entry) => false;

    /// <inheritdoc/>
    public void Wake()
    {
    }

    /// <inheritdoc/>
    public void Settle(string chain)
    {
    }
}
