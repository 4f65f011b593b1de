using System.Diagnostics.Metrics;

namespace Gavel.Sending;

/// <summary>The instruments of the meter <c>Gavel.Ethereum</c>. Each measurement bears the tag <c>account</c>.</summary>
internal sealed class SenderMetrics : IDisposable
{
    public const string MeterName = "Gavel.Ethereum";

    private readonly KeyValuePair<string, object?> _account;
    private readonly Counter<long> _queued;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _bumped;
    private readonly Counter<long> _finished;
    private readonly Counter<double> _spent;
    private int _waiting;
    private int _inFlight;

    public SenderMetrics(Address account)
    {
        _account = new("account", account.ToString());
        Meter = new Meter(MeterName);
        _queued = Meter.CreateCounter<long>("gavel.sender.queued", "{intent}", "Intents enqueued");
        _sent = Meter.CreateCounter<long>("gavel.sender.sent", "{transaction}", "Transactions that a node took for the first time");
        _bumped = Meter.CreateCounter<long>("gavel.sender.bumped", "{transaction}", "Replacements signed with higher fees");
        _finished = Meter.CreateCounter<long>("gavel.sender.finished", "{intent}", "Intents by their final state");
        _spent = Meter.CreateCounter<double>("gavel.sender.spent", "wei", "Wei that left the account, gas and value");
        Meter.CreateObservableGauge("gavel.sender.waiting", () => new Measurement<int>(_waiting, _account), "{intent}", "Intents in the queue");
        Meter.CreateObservableGauge("gavel.sender.in_flight", () => new Measurement<int>(_inFlight, _account), "{intent}", "Intents that hold a nonce");
    }

    public Meter Meter { get; }

    public void Queued() => _queued.Add(1, _account);

    public void Sent() => _sent.Add(1, _account);

    public void Bumped() => _bumped.Add(1, _account);

    public void Finished(OutboxState state) => _finished.Add(1, _account, new("state", state.ToString()));

    public void Spent(UInt256 wei) => _spent.Add((double)wei.ToBigInteger(), _account);

    public void Load(int waiting, int inFlight) => (_waiting, _inFlight) = (waiting, inFlight);

    public void Dispose() => Meter.Dispose();
}
