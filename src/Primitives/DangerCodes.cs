namespace Gavel.Primitives;

/// <summary>
/// Every kind of danger that Gavel can raise. A danger cannot be raised but of one of these; each has its section in docs/dangers.md, and a test
/// holds that none is missing there or never raised.
/// </summary>
public static class DangerCodes
{
    // Claims and games.

    /// <summary>A claim against us, or one that cannot be judged, has no answer that could be sent.</summary>
    public static DangerKind ClaimUnanswerable { get; } = new("claim-unanswerable", DangerSeverity.Warn, DangerOrigin.Ours, "A claim against us, or one that cannot be judged, has no answer that could be sent.", DangerLoudness.Error);

    /// <summary>No clock is left in a game whose claims stand against our verdict: anybody can make that result final.</summary>
    public static DangerKind GameBeingLost { get; } = new("game-being-lost", DangerSeverity.Page, DangerOrigin.Chain, "No clock is left in a game whose claims stand against our verdict: anybody can make that result final.", DangerLoudness.Error);

    /// <summary>LOST: a game was resolved against our verdict.</summary>
    public static DangerKind GameAgainstVerdict { get; } = new("game-against-verdict", DangerSeverity.Page, DangerOrigin.Chain, "LOST: a game was resolved against our verdict.", DangerLoudness.Critical);

    /// <summary>A bond of ours went to somebody else.</summary>
    public static DangerKind BondLost { get; } = new("bond-lost", DangerSeverity.Warn, DangerOrigin.Chain, "A bond of ours went to somebody else.", DangerLoudness.Error);

    /// <summary>A game's contract version has a weakness through which a true root can be lost.</summary>
    public static DangerKind GameUndefendable { get; } = new("game-undefendable", DangerSeverity.Warn, DangerOrigin.Chain, "A game's contract version has a weakness through which a true root can be lost.", DangerLoudness.Error);

    /// <summary>Nobody has the first state of a game's VM, and the other side has the last word, or a line's bonds are not at hand: no bond is put.</summary>
    public static DangerKind GameUnwinnable { get; } = new("game-unwinnable", DangerSeverity.Page, DangerOrigin.Chain, "Nobody has the first state of a game's VM, and the other side has the last word, or a line's bonds are not at hand: no bond is put.", DangerLoudness.Error);

    /// <summary>A game cannot be read, so that it is not defended.</summary>
    public static DangerKind GameUnreadable { get; } = new("game-unreadable", DangerSeverity.Page, DangerOrigin.Ours, "A game cannot be read, so that it is not defended.");

    /// <summary>The factory cannot be read, so that new games are not seen.</summary>
    public static DangerKind FactoryUnreadable { get; } = new("factory-unreadable", DangerSeverity.Page, DangerOrigin.Ours, "The factory cannot be read, so that new games are not seen.");

    // Truth (raised by src/Rollup).

    /// <summary>Whether a game's root is true cannot be told, while its clock runs.</summary>
    public static DangerKind VerdictUnavailable { get; } = new("verdict-unavailable", DangerSeverity.Warn, DangerOrigin.Ours, "Whether a game's root is true cannot be told, while its clock runs.");

    /// <summary>All identified nodes call the anchor false on which games stand.</summary>
    public static DangerKind AnchorFalse { get; } = new("anchor-false", DangerSeverity.Page, DangerOrigin.Chain, "All identified nodes call the anchor false on which games stand.");

    /// <summary>A rollup or L2 node gives no usable answer.</summary>
    public static DangerKind NodeDown { get; } = new("node-down", DangerSeverity.Warn, DangerOrigin.Ours, "A rollup or L2 node gives no usable answer.");

    /// <summary>A rollup or L2 node is behind the others or behind L1.</summary>
    public static DangerKind NodeLags { get; } = new("node-lags", DangerSeverity.Warn, DangerOrigin.Ours, "A rollup or L2 node is behind the others or behind L1.");

    /// <summary>A node says of a value or block something else than the others or a proof.</summary>
    public static DangerKind NodeContradicts { get; } = new("node-contradicts", DangerSeverity.Warn, DangerOrigin.Ours, "A node says of a value or block something else than the others or a proof.");

    /// <summary>Answers of one node go back and forth, as of several backends behind one address.</summary>
    public static DangerKind NodeUnsteady { get; } = new("node-unsteady", DangerSeverity.Warn, DangerOrigin.Ours, "Answers of one node go back and forth, as of several backends behind one address.");

