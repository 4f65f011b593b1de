namespace Gavel.Sending;

/// <summary>
/// What can still be spent in one cycle. Entries come in order of deadline; each that the balance can reach takes its cost, and one that it
/// cannot reach takes nothing from those after it.
/// </summary>
internal sealed class Budget
{
    private readonly SpendPolicy _policy;
    private UInt256 _balance;
    private UInt256 _today;
    private UInt256 _wanted;

    /// <param name="balance">Wei of the account.</param>
    /// <param name="inFlight">What waits to be mined: its cost is spent already.</param>
    /// <param name="spentToday">Wei of the last 24 hours.</param>
    /// <param name="policy">The daily limit.</param>
    public Budget(UInt256 balance, IEnumerable<OutboxEntry> inFlight, UInt256 spentToday, SpendPolicy policy)
    {
        _policy = policy;
        Reserved = inFlight.Aggregate(UInt256.Zero, (sum, entry) =>
            sum + entry.Intent.Value + (entry.Attempts[^1].MaxFeePerGas * entry.Attempts.Max(attempt => attempt.GasLimit)));
        _balance = balance > Reserved ? balance - Reserved : UInt256.Zero;
        _today = spentToday + Reserved;
    }

    /// <summary>Wei that is in flight or was given out in this cycle.</summary>
    public UInt256 Reserved { get; private set; }

    /// <summary>Wei by which the balance falls short of all that had to wait for it.</summary>
    public UInt256 Missing => _wanted > _balance ? _wanted - _balance : UInt256.Zero;

    /// <summary>The earliest deadline of what had to wait for funds.</summary>
    public DateTimeOffset? Deadline { get; private set; }

    /// <summary>True if something urgent had to wait for funds.</summary>
    public bool IsUrgent { get; private set; }

    /// <summary>Takes the cost of an entry, or says why it cannot be had.</summary>
    public Appraisal.Wait? Take(OutboxEntry entry, UInt256 gas)
    {
        UInt256 cost = gas + entry.Intent.Value;
        if (!_policy.IsEmergency(entry.Intent) && _today + cost > _policy.WeiPerDay)
        {
            return new Appraisal.Wait(HoldCause.DailyLimit, $"up to {cost} wei on top of the last day's {_today} would go over the daily limit of {_policy.WeiPerDay}");
        }

        if (cost > _balance)
        {
            Lacks(entry, cost);
            return new Appraisal.Wait(HoldCause.Funds, $"needs up to {cost} wei; the account has {_balance} left");
        }

        _balance -= cost;
        _today += cost;
        Reserved += cost;
        return null;
    }

    /// <summary>Counts an entry that waits for funds.</summary>
    public void Lacks(OutboxEntry entry, UInt256 cost)
    {
        _wanted += cost;
        IsUrgent |= _policy.IsEmergency(entry.Intent);
        Deadline = entry.Deadline < (Deadline ?? DateTimeOffset.MaxValue) ? entry.Deadline : Deadline;
    }
}
