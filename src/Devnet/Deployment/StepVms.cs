namespace Gavel.Devnet;

/// <summary>Plans the package's preimage oracle and the VMs that execute last steps.</summary>
internal sealed class StepVms
{
    private readonly Dictionary<Hash32, Address> _alphabets = [];

    /// <summary>Adds the oracle, MIPS, and an alphabet VM for each absolute prestate of a type that runs on one.</summary>
    public StepVms(NpmPackages packages, DevnetOptions options, DeploymentPlan plan, IEnumerable<DevnetGameType> types)
    {
        Oracle = Create("PreimageOracle", ("uint256", options.MinProposalSize), ("uint256", WholeSeconds.Of(options.ChallengePeriod)));
        Mips = Create("MIPS", ("address", Oracle));
        foreach (DevnetGameType type in types.Where(type => type.Vm == DevnetVm.Alphabet))
        {
            if (!_alphabets.ContainsKey(type.AbsolutePrestate))
            {
                _alphabets[type.AbsolutePrestate] = Create("AlphabetVM", ("bytes32", type.AbsolutePrestate), ("address", Oracle));
            }
        }

        Address Create(string name, params (string Type, object Value)[] arguments) =>
            plan.Create(DevnetAccounts.Owner, name, ContractArtifact.FromPackage(packages, name), arguments);
    }

    /// <summary>The preimage oracle of all VMs.</summary>
    public Address Oracle { get; }

    /// <summary>The MIPS VM.</summary>
    public Address Mips { get; }

    /// <summary>The alphabet VMs by absolute prestate.</summary>
    public IReadOnlyDictionary<Hash32, Address> Alphabets => _alphabets;

    /// <summary>The VM of a type.</summary>
    public Address Of(DevnetGameType type) => type.Vm == DevnetVm.Mips ? Mips : _alphabets[type.AbsolutePrestate];
}