    /// <summary>A rollup or L2 node is of another chain than the one that is defended.</summary>
    public static DangerKind NodeOfAnotherChain { get; } = new("node-of-another-chain", DangerSeverity.Warn, DangerOrigin.Ours, "A rollup or L2 node is of another chain than the one that is defended.");

    /// <summary>A game is played on what a person decided of its root, not on evidence.</summary>
    public static DangerKind DecisionByAPerson { get; } = new("decision-by-a-person", DangerSeverity.Watch, DangerOrigin.Ours, "A game is played on what a person decided of its root, not on evidence.");

    /// <summary>With hardly any time left a move was made on the word of one group of nodes.</summary>
    public static DangerKind LastResortMove { get; } = new("last-resort-move", DangerSeverity.Page, DangerOrigin.Ours, "With hardly any time left a move was made on the word of one group of nodes.");

    // What execution needs.

    /// <summary>The VM's first state of a game type or game is not to be had.</summary>
    public static DangerKind PrestateMissing { get; } = new("prestate-missing", DangerSeverity.Warn, DangerOrigin.Ours, "The VM's first state of a game type or game is not to be had.", DangerLoudness.Error);

    /// <summary>A game type or game names a VM state that cannot exist.</summary>
    public static DangerKind PrestatePlaceholder { get; } = new("prestate-placeholder", DangerSeverity.Watch, DangerOrigin.Chain, "A game type or game names a VM state that cannot exist.");

    /// <summary>No preimage server is configured although there are games whose VM needs one.</summary>
    public static DangerKind PreimageServerMissing { get; } = new("preimage-server-missing", DangerSeverity.Warn, DangerOrigin.Ours, "No preimage server is configured although there are games whose VM needs one.", DangerLoudness.Error);

    /// <summary>Some kinds of preimages cannot be brought on chain by this build.</summary>
    public static DangerKind PreimagesNotLoadable { get; } = new("preimages-not-loadable", DangerSeverity.Watch, DangerOrigin.Ours, "Some kinds of preimages cannot be brought on chain by this build.");

    // L1.

    /// <summary>An L1 endpoint fails and is left alone.</summary>
    public static DangerKind EndpointDown { get; } = new("endpoint-down", DangerSeverity.Warn, DangerOrigin.Ours, "An L1 endpoint fails and is left alone.");

    /// <summary>An L1 endpoint is of another chain and is left out.</summary>
    public static DangerKind EndpointOfAnotherChain { get; } = new("endpoint-of-another-chain", DangerSeverity.Warn, DangerOrigin.Ours, "An L1 endpoint is of another chain and is left out.");

    /// <summary>An L1 endpoint told of a game what a proof shows to be false.</summary>
    public static DangerKind L1EndpointContradictsProof { get; } = new("l1-endpoint-contradicts-proof", DangerSeverity.Warn, DangerOrigin.Ours, "An L1 endpoint told of a game what a proof shows to be false.");

    /// <summary>The L1 head does not move, so that what happens since is not seen.</summary>
    public static DangerKind HeadStandsStill { get; } = new("head-stands-still", DangerSeverity.Page, DangerOrigin.Ours, "The L1 head does not move, so that what happens since is not seen.");

    /// <summary>A node contradicts what executing a call on its own state gives.</summary>
    public static DangerKind RehearsalDiffers { get; } = new("rehearsal-differs", DangerSeverity.Warn, DangerOrigin.Ours, "A node contradicts what executing a call on its own state gives.");

    // Funds.

    /// <summary>The balance does not reach for all that waits to be sent.</summary>
    public static DangerKind FundsShort { get; } = new("funds-short", DangerSeverity.Warn, DangerOrigin.Ours, "The balance does not reach for all that waits to be sent.");

    /// <summary>The balance does not reach for the next bonds of all open games.</summary>
    public static DangerKind FundsBelowNextBond { get; } = new("funds-below-next-bond", DangerSeverity.Warn, DangerOrigin.Ours, "The balance does not reach for the next bonds of all open games.");

    /// <summary>The balance does not reach if every open game is fought to its end.</summary>
    public static DangerKind FundsBelowWorstCase { get; } = new("funds-below-worst-case", DangerSeverity.Watch, DangerOrigin.Ours, "The balance does not reach if every open game is fought to its end.");

