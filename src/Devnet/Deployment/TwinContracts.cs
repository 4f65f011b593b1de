namespace Gavel.Devnet;

/// <summary>Plans the deployment of our twins of the dispute contracts of 2.x, with the package's oracle and VMs.</summary>
internal sealed class TwinContracts(NpmPackages packages, DevnetOptions options, DeploymentPlan plan)
{
    /// <summary>Adds every transaction, in an order in which each constructor finds what it asks.</summary>
    /// <param name="types">The game types.</param>
    /// <param name="anchors">Where the games of each start; in 2.x all start alike.</param>
    /// <exception cref="DevnetException">Two types have different anchors, or the factory could create no game of a type.</exception>
    public DevnetAddresses Add(IReadOnlyList<DevnetGameType> types, IReadOnlyDictionary<uint, DevnetAnchor> anchors)
    {
        DevnetAnchor anchor = anchors.Values.First();
        foreach ((uint type, DevnetAnchor other) in anchors.Where(other => other.Value != anchor))
        {
            throw new DevnetException(
                $"game type {type} is anchored at L2 block {other.L2BlockNumber}, others at {anchor.L2BlockNumber}; contracts of 2.x have one anchor for all types");
        }

        TwinTerms terms = new(
            anchor,
            options.RespectedGameType,
            WholeSeconds.Of(options.DisputeGameFinalityDelay),
            WholeSeconds.Of(options.WethDelay),
            WholeSeconds.Of(options.ProofMaturityDelay),
            options.L2ChainId);
        TwinSystem system = new(packages, plan, terms);
        StepVms vms = new(packages, options, plan, types);
        return new DevnetAddresses
        {
            ProxyAdmin = system.ProxyAdmin,
            SuperchainConfig = system.SuperchainConfig,
            SystemConfig = system.SystemConfig,
            OptimismPortal = system.Portal,
            DisputeGameFactory = system.Factory,
            AnchorStateRegistry = system.Registry,
            DelayedWeth = system.Weth,
            PreimageOracle = vms.Oracle,
            Mips = vms.Mips,
            AlphabetVms = vms.Alphabets,
            GameImplementations = types.ToDictionary(type => type.Type, type => system.Add(TwinOf(type, vms.Of(type)))),
        };
    }

    private TwinGame TwinOf(DevnetGameType type, Address vm)
    {
        TimeSpan clock = type.MaxClockDuration ?? options.MaxClockDuration;
        TimeSpan extension = type.ClockExtension ?? options.ClockExtension;
        if (extension + options.ChallengePeriod > clock)
        {
            throw new DevnetException(
                $"game type {type.Type} has a clock of {clock}; contracts of 2.x create no game with less than its clock extension of {extension} and the oracle's challenge period of {options.ChallengePeriod} together");
        }

        return new TwinGame(
            type.Type,
            type.AbsolutePrestate,
            vm,
            type.MaxDepth ?? options.MaxDepth,
            type.SplitDepth ?? options.SplitDepth,
            WholeSeconds.Of(extension),
            WholeSeconds.Of(clock),
            type.InitBond ?? options.InitBond,
            type.IsPermissioned);
    }
}
