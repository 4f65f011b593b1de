using System.ComponentModel.DataAnnotations;
using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>One chain to defend. Addresses are hex text, durations seconds.</summary>
public sealed class ChainOptions
{
    /// <summary>Its name in logs, metrics and commands.</summary>
    public string Name { get; set; } = "";

    /// <summary>A chain of the public registry by group and slug, such as <c>op-mainnet</c>: gives its <c>SystemConfig</c>, and the chain ids that its nodes must have.</summary>
    public string? Network { get; set; }

    /// <summary>L1 address of the chain's <c>SystemConfig</c>, from which everything else is found. This, <see cref="Network"/> or <see cref="Factory"/>.</summary>
    public string? SystemConfig { get; set; }

    /// <summary>L1 address of the <c>DisputeGameFactory</c>, where it is to be given itself.</summary>
    public string? Factory { get; set; }

    /// <summary>L1 addresses of factories that the chain had before and whose games and credits are not over: they are defended like those of the live one.</summary>
    public IList<string> DrainingFactories { get; init; } = [];

    /// <summary>L1 execution nodes (http, https, ws, wss), the preferred first.</summary>
    public IList<string> L1 { get; init; } = [];

    /// <summary>Rollup nodes that are trusted; each group of them has one voice.</summary>
    public IList<NodeOptions> RollupNodes { get; init; } = [];

    /// <summary>L2 execution nodes from which output roots are rebuilt.</summary>
    public IList<NodeOptions> L2ExecutionNodes { get; init; } = [];

    /// <summary>How far these nodes are trusted.</summary>
    public TrustOptions Trust { get; init; } = new();

    /// <summary>Seconds between two cycles; less than <see cref="RpcOptions.HeadMaxAgeSeconds"/> of <see cref="Rpc"/>.</summary>
    [Range(0.05, 3600)]
    public double PollSeconds { get; set; } = 12;

    /// <summary>L1 blocks between two full reads of all games, which catch what events did not tell.</summary>
    [Range(1, 1_000_000)]
    public ulong AuditBlocks { get; set; } = 300;

    /// <summary>Game types to play. Empty: all whose rules are known.</summary>
    public IList<uint> GameTypes { get; init; } = [];

    /// <summary>Decide and explain, send nothing.</summary>
    public bool DryRun { get; set; }

    /// <summary>Resolve all games, not only those in which we hold a bond or credit or whose root is invalid; and close those that nobody of ours has credit in, where that moves the anchor.</summary>
    public bool ResolveAll { get; set; }

    /// <summary>Make also those calls that let a root win which our verdict calls invalid, although no bond of ours comes back by them.</summary>
    public bool ResolveAgainstVerdict { get; set; }

    /// <summary>Further accounts of ours whose credit is claimed; hex text.</summary>
    public IList<string> CreditAccounts { get; init; } = [];

    /// <summary>Where the account's key is.</summary>
    public AccountOptions Account { get; init; } = new();

    /// <summary>How the chain's nodes are reached: timeouts, patience, batches, budgets, probes, heads.</summary>
    public RpcOptions Rpc { get; init; } = new();

    /// <summary>How transactions are sent.</summary>
    public SendingOptions Sending { get; init; } = new();

    /// <summary>How execution traces are made.</summary>
    public CannonOptions Cannon { get; init; } = new();

    /// <summary>The network that is named; null where none is, or one that is not known.</summary>
    public KnownNetwork? FindNetwork() => Network is { Length: > 0 } name ? KnownNetwork.Find(name) : null;

    /// <summary>The <c>SystemConfig</c>, its own or that of the network named; null where only a factory is.</summary>
    /// <exception cref="FormatException">The address is malformed.</exception>
    public Address? FindSystemConfig() => SystemConfig is { Length: > 0 } own ? Address.Parse(own) : FindNetwork()?.SystemConfig;

    /// <summary>How L1's nodes are reached: as <see cref="Rpc"/> says, and of the L1 of the network where one is named.</summary>
    public RpcOptions L1Access() => Rpc.ExpectedChainId is null && FindNetwork() is { } network ? Rpc with { ExpectedChainId = network.L1ChainId } : Rpc;
}

/// <summary>Where an account's key is; exactly one of the six. No option holds the secret itself.</summary>
public sealed class AccountOptions
{
    /// <summary>Name of the environment variable that holds a raw key in hex.</summary>
    public string? KeyVariable { get; set; }

    /// <summary>File that holds a raw key in hex.</summary>
    public string? KeyFile { get; set; }

