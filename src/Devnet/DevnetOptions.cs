namespace Gavel.Devnet;

/// <summary>What a devnet is made of. The defaults are those of the project's tests: small times, real bonds.</summary>
public sealed record DevnetOptions
{
    /// <summary>The dispute contracts. Default: the package's own, of 1.2.0.</summary>
    public DevnetGeneration Generation { get; init; } = DevnetGeneration.V1;

    /// <summary>Dispute contracts that the chain had before, with a factory of their own, beside those of <see cref="Generation"/>; null, the default, for none.</summary>
    public DevnetGeneration? Former { get; init; }

    /// <summary>Chain id of L1. Default 900.</summary>
    public ulong L1ChainId { get; init; } = 900;

    /// <summary>Chain id of L2. Default 901.</summary>
    public ulong L2ChainId { get; init; } = 901;

    /// <summary>L1's "safe" block trails the head by this many blocks, "finalized" by twice as many. Default 2.</summary>
    public int SlotsPerEpoch { get; init; } = 2;

    /// <summary>L2 blocks that exist, and are posted to L1, when the devnet is ready; at least 1, the rollup's genesis. Default 1.</summary>
    public int InitialL2Blocks { get; init; } = 1;

    /// <summary>Time of both genesis blocks. Default: now.</summary>
    public DateTimeOffset? GenesisTime { get; init; }

    /// <summary>Seconds between blocks of both chains (whole seconds); null, the default, makes one block for each transaction.</summary>
    public TimeSpan? BlockTime { get; init; }

    /// <summary>Ether of each of the ten accounts on both chains. Default 10,000.</summary>
    public uint BalanceEther { get; init; } = 10_000;

    /// <summary>Absolute prestate of types 0 and 1: the claim of the fault proof program's first state. The default is of no program.</summary>
    public Hash32 CannonPrestate { get; init; } = NoProgram;

    /// <summary>Depth down to which claims are output roots, for all types that do not say otherwise. Default 14.</summary>
    public uint SplitDepth { get; init; } = 14;

    /// <summary>Depth of single VM steps, for all types that do not say otherwise. Default 50; type 255 has <see cref="SplitDepth"/> + 4.</summary>
    public uint MaxDepth { get; init; } = 50;

    /// <summary>Each side's clock, whole seconds. Default 300 s.</summary>
    public TimeSpan MaxClockDuration { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>What a late move is given, whole seconds; at most half of <see cref="MaxClockDuration"/>. Default 30 s.</summary>
    public TimeSpan ClockExtension { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bond of a new game in wei, for all types that do not say otherwise. Default 0.08 ether.</summary>
    public UInt256 InitBond { get; init; } = 80_000_000_000_000_000;

    /// <summary>Delay of bond withdrawals, whole seconds. Default 30 s.</summary>
    public TimeSpan WethDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Age that a withdrawal proof must have in the portal, whole seconds. Default 10 s.</summary>
    public TimeSpan ProofMaturityDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time a game must have been resolved for before the portal trusts it, whole seconds. Default 10 s.</summary>
    public TimeSpan DisputeGameFinalityDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The smallest large preimage, bytes. Default 10,000.</summary>
    public uint MinProposalSize { get; init; } = 10_000;

    /// <summary>Time in which a large preimage may be challenged, whole seconds. Default 60 s.</summary>
    public TimeSpan ChallengePeriod { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The game type that the portal (2.x: the registry) respects. Default 0.</summary>
    public uint RespectedGameType { get; init; }

    /// <summary>Game types beside 0, 1 and 255; one of those numbers replaces the standard one.</summary>
    public IReadOnlyList<DevnetGameType> FurtherGameTypes { get; init; } = [];

    /// <summary>The folder <c>node_modules</c> with the npm packages; null, the default, finds it (see <see cref="NpmPackages.Find"/>).</summary>
    public string? PackagesFolder { get; init; }

    /// <summary>A claim of status "unfinished" that no program's first state has.</summary>
    internal static Hash32 NoProgram { get; } = Keccak256.Hash("no program"u8).WithFirstByte(3);
}
