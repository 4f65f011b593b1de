namespace Gavel.Sending;

/// <summary>Gives nonces to queued intents: by priority, then deadline, then age, as many as may wait at a time.</summary>
internal sealed class Dispatcher(SenderScope scope, Transmitter transmitter)
{
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    private readonly Appraiser _appraiser = new(scope);
    private readonly TwoLooks _looks = new();
    private ulong? _expectedNonce;

    /// <summary>Queued entries in the order in which they are sent.</summary>
    public static IEnumerable<OutboxEntry> InOrder(IEnumerable<OutboxEntry> entries) =>
        entries.Where(entry => entry.State == OutboxState.Queued)
            .OrderByDescending(entry => entry.Intent.Priority)
            .ThenBy(entry => entry.Intent.Deadline ?? DateTimeOffset.MaxValue)
            .ThenBy(entry => entry.Id);

    /// <returns>True if an entry's state changed.</returns>
    public async Task<bool> DispatchAsync(ChainView view, IReadOnlyList<OutboxEntry> entries, UInt256 cap, CancellationToken cancellationToken)
    {
        _appraiser.Begin();
        _looks.Begin();
        OutboxEntry[] queue = [.. InOrder(entries)];
        List<OutboxEntry> waiting = [.. entries.Where(entry => entry.IsInFlight && entry.Nonce >= view.Nonce)];
        int slots = scope.Options.MaxInFlight - waiting.Count;
        if (queue.Length == 0 || slots <= 0 || !IsNonceCertain(view, entries))
        {
            return false;
        }

        FeeQuote fees = await scope.Fees.QuoteAsync(cap, cancellationToken).ConfigureAwait(false);
        var budget = new Budget(view.Balance, waiting, SpentToday(entries), scope.Options.Policy);
        bool changed = false;
        foreach (OutboxEntry[] chunk in queue.Chunk(scope.Options.MaxInFlight))
        {
            Appraisal[] appraisals = await Task.WhenAll(
                chunk.Select(entry => _appraiser.AppraiseAsync(entry, view, waiting.Count > 0, cancellationToken))).ConfigureAwait(false);
            for (int i = 0; i < chunk.Length && slots > 0; i++)
            {
                OutboxEntry entry = chunk[i];
                budget.IsValueReserved |= appraisals[i].LacksFunds;
                if (appraisals[i].Final is { } final)
                {
                    await scope.RecordAsync(entry, final, cancellationToken).ConfigureAwait(false);
                    changed = true;
                }
                else if ((appraisals[i].Wait ?? ReasonToWait(entry, appraisals[i].GasLimit!.Value, fees, budget)) is { } reason)
                {
                    scope.Hold(entry, reason);
                }
                else
                {
                    scope.Reached(FailPoint.SenderChosen);
                    ulong nonce = NextNonce(view, entries, waiting);
                    bool answered = await transmitter.BeginAsync(entry, nonce, appraisals[i].GasLimit!.Value, fees, cap, cancellationToken).ConfigureAwait(false);
                    waiting.Add(entry with { State = OutboxState.Signed, Attempts = [Held(nonce)] });
                    _expectedNonce = nonce + 1;
                    changed = true;
                    slots--;
                    if (!answered)
                    {
                        return true; // no use in signing more for a node that does not answer
                    }
                }
            }

            if (slots <= 0)
            {
                break;
            }
        }

        return changed;
    }

    /// <summary>A stand-in for the attempt just signed: only its nonce is looked at in this cycle.</summary>
    private SignedAttempt Held(ulong nonce) => new()
    {
        Account = scope.Signer.Address,
        Nonce = nonce,
        Hash = default,
        Raw = default,
        GasLimit = 0,
        MaxFeePerGas = default,
        MaxPriorityFeePerGas = default,
        SignedAt = default,
    };