    /// <summary>File that holds a BIP-39 mnemonic.</summary>
    public string? MnemonicFile { get; set; }

    /// <summary>Derivation path for <see cref="MnemonicFile"/>.</summary>
    public string MnemonicPath { get; set; } = "m/44'/60'/0'/0/0";

    /// <summary>Web3 keystore (v3) file; its password is in <see cref="KeystorePasswordFile"/>.</summary>
    public string? KeystoreFile { get; set; }

    /// <summary>File that holds the keystore's password.</summary>
    public string? KeystorePasswordFile { get; set; }

    /// <summary>A service that keeps the key and signs; in use when its <see cref="RemoteSignerSettings.Url"/> is set.</summary>
    public RemoteSignerSettings RemoteSigner { get; init; } = new();

    /// <summary>A key in AWS KMS; in use when its <see cref="KmsSettings.KeyId"/> is set.</summary>
    public KmsSettings Kms { get; init; } = new();
}

/// <summary>
/// A key in AWS KMS that signs for the account. Credentials are no options: the AWS SDK finds them as it always does (environment, profile,
/// role of the machine or pod).
/// </summary>
public sealed class KmsSettings
{
    /// <summary>Key id, ARN, or alias (<c>alias/...</c>). The key's spec is ECC_SECG_P256K1, its usage SIGN_VERIFY.</summary>
    public string? KeyId { get; set; }

    /// <summary>The account that it signs for; hex text. A key of another account is refused before anything is signed.</summary>
    public string? Address { get; set; }

    /// <summary>Region such as <c>eu-central-1</c>; null: as the SDK finds it (<c>AWS_REGION</c>, profile). Needed beside <see cref="Endpoint"/>.</summary>
    public string? Region { get; set; }

    /// <summary>Address of the service instead of the region's own, such as a VPC endpoint: https, or http on this machine; without credentials in it.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Seconds that one answer may take, retries within it: 0.1 to 600.</summary>
    [Range(0.1, 600)]
    public double TimeoutSeconds { get; set; } = 10;
}

/// <summary>A service that signs transactions (<c>eth_signTransaction</c> of op-signer, web3signer or a node).</summary>
public sealed class RemoteSignerSettings
{
    /// <summary>Its address: https, or http on this machine.</summary>
    public string? Url { get; set; }

    /// <summary>The account that it signs for; hex text.</summary>
    public string? Address { get; set; }

    /// <summary>PEM file of the authorities that may vouch for the service; null for those that the system trusts.</summary>
    public string? AuthorityFile { get; set; }

    /// <summary>PEM file of our certificate, given together with <see cref="CertificateKeyFile"/>; read anew for each connection.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file of our certificate's private key.</summary>
    public string? CertificateKeyFile { get; set; }

    /// <summary>Seconds that one signature may take.</summary>
    [Range(0.1, 600)]
    public double TimeoutSeconds { get; set; } = 10;
}

/// <summary>How execution traces are made.</summary>
public sealed class CannonOptions
{
    /// <summary>Folders and http(s) addresses that hold prestates, named by their hash: <c>0x….bin.gz</c>, <c>.bin</c>, <c>.json.gz</c> or <c>.json</c>.</summary>
    public IList<string> Prestates { get; init; } = [];

    /// <summary>Game types that run on the AlphabetVM instead of Cannon.</summary>
    public IList<uint> AlphabetGameTypes { get; init; } = [255];

    /// <summary>Command line of the preimage server, with placeholders such as <c>{l1Head}</c>; see docs/running.md.</summary>
    public IList<string> Server { get; init; } = [];

    /// <summary>Beacon node of L1, for the placeholder {l1Beacon}; null where the server needs none.</summary>
    public string? L1Beacon { get; set; }

    /// <summary>VM runs at a time.</summary>
    [Range(1, 64)]
    public int MaxRuns { get; set; } = 1;

    /// <summary>Most guest memory of a run in MiB.</summary>
    [Range(64, 1 << 24)]
    public long MaxMemoryMiB { get; set; } = 8192;

    /// <summary>Most disk in MiB for the states kept of a run.</summary>
    [Range(64, 1 << 30)]
    public long MaxDiskMiB { get; set; } = 8192;

    /// <summary>Most steps of a run.</summary>
    [Range(1, 1L << 62)]
    public ulong MaxSteps { get; set; } = 1UL << 42;

    /// <summary>Seconds that the preimage server has for one answer.</summary>
    [Range(0.1, 86_400)]
    public double ServerAnswerSeconds { get; set; } = 300;
}