    // Sending.

    /// <summary>One call waits to be sent, with its reason; the others go on.</summary>
    public static DangerKind SenderHeld { get; } = new("sender-held", DangerSeverity.Warn, DangerOrigin.Ours, "One call waits to be sent, with its reason; the others go on.");

    /// <summary>The sender cannot read L1, so that nothing is sent.</summary>
    public static DangerKind SenderL1Unread { get; } = new("sender-l1-unread", DangerSeverity.Page, DangerOrigin.Ours, "The sender cannot read L1, so that nothing is sent.");

    /// <summary>The sender has ended and is started again.</summary>
    public static DangerKind SenderStopped { get; } = new("sender-stopped", DangerSeverity.Page, DangerOrigin.Ours, "The sender has ended and is started again.");

    /// <summary>Nothing can be signed.</summary>
    public static DangerKind SignerUnreachable { get; } = new("signer-unreachable", DangerSeverity.Page, DangerOrigin.Ours, "Nothing can be signed.");

    /// <summary>An endpoint did not answer the last offer of a transaction.</summary>
    public static DangerKind SendingEndpointSilent { get; } = new("sending-endpoint-silent", DangerSeverity.Warn, DangerOrigin.Ours, "An endpoint did not answer the last offer of a transaction.");

    /// <summary>Nodes take a transaction and do not keep it.</summary>
    public static DangerKind NotInMempool { get; } = new("not-in-mempool", DangerSeverity.Warn, DangerOrigin.Ours, "Nodes take a transaction and do not keep it.");

    /// <summary>Somebody else sends from the account.</summary>
    public static DangerKind ForeignTransaction { get; } = new("foreign-transaction", DangerSeverity.Warn, DangerOrigin.Ours, "Somebody else sends from the account.");

    // Disk.

    /// <summary>The outbox cannot be written, so that nothing is sent.</summary>
    public static DangerKind JournalBroken { get; } = new("journal-broken", DangerSeverity.Page, DangerOrigin.Ours, "The outbox cannot be written, so that nothing is sent.");

    /// <summary>The disk is full; the journal lives on what was kept for it.</summary>
    public static DangerKind JournalReserveUsed { get; } = new("journal-reserve-used", DangerSeverity.Warn, DangerOrigin.Ours, "The disk is full; the journal lives on what was kept for it.");

    /// <summary>Explanations are lost; moves go on.</summary>
    public static DangerKind AuditTrailUnwritten { get; } = new("audit-trail-unwritten", DangerSeverity.Warn, DangerOrigin.Ours, "Explanations are lost; moves go on.");

    /// <summary>Our own log of safe heads cannot be written, so that a restart forgets evidence.</summary>
    public static DangerKind SafeHeadLogUnwritten { get; } = new("safe-head-log-unwritten", DangerSeverity.Warn, DangerOrigin.Ours, "Our own log of safe heads cannot be written, so that a restart forgets evidence.");

    /// <summary>Little room is left for the data directory.</summary>
    public static DangerKind DiskLow { get; } = new("disk-low", DangerSeverity.Warn, DangerOrigin.Ours, "Little room is left for the data directory.");

    /// <summary>All of them, in the order of docs/dangers.md.</summary>
    public static IReadOnlyList<DangerKind> All { get; } =
    [
        ClaimUnanswerable, GameBeingLost, GameAgainstVerdict, BondLost, GameUndefendable, GameUnwinnable, GameUnreadable, FactoryUnreadable,
        VerdictUnavailable, AnchorFalse, NodeDown, NodeLags, NodeContradicts, NodeUnsteady, NodeOfAnotherChain, DecisionByAPerson, LastResortMove,
        PrestateMissing, PrestatePlaceholder, PreimageServerMissing, PreimagesNotLoadable,
        EndpointDown, EndpointOfAnotherChain, L1EndpointContradictsProof, HeadStandsStill, RehearsalDiffers,
        FundsShort, FundsBelowNextBond, FundsBelowWorstCase,
        SenderHeld, SenderL1Unread, SenderStopped, SignerUnreachable, SendingEndpointSilent, NotInMempool, ForeignTransaction,
        JournalBroken, JournalReserveUsed, AuditTrailUnwritten, SafeHeadLogUnwritten, DiskLow,
    ];
}
