using System.Buffers.Binary;
using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>What the twins of a chain's system contracts are made with; times in seconds.</summary>
/// <param name="Anchor">Where games start, of whatever type.</param>
/// <param name="RespectedGameType">The type whose games may become the anchor.</param>
/// <param name="FinalityDelay">From a game's resolution to its finality.</param>
/// <param name="WethDelay">From unlocking a bond to its withdrawal.</param>
/// <param name="ProofMaturityDelay">Age that a withdrawal proof must have in the portal.</param>
/// <param name="L2ChainId">Chain id of L2.</param>
internal sealed record TwinTerms(
    DevnetAnchor Anchor, uint RespectedGameType, ulong FinalityDelay, ulong WethDelay, ulong ProofMaturityDelay, ulong L2ChainId);

/// <summary>A game type of the twins.</summary>
/// <param name="Type">Its number in the factory.</param>
/// <param name="AbsolutePrestate">The claim of the VM's first state.</param>
/// <param name="Vm">The VM's contract.</param>
/// <param name="MaxDepth">Depth of single VM steps.</param>
/// <param name="SplitDepth">Depth down to which claims are output roots.</param>
/// <param name="ClockExtension">Seconds.</param>
/// <param name="MaxClockDuration">Seconds.</param>
/// <param name="InitBond">Wei.</param>
/// <param name="IsPermissioned">Only the devnet's proposer and challenger may play.</param>
internal sealed record TwinGame(
    uint Type,
    Hash32 AbsolutePrestate,
    Address Vm,
    ulong MaxDepth,
    ulong SplitDepth,
    ulong ClockExtension,
    ulong MaxClockDuration,
    UInt256 InitBond,
    bool IsPermissioned);

/// <summary>Plans the deployment of our twins of the contracts of 2.x (see devnet/contracts): the system's behind proxies, and any game types.</summary>
internal sealed class TwinSystem
{
    private static readonly DevnetAccount Owner = DevnetAccounts.Owner;

    private readonly DeploymentPlan _plan;
    private readonly TwinTerms _terms;

    /// <summary>Adds the system's contracts.</summary>
    public TwinSystem(NpmPackages packages, DeploymentPlan plan, TwinTerms terms)
    {
        _plan = plan;
        _terms = terms;
        UpgradeableContracts upgradeable = new(packages, plan);
        ProxyAdmin = upgradeable.Admin;
        SuperchainConfig = upgradeable.AddProxy("SuperchainConfig");
        SystemConfig = upgradeable.AddProxy("SystemConfig");
        Portal = upgradeable.AddProxy("OptimismPortal2");
        Factory = upgradeable.AddProxy("DisputeGameFactory");
        Registry = upgradeable.AddProxy("AnchorStateRegistry");
        Weth = upgradeable.AddProxy("DelayedWETH");

        Implement(SuperchainConfig, "SuperchainTwin", new InitializeSuperchainTwinFunction { Guardian = DevnetAccounts.Guardian.Address.ToAbi() });
        Implement(Factory, "FactoryTwin", new InitializeFactoryFunction { Owner = Owner.Address.ToAbi() });
        InitializeSystemConfigTwinFunction system = new()
        {
            Owner = Owner.Address.ToAbi(),
            Portal = Portal.ToAbi(),
            DelayedWeth = Weth.ToAbi(),
            SuperchainConfig = SuperchainConfig.ToAbi(),
            BatchInbox = DevnetAddresses.BatchInbox.ToAbi(),
            L2ChainId = terms.L2ChainId,
        };
        Implement(SystemConfig, "SystemConfigTwin", system);
        InitializeRegistryTwinFunction registry = new()
        {
            SystemConfig = SystemConfig.ToAbi(),
            Factory = Factory.ToAbi(),
            Start = new() { Root = terms.Anchor.Root.ToAbi(), L2BlockNumber = terms.Anchor.L2BlockNumber },
            RespectedGameType = terms.RespectedGameType,
        };
        Implement(Registry, "RegistryTwin", registry, ("uint256", terms.FinalityDelay));
        Implement(Weth, "BondStoreTwin", new InitializeBondStoreTwinFunction { SystemConfig = SystemConfig.ToAbi() }, ("uint256", terms.WethDelay));
        InitializePortalTwinFunction portal = new() { SystemConfig = SystemConfig.ToAbi(), Registry = Registry.ToAbi() };
        Implement(Portal, "PortalTwin", portal, ("uint256", terms.ProofMaturityDelay));

        void Implement<TMessage>(Address at, string name, TMessage initialize, params (string Type, object Value)[] arguments)
            where TMessage : Nethereum.Contracts.FunctionMessage, new() =>
            upgradeable.Implement(at, name, ContractArtifact.Own(name), initialize, arguments);
    }

    /// <summary>The admin of the proxies.</summary>
    public Address ProxyAdmin { get; }

    /// <summary>Where the guardian pauses.</summary>
    public Address SuperchainConfig { get; }

    /// <summary>From which the others are discovered.</summary>
    public Address SystemConfig { get; }

    /// <summary>The portal.</summary>
    public Address Portal { get; }

    /// <summary>Where games are made.</summary>
    public Address Factory { get; }

    /// <summary>Where games start, and which of them count.</summary>
    public Address Registry { get; }

    /// <summary>Keeper of the bonds.</summary>
    public Address Weth { get; }

    /// <summary>Adds a game type and gives its implementation.</summary>
    public Address Add(TwinGame game)
    {
        string name = game.IsPermissioned ? "PermissionedGameTwin" : "DisputeGameTwin";
        Address implementation = _plan.Create(
            Owner,
            name,
            ContractArtifact.Own(name),
            ("uint256", game.MaxDepth),
            ("uint256", game.SplitDepth),
            ("uint64", game.ClockExtension),
            ("uint64", game.MaxClockDuration));
        _plan.Call(Owner, Factory, $"set the init bond of type {game.Type}", StrictAbi.Encode(
            new SetInitBondFunction { GameType = game.Type, InitBond = game.InitBond.ToAbi() }));
        _plan.Call(Owner, Factory, $"set the implementation of type {game.Type}", StrictAbi.Encode(
            new SetImplementationWithArgumentsFunction { GameType = game.Type, Implementation = implementation.ToAbi(), Arguments = ArgumentsOf(game) }));
        return implementation;
    }

    // Prestate, VM, registry, WETH, chain id; then proposer and challenger of a permissioned game.
    private byte[] ArgumentsOf(TwinGame game)
    {
        byte[] chainId = new byte[Hash32.Size];
        BinaryPrimitives.WriteUInt64BigEndian(chainId.AsSpan(Hash32.Size - sizeof(ulong)), _terms.L2ChainId);
        byte[] common = [.. game.AbsolutePrestate.ToArray(), .. game.Vm.ToArray(), .. Registry.ToArray(), .. Weth.ToArray(), .. chainId];
        return game.IsPermissioned
            ? [.. common, .. DevnetAccounts.Proposer.Address.ToArray(), .. DevnetAccounts.Challenger.Address.ToArray()]
            : common;
    }
}