    private string? ReasonToWait(OutboxEntry entry, ulong gasLimit, FeeQuote fees, Budget budget)
    {
        bool emergency = scope.Options.Policy.IsEmergency(entry.Intent);
        UInt256 usualCap = scope.Options.Fees.MaxFeeCap;
        return !emergency && fees.BaseFee + scope.Options.Fees.TipFloor > usualCap
            ? $"the base fee of {fees.BaseFee} wei per gas leaves no room under the cap of {usualCap}"
            : budget.ReasonToWait(entry.Intent, fees.MaxFee * gasLimit, emergency);
    }

    /// <summary>
    /// The nonce that we expect needs no second look. Any other, such as the first after a start, or one that a foreign transaction of the
    /// account leaves us, must be seen twice: a nonce too high would wait for ever behind a gap.
    /// </summary>
    private bool IsNonceCertain(ChainView view, IReadOnlyList<OutboxEntry> entries)
    {
        ulong next = NextNonce(view, entries, entries.Where(entry => entry.IsInFlight));
        if (next != _expectedNonce)
        {
            if (!_looks.Agree(0, $"{next}"))
            {
                return false;
            }

            if (_expectedNonce is { } expected)
            {
                scope.Notify(SenderNoticeKind.Trouble, null, $"the next nonce is {next}, not {expected}: is somebody else using {scope.Signer.Address}?");
            }

            _expectedNonce = next;
        }

        return true;
    }

    /// <summary>The least nonce that is neither used nor held. A finished entry above the node's head (which lags, then) still counts as used.</summary>
    private static ulong NextNonce(ChainView view, IReadOnlyList<OutboxEntry> entries, IEnumerable<OutboxEntry> held)
    {
        HashSet<ulong> taken = [.. held.Where(entry => entry.Nonce is not null).Select(entry => entry.Nonce!.Value)];
        taken.UnionWith(entries.Where(entry => entry.Mined?.BlockNumber > view.Head.Number).Select(entry => entry.Nonce!.Value));
        ulong nonce = view.Nonce;
        while (taken.Contains(nonce))
        {
            nonce++;
        }

        return nonce;
    }

    private UInt256 SpentToday(IReadOnlyList<OutboxEntry> entries)
    {
        DateTimeOffset from = scope.Now - _day;
        return entries.SelectMany(entry => entry.Expenses).Where(expense => expense.At > from).Aggregate(UInt256.Zero, (sum, expense) => sum + expense.Wei);
    }

    /// <summary>What can still be spent in this cycle.</summary>
    private sealed class Budget
    {
        private readonly SpendPolicy _policy;
        private UInt256 _balance;
        private UInt256 _today;

        public Budget(UInt256 balance, IEnumerable<OutboxEntry> inFlight, UInt256 spentToday, SpendPolicy policy)
        {
            _policy = policy;
            UInt256 reserved = inFlight.Aggregate(UInt256.Zero, (sum, entry) =>
                sum + entry.Intent.Value + (entry.Attempts[^1].MaxFeePerGas * entry.Attempts.Max(attempt => attempt.GasLimit)));
            _balance = balance > reserved ? balance - reserved : UInt256.Zero;
            _today = spentToday + reserved;
        }

        /// <summary>True once an intent waits for funds: those after it may not spend what it waits for, but may pay for gas.</summary>
        public bool IsValueReserved { get; set; }

        /// <summary>Takes the cost of an intent, or says why it cannot be had.</summary>
        public string? ReasonToWait(Intent intent, UInt256 gas, bool emergency)
        {
            UInt256 cost = gas + intent.Value;
            if (!emergency && _today + cost > _policy.WeiPerDay)
            {
                return $"up to {cost} wei on top of the last day's {_today} would go over the daily limit of {_policy.WeiPerDay}";
            }

            if (cost > _balance)
            {
                IsValueReserved = true;
                return $"needs up to {cost} wei; the account has {_balance} left";
            }

            if (IsValueReserved && !intent.Value.IsZero)
            {
                return "an intent before it waits for funds";
            }

            _balance -= cost;
            _today += cost;
            return null;
        }
    }
}
