using Gavel.Sending;


namespace Gavel.Agent.Operating;

/// <summary>
/// Holds the journal of an account, so that no agent sends from it meanwhile: an account's nonces have one owner (docs/adr/0009). Without a
/// data directory nothing is known of an agent, and nothing is held.
/// </summary>
internal sealed class AccountHold : IAsyncDisposable
{
    private readonly JournalOutbox? _journal;

    private AccountHold(JournalOutbox? journal) => _journal = journal;

    /// <summary>Holds nothing.</summary>
    public static AccountHold None { get; } = new(null);

    /// <summary>Takes hold of an account.</summary>
    /// <exception cref="OperatorException">An agent is running with it, or has left transactions of it under way.</exception>
    public static async Task<AccountHold> TakeAsync(string? dataDirectory, ulong chainId, Address account, CancellationToken cancellationToken)
    {
        string folder = dataDirectory is null ? "" : Path.Combine(dataDirectory, "outbox", $"{chainId}-{account}");
        if (!Directory.Exists(folder))
        {
            return None;
        }

        AccountHold hold = new(Open(Path.Combine(folder, "journal"), account));
        IReadOnlyList<OutboxEntry> inFlight = await hold._journal!.ListAsync(new[] { OutboxState.Signed, OutboxState.Sent }, cancellationToken);
        if (inFlight.Count == 0)
        {
            return hold;
        }

        await hold.DisposeAsync();
        throw OperatorException.Refused(
            $"the agent has left {inFlight.Count} transactions of account {account} under way (nonces from {inFlight.Min(entry => entry.Nonce)}): "
            + "start it and let it finish, or use another account");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _journal is null ? ValueTask.CompletedTask : _journal.DisposeAsync();

    private static JournalOutbox Open(string path, Address account)
    {
        try
        {
            return JournalOutbox.Open(path);
        }
        catch (OutboxException error) when (error.Fault == OutboxFault.Locked)
        {
            throw OperatorException.Refused(
                $"a running agent owns account {account} ({error.Message}): stop it first, or use another account with --key-file", error);
        }
    }
}
