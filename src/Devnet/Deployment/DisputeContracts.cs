using Gavel.Ethereum;
using Nethereum.Contracts;

namespace Gavel.Devnet;

/// <summary>Plans the deployment of the package's dispute contracts, of version 1.2.0.</summary>
internal sealed class DisputeContracts(NpmPackages packages, DevnetOptions options, DeploymentPlan plan)
{
    private static readonly DevnetAccount Owner = DevnetAccounts.Owner;

    // At least the resource limit and the system transactions' gas of ResourceConfig together.
    private const ulong L2GasLimit = 30_000_000;

    /// <summary>Adds every transaction, in an order in which each constructor finds what it asks.</summary>
    /// <param name="types">The game types.</param>
    /// <param name="anchors">Where the games of each start.</param>
    public DevnetAddresses Add(IReadOnlyList<DevnetGameType> types, IReadOnlyDictionary<uint, DevnetAnchor> anchors)
    {
        UpgradeableContracts upgradeable = new(packages, plan);
        Address superchain = upgradeable.AddProxy("SuperchainConfig");
        Address system = upgradeable.AddProxy("SystemConfig");
        Address portal = upgradeable.AddProxy("OptimismPortal2");
        Address factory = upgradeable.AddProxy("DisputeGameFactory");
        Address registry = upgradeable.AddProxy("AnchorStateRegistry");
        Address weth = upgradeable.AddProxy("DelayedWETH");

        Initialize(superchain, "SuperchainConfig", new InitializeSuperchainConfigFunction { Guardian = DevnetAccounts.Guardian.Address.ToAbi() });
        Initialize(factory, "DisputeGameFactory", new InitializeFactoryFunction { Owner = Owner.Address.ToAbi() });
        InitializeAnchorsFunction startingAnchors = new()
        {
            StartingAnchorRoots = [.. anchors.Select(static anchor => new StartingAnchorRoot
            {
                GameType = anchor.Key,
                OutputRoot = new() { Root = anchor.Value.Root.ToAbi(), L2BlockNumber = anchor.Value.L2BlockNumber },
            })],
        };
        Initialize(registry, "AnchorStateRegistry", startingAnchors, ("address", factory));
        Initialize(
            weth,
            "DelayedWETH",
            new InitializeWethFunction { Owner = Owner.Address.ToAbi(), Config = superchain.ToAbi() },
            ("uint256", WholeSeconds.Of(options.WethDelay)));
        Initialize(system, "SystemConfig", SystemConfigOf(factory, portal));
        InitializePortalFunction initializePortal = new()
        {
            Factory = factory.ToAbi(),
            SystemConfig = system.ToAbi(),
            SuperchainConfig = superchain.ToAbi(),
            RespectedGameType = options.RespectedGameType,
        };
        Initialize(
            portal,
            "OptimismPortal2",
            initializePortal,
            ("uint256", WholeSeconds.Of(options.ProofMaturityDelay)),
            ("uint256", WholeSeconds.Of(options.DisputeGameFinalityDelay)));

        StepVms vms = new(packages, options, plan, types);
        return new DevnetAddresses
        {
            ProxyAdmin = upgradeable.Admin,
            SuperchainConfig = superchain,
            SystemConfig = system,
            OptimismPortal = portal,
            DisputeGameFactory = factory,
            AnchorStateRegistry = registry,
            DelayedWeth = weth,
            PreimageOracle = vms.Oracle,
            Mips = vms.Mips,
            AlphabetVms = vms.Alphabets,
            GameImplementations = types.ToDictionary(type => type.Type, type => Game(type, vms.Of(type), weth, registry, factory)),
        };

        void Initialize<TMessage>(Address at, string name, TMessage message, params (string Type, object Value)[] arguments)
            where TMessage : FunctionMessage, new() =>
            upgradeable.Implement(at, name, ContractArtifact.FromPackage(packages, name), message, arguments);
    }

    private Address Game(DevnetGameType type, Address vm, Address weth, Address registry, Address factory)
    {
        string name = type.IsPermissioned ? "PermissionedDisputeGame" : "FaultDisputeGame";
        (string, object)[] arguments =
        [
            ("uint32", type.Type),
            ("bytes32", type.AbsolutePrestate),
            ("uint256", type.MaxDepth ?? options.MaxDepth),
            ("uint256", type.SplitDepth ?? options.SplitDepth),
            ("uint64", WholeSeconds.Of(type.ClockExtension ?? options.ClockExtension)),
            ("uint64", WholeSeconds.Of(type.MaxClockDuration ?? options.MaxClockDuration)),
            ("address", vm),
            ("address", weth),
            ("address", registry),
            ("uint256", options.L2ChainId),
        ];
        (string, object)[] permitted = [("address", DevnetAccounts.Proposer.Address), ("address", DevnetAccounts.Challenger.Address)];
        Address game = plan.Create(
            Owner, name, ContractArtifact.FromPackage(packages, name), type.IsPermissioned ? [.. arguments, .. permitted] : arguments);
        plan.Call(Owner, factory, $"set the init bond of type {type.Type}", StrictAbi.Encode(
            new SetInitBondFunction { GameType = type.Type, InitBond = (type.InitBond ?? options.InitBond).ToAbi() }));
        plan.Call(Owner, factory, $"set the implementation of type {type.Type}", StrictAbi.Encode(
            new SetImplementationFunction { GameType = type.Type, Implementation = game.ToAbi() }));
        return game;
    }

    private static InitializeSystemConfigFunction SystemConfigOf(Address factory, Address portal)
    {
        byte[] batcherHash = new byte[Hash32.Size];
        DevnetAccounts.Batcher.Address.CopyTo(batcherHash.AsSpan(Hash32.Size - Address.Size));
        return new()
        {
            Owner = Owner.Address.ToAbi(),
            BatcherHash = batcherHash,
            GasLimit = L2GasLimit,
            BatchInbox = DevnetAddresses.BatchInbox.ToAbi(),
            Addresses = new() { DisputeGameFactory = factory.ToAbi(), OptimismPortal = portal.ToAbi() },
        };
    }
}
