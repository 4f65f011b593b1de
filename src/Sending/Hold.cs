namespace Gavel.Sending;

/// <summary>Why an entry has to wait.</summary>
internal enum HoldCause
{
    /// <summary>For the next look, which is a matter of one poll: no danger.</summary>
    SecondLook,

    /// <summary>For a decision of this run: no danger while the first cycle lasts.</summary>
    Decision,

    /// <summary>The caller's check could not say anything.</summary>
    Unchecked,

    /// <summary>No estimate is to be had.</summary>
    Estimate,

    /// <summary>The account cannot pay for it.</summary>
    Funds,

    /// <summary>It would go over the daily limit.</summary>
    DailyLimit,

    /// <summary>It would go over a cap on fees.</summary>
    FeeCap,

    /// <summary>The signer refuses it or cannot be reached.</summary>
    Signer,

    /// <summary>Nodes refuse it.</summary>
    Refused,

    /// <summary>Its receipt or transaction cannot be had.</summary>
    Receipt,

    /// <summary>Something else went wrong with this entry.</summary>
    Error,
}

/// <summary>What may be done with a queued entry now.</summary>
internal abstract record Appraisal
{
    private Appraisal()
    {
    }

    /// <summary>Send it with this gas limit.</summary>
    public sealed record Send(ulong GasLimit) : Appraisal;

    /// <summary>Record this and be done with it.</summary>
    public sealed record Final(OutboxChange Change) : Appraisal;

    /// <summary>It has to wait.</summary>
    public sealed record Wait(HoldCause Cause, string Reason) : Appraisal;
}
