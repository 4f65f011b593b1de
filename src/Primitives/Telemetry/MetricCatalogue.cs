namespace Gavel.Primitives;

/// <summary>
/// Every metric that the product exposes on <c>/metrics</c>. What measures takes its definition from here, docs/metrics.md is written from
/// here, and a test holds that a running agent exposes these and no others.
/// </summary>
/// <remarks>
/// Labels: <c>endpoint</c> is a node's address without credentials, <c>chain</c> a configured chain's name, <c>l1</c> the chain id of L1,
/// <c>account</c> an account's address.
/// </remarks>
public static class MetricCatalogue
{
    private static readonly double[] _roundTrips = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly double[] _cycles = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];

    // Endpoints: src/Ethereum.

    /// <summary>
    /// Requests by what became of them. <c>outcome</c>: <c>answer</c>, <c>revert</c>, <c>error</c> (of that request alone), <c>refused</c> (a method,
    /// range or size that this node does not serve), <c>limited</c> (too many requests), <c>trouble</c> (the server's own), <c>garbled</c>,
    /// <c>timeout</c>, <c>unreachable</c>, <c>cancelled</c>.
    /// </summary>
    public static MetricDefinition EndpointRequests { get; } = new(
        "gavel_endpoint_requests_total", MetricKind.Counter, "requests", ["endpoint", "outcome"], "Requests to a node, each one of a batch counted, by what became of them.");

    /// <summary>Time of one round trip, a whole batch being one.</summary>
    public static MetricDefinition EndpointRoundTrip { get; } = new(
        "gavel_endpoint_round_trip_seconds", MetricKind.Histogram, "seconds", ["endpoint"], "Time of one round trip to a node; a batch is one.")
    { Buckets = _roundTrips };

    /// <summary>Health from 0 (left alone) to 1.</summary>
    public static MetricDefinition EndpointHealth { get; } = new(
        "gavel_endpoint_health_ratio", MetricKind.Gauge, "ratio", ["endpoint"], "Health of a node as the choice among nodes sees it, from 0 (left alone) to 1.");

    /// <summary>Height of its newest head.</summary>
    public static MetricDefinition EndpointHead { get; } = new(
        "gavel_endpoint_head_block", MetricKind.Gauge, "blocks", ["endpoint"], "Height of the newest block that a node has told.");

    /// <summary>When its head last changed; its age is the difference to now.</summary>
    public static MetricDefinition EndpointHeadChanged { get; } = new(
        "gavel_endpoint_head_changed_timestamp_seconds", MetricKind.Gauge, "seconds", ["endpoint"],
        "Unix time at which a node's newest block last changed, by our clock; the head's age is time() minus this.");

    /// <summary>Time stamp of its newest head.</summary>
    public static MetricDefinition EndpointHeadTime { get; } = new(
        "gavel_endpoint_head_timestamp_seconds", MetricKind.Gauge, "seconds", ["endpoint"], "Time stamp of the newest block that a node has told, in Unix time.");

    /// <summary>Requests that it bears in one round trip.</summary>
    public static MetricDefinition EndpointBatchSize { get; } = new(
        "gavel_endpoint_batch_size", MetricKind.Gauge, "requests", ["endpoint"], "Requests that are put into one round trip to a node at most, as it has shown to bear.");

    // The sender: src/Sending.

    /// <summary>Intents that are not finished. <c>state</c>: <c>queued</c>, <c>in_flight</c>, <c>held</c>.</summary>
    public static MetricDefinition SenderIntents { get; } = new(
        "gavel_sender_intents", MetricKind.Gauge, "intents", ["l1", "account", "state"], "Intents that are not finished, by state.");

    /// <summary>Intents that reached a final state.</summary>
    public static MetricDefinition SenderFinished { get; } = new(
        "gavel_sender_finished_total", MetricKind.Counter, "intents", ["l1", "account", "state"], "Intents that reached a final state, by that state.");

    /// <summary>Offers of signed transactions to nodes. <c>outcome</c>: <c>taken</c>, <c>known</c>, <c>refused</c>, <c>unanswered</c>.</summary>
    public static MetricDefinition SenderOffers { get; } = new(
        "gavel_sender_offers_total", MetricKind.Counter, "offers", ["l1", "account", "outcome"], "Offers of signed transactions to nodes, by what the node said.");

    /// <summary>Replacements signed with higher fees.</summary>
    public static MetricDefinition SenderReplacements { get; } = new(
        "gavel_sender_replacements_total", MetricKind.Counter, "transactions", ["l1", "account"], "Replacements of transactions, signed with higher fees.");

    /// <summary>Fees paid.</summary>
    public static MetricDefinition SenderFees { get; } = new(
        "gavel_sender_fees_ether_total", MetricKind.Counter, "ether", ["l1", "account"], "Fees paid for mined transactions.");

    /// <summary>Value sent, bonds for the most part.</summary>
    public static MetricDefinition SenderValue { get; } = new(
        "gavel_sender_value_ether_total", MetricKind.Counter, "ether", ["l1", "account"], "Value sent with mined transactions, bonds for the most part.");

    /// <summary>The account's balance.</summary>
    public static MetricDefinition SenderBalance { get; } = new(
        "gavel_sender_balance_ether", MetricKind.Gauge, "ether", ["l1", "account"], "The account's balance as last read.");

    /// <summary>The part of the balance that unfinished intents need.</summary>
    public static MetricDefinition SenderReserved { get; } = new(
        "gavel_sender_reserved_ether", MetricKind.Gauge, "ether", ["l1", "account"], "The part of the account's balance that is reserved for unfinished intents.");

    /// <summary>The next nonce.</summary>
    public static MetricDefinition SenderNonce { get; } = new(
        "gavel_sender_next_nonce", MetricKind.Gauge, "1", ["l1", "account"], "The nonce that the account's next transaction gets.");

    /// <summary>What was not sent. <c>reason</c> is one of a few words, never an error's text.</summary>
    public static MetricDefinition SenderRefusals { get; } = new(
        "gavel_sender_refusals_total", MetricKind.Counter, "refusals", ["l1", "account", "reason"], "Intents that were refused or held, by reason.");

    // The cycle: src/Challenger.

    /// <summary>Time of one cycle of a chain.</summary>
    public static MetricDefinition CycleDuration { get; } = new(
        "gavel_cycle_duration_seconds", MetricKind.Histogram, "seconds", ["chain"], "Time of one cycle: reading a chain, deciding every game, handing over what is wanted.")
    { Buckets = _cycles };

    /// <summary>Cycles that decided nothing.</summary>
    public static MetricDefinition CycleFailures { get; } = new(
        "gavel_cycle_failures_total", MetricKind.Counter, "cycles", ["chain"], "Cycles that decided nothing, because L1 could not be read.");

    /// <summary>When a cycle last ended well.</summary>
    public static MetricDefinition CycleLastGood { get; } = new(
        "gavel_cycle_last_good_timestamp_seconds", MetricKind.Gauge, "seconds", ["chain"], "Unix time at which a cycle last decided every game.");

    /// <summary>L1 block of the last cycle.</summary>
    public static MetricDefinition CycleHead { get; } = new(
        "gavel_cycle_l1_block", MetricKind.Gauge, "blocks", ["chain"], "Height of the L1 block at which the last cycle read and decided.");

    /// <summary>Games that are watched. <c>state</c>: <c>valid</c>, <c>invalid</c>, <c>unavailable</c> (games in progress by our verdict), <c>other</c>.</summary>
    public static MetricDefinition CycleGames { get; } = new(
        "gavel_cycle_games", MetricKind.Gauge, "games", ["chain", "state"],
        "Games that are watched: those in progress by our verdict on their root (valid, invalid, unavailable), and all others.");

    /// <summary>Games that the last cycle could not decide.</summary>
    public static MetricDefinition CycleUndecided { get; } = new(
        "gavel_cycle_undecided_games", MetricKind.Gauge, "games", ["chain"], "Games that the last cycle could not decide because of an error.");

    /// <summary>Calls that the last cycle wants on the chain.</summary>
    public static MetricDefinition CycleWanted { get; } = new(
        "gavel_cycle_wanted_calls", MetricKind.Gauge, "calls", ["chain"], "Calls that the last cycle wants on the chain, under way or not.");

    /// <summary>VM steps executed.</summary>
    public static MetricDefinition VmSteps { get; } = new(
        "gavel_vm_steps_total", MetricKind.Counter, "steps", ["chain"], "Steps that the fault-proof VM has executed.");

    /// <summary>
    /// Upgrades that were seen. <c>kind</c>: <c>type-added</c>, <c>type-removed</c>, <c>type-changed</c>, <c>respected-type-changed</c>, <c>factory-changed</c>.
    /// </summary>
    public static MetricDefinition Upgrades { get; } = new(
        "gavel_upgrades_total", MetricKind.Counter, "upgrades", ["chain", "kind"], "Upgrades of a chain that were seen since the start, by kind; /events tells them in words.");

    // The process: src/Agent.

    /// <summary>Dangers that stand. <c>severity</c>: <c>watch</c>, <c>warn</c>, <c>page</c>; <c>origin</c>: <c>ours</c>, <c>chain</c>.</summary>
    public static MetricDefinition Dangers { get; } = new(
        "gavel_dangers", MetricKind.Gauge, "dangers", ["severity", "origin", "code"], "Dangers that stand now, by severity, origin and code; /dangers tells them in words.");

    /// <summary>1, with the version as a label.</summary>
    public static MetricDefinition Build { get; } = new(
        "gavel_build_info", MetricKind.Gauge, "1", ["version"], "1; the label tells the version of the agent.");

    /// <summary>All of them, in the order of docs/metrics.md.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        EndpointRequests, EndpointRoundTrip, EndpointHealth, EndpointHead, EndpointHeadChanged, EndpointHeadTime, EndpointBatchSize,
        SenderIntents, SenderFinished, SenderOffers, SenderReplacements, SenderFees, SenderValue, SenderBalance, SenderReserved, SenderNonce, SenderRefusals,
        CycleDuration, CycleFailures, CycleLastGood, CycleHead, CycleGames, CycleUndecided, CycleWanted, VmSteps, Upgrades,
        Dangers, Build,
    ];
}
