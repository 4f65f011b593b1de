using Gavel.Ethereum;
using Prometheus;

namespace Gavel.Sending;

/// <summary>The figures of one account's sender, as <see cref="MetricCatalogue"/> defines them.</summary>
internal sealed class SenderMetrics(ulong chainId, Address account)
{
    private const double WeiPerEther = 1e18;

    private static readonly Gauge _intents = PrometheusMetrics.Gauge(MetricCatalogue.SenderIntents);
    private static readonly Counter _finished = PrometheusMetrics.Counter(MetricCatalogue.SenderFinished);
    private static readonly Counter _offers = PrometheusMetrics.Counter(MetricCatalogue.SenderOffers);
    private static readonly Counter _replacements = PrometheusMetrics.Counter(MetricCatalogue.SenderReplacements);
    private static readonly Counter _fees = PrometheusMetrics.Counter(MetricCatalogue.SenderFees);
    private static readonly Counter _value = PrometheusMetrics.Counter(MetricCatalogue.SenderValue);
    private static readonly Gauge _balance = PrometheusMetrics.Gauge(MetricCatalogue.SenderBalance);
    private static readonly Gauge _reserved = PrometheusMetrics.Gauge(MetricCatalogue.SenderReserved);
    private static readonly Gauge _nonce = PrometheusMetrics.Gauge(MetricCatalogue.SenderNonce);
    private static readonly Counter _refusals = PrometheusMetrics.Counter(MetricCatalogue.SenderRefusals);

    private readonly string _l1 = chainId.ToString(System.Globalization.CultureInfo.InvariantCulture);
    private readonly string _account = account.ToString();

    public void Load(int queued, int inFlight, int held)
    {
        _intents.WithLabels(_l1, _account, "queued").Set(queued);
        _intents.WithLabels(_l1, _account, "in_flight").Set(inFlight);
        _intents.WithLabels(_l1, _account, "held").Set(held);
    }

    public void Finished(OutboxState state) => _finished.WithLabels(_l1, _account, Word(state.ToString())).Inc();

    public void Offered(string outcome) => _offers.WithLabels(_l1, _account, outcome).Inc();

    public void Replaced() => _replacements.WithLabels(_l1, _account).Inc();

    public void Paid(MinedAttempt mined)
    {
        UInt256 fee = mined.EffectiveGasPrice * mined.GasUsed;
        _fees.WithLabels(_l1, _account).Inc(Ether(fee));
        _value.WithLabels(_l1, _account).Inc(mined.Cost > fee ? Ether(mined.Cost - fee) : 0);
    }

    public void Balance(UInt256 wei) => _balance.WithLabels(_l1, _account).Set(Ether(wei));

    public void Reserved(UInt256 wei) => _reserved.WithLabels(_l1, _account).Set(Ether(wei));

    public void NextNonce(ulong nonce) => _nonce.WithLabels(_l1, _account).Set(nonce);

    public void Held(HoldCause cause) => _refusals.WithLabels(_l1, _account, Word(cause.ToString())).Inc();

    private static double Ether(UInt256 wei) => (double)wei.ToBigInteger() / WeiPerEther;

    // FeeCap: fee_cap
    private static string Word(string name) =>
        string.Concat(name.Select((letter, i) => char.IsUpper(letter) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(letter) : $"{letter}"));
}
