using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>Plans the deployment of the dispute contracts; the upgradeable ones stand behind proxies of one admin.</summary>
internal sealed class DisputeContracts(NpmPackages packages, DevnetOptions options, DeploymentPlan plan)
{
    private static readonly DevnetAccount Owner = DevnetAccounts.Owner;

    // ResourceConfig's customary values; SystemConfig wants a gas limit of at least the first and fifth together.
    private const uint MaxResourceLimit = 20_000_000;
    private const uint SystemTxMaxGas = 1_000_000;
    private const ulong L2GasLimit = 30_000_000;

    /// <summary>Adds every transaction, in an order in which each constructor finds what it asks.</summary>
    /// <param name="types">The game types.</param>
    /// <param name="anchors">Where the games of each start.</param>
    public DevnetAddresses Add(IReadOnlyList<DevnetGameType> types, IReadOnlyDictionary<uint, DevnetAnchor> anchors)
    {
        Address admin = Create("ProxyAdmin", a => a.Address(Owner.Address));
        ContractArtifact proxy = ContractArtifact.FromPackage(packages, "Proxy");
        Address superchain = Proxy("SuperchainConfig");
        Address system = Proxy("SystemConfig");
        Address portal = Proxy("OptimismPortal2");
        Address factory = Proxy("DisputeGameFactory");
        Address registry = Proxy("AnchorStateRegistry");
        Address weth = Proxy("DelayedWETH");

        Initialize(superchain, "SuperchainConfig", null, DeploymentAbi.InitializeSuperchainConfig.Encode(
            a => a.Address(DevnetAccounts.Guardian.Address).Bool(false)));
        Initialize(factory, "DisputeGameFactory", null, DeploymentAbi.InitializeFactory.Encode(a => a.Address(Owner.Address)));
        Initialize(registry, "AnchorStateRegistry", a => a.Address(factory), DeploymentAbi.InitializeAnchors.Encode(
            a => a.Array([.. anchors], (list, anchor) => list.StaticTuple(item => item
                .UInt32(anchor.Key)
                .StaticTuple(output => output.Bytes32(anchor.Value.Root).UInt64(anchor.Value.L2BlockNumber))))));
        Initialize(weth, "DelayedWETH", a => a.UInt64(Seconds(options.WethDelay)), DeploymentAbi.InitializeWeth.Encode(
            a => a.Address(Owner.Address).Address(superchain)));
        Initialize(system, "SystemConfig", null, SystemConfigData(factory, portal));
        Initialize(
            portal,
            "OptimismPortal2",
            a => a.UInt64(Seconds(options.ProofMaturityDelay)).UInt64(Seconds(options.DisputeGameFinalityDelay)),
            DeploymentAbi.InitializePortal.Encode(
                a => a.Address(factory).Address(system).Address(superchain).UInt32(options.RespectedGameType)));

        Address oracle = Create(
            "PreimageOracle", a => a.UInt64(options.MinProposalSize).UInt64(Seconds(options.ChallengePeriod)));
        Address mips = Create("MIPS", a => a.Address(oracle));
        Dictionary<Hash32, Address> alphabets = [];
        foreach (DevnetGameType type in types.Where(type => type.Vm == DevnetVm.Alphabet))
        {
            if (!alphabets.ContainsKey(type.AbsolutePrestate))
            {
                alphabets[type.AbsolutePrestate] = Create("AlphabetVM", a => a.Bytes32(type.AbsolutePrestate).Address(oracle));
            }
        }

        Dictionary<uint, Address> implementations = [];
        foreach (DevnetGameType type in types)
        {
            Address vm = type.Vm == DevnetVm.Mips ? mips : alphabets[type.AbsolutePrestate];
            implementations[type.Type] = Game(type, vm, weth, registry, factory);
        }

        return new DevnetAddresses
        {
            ProxyAdmin = admin,
            SuperchainConfig = superchain,
            SystemConfig = system,
            OptimismPortal = portal,
            DisputeGameFactory = factory,
            AnchorStateRegistry = registry,
            DelayedWeth = weth,
            PreimageOracle = oracle,
            Mips = mips,
            AlphabetVms = alphabets,
            GameImplementations = implementations,
        };

        Address Proxy(string name) => plan.Create(Owner, $"the proxy of {name}", proxy, a => a.Address(admin));

        void Initialize(Address at, string name, Action<AbiEncoder>? arguments, byte[] initialize)
        {
            Address implementation = Create(name, arguments);
            plan.Call(Owner, admin, $"initialise {name}", DeploymentAbi.UpgradeAndCall.Encode(
                a => a.Address(at).Address(implementation).Bytes(initialize)));
        }
    }

    private Address Game(DevnetGameType type, Address vm, Address weth, Address registry, Address factory)
    {
        string name = type.IsPermissioned ? "PermissionedDisputeGame" : "FaultDisputeGame";
        Address game = Create(name, Arguments);
        plan.Call(Owner, factory, $"set the init bond of type {type.Type}", DeploymentAbi.SetInitBond.Encode(
            a => a.UInt32(type.Type).UInt(type.InitBond ?? options.InitBond)));
        plan.Call(Owner, factory, $"set the implementation of type {type.Type}", DeploymentAbi.SetImplementation.Encode(
            a => a.UInt32(type.Type).Address(game)));
        return game;

        void Arguments(AbiEncoder a)
        {
            a.UInt32(type.Type)
                .Bytes32(type.AbsolutePrestate)
                .UInt64(type.MaxDepth ?? options.MaxDepth)
                .UInt64(type.SplitDepth ?? options.SplitDepth)
                .UInt64(Seconds(type.ClockExtension ?? options.ClockExtension))
                .UInt64(Seconds(type.MaxClockDuration ?? options.MaxClockDuration))
                .Address(vm)
                .Address(weth)
                .Address(registry)
                .UInt64(options.L2ChainId);
            if (type.IsPermissioned)
            {
                a.Address(DevnetAccounts.Proposer.Address).Address(DevnetAccounts.Challenger.Address);
            }
        }
    }

    private static byte[] SystemConfigData(Address factory, Address portal) => DeploymentAbi.InitializeSystemConfig.Encode(a => a
        .Address(Owner.Address)
        .UInt32(0)
        .UInt32(0)
        .Bytes32(AbiEvent.TopicOf(DevnetAccounts.Batcher.Address))
        .UInt64(L2GasLimit)
        .Address(Address.Zero)
        .StaticTuple(resources => resources
            .UInt32(MaxResourceLimit)
            .UInt8(10)
            .UInt8(8)
            .UInt32(1_000_000_000)
            .UInt32(SystemTxMaxGas)
            .UInt128(UInt128.MaxValue))
        .Address(DevnetAddresses.BatchInbox)
        .StaticTuple(addresses => addresses
            .Address(Address.Zero)
            .Address(Address.Zero)
            .Address(Address.Zero)
            .Address(factory)
            .Address(portal)
            .Address(Address.Zero)
            .Address(Address.Zero)));

    private Address Create(string name, Action<AbiEncoder>? arguments = null) =>
        plan.Create(Owner, name, ContractArtifact.FromPackage(packages, name), arguments);

    private static ulong Seconds(TimeSpan time) => time >= TimeSpan.Zero && time.Ticks % TimeSpan.TicksPerSecond == 0
        ? (ulong)time.TotalSeconds
        : throw new DevnetException($"{time} is not a whole number of seconds");
}
