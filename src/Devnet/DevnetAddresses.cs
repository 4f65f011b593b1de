namespace Gavel.Devnet;

/// <summary>
/// Where the contracts are. An agent needs <see cref="SystemConfig"/> alone, which leads to all others. They follow from the deployer's
/// nonces, so they are the same on every devnet with the same game types.
/// </summary>
public sealed record DevnetAddresses
{
    /// <summary>The inbox: always the batcher's first creation.</summary>
    public static readonly Address BatchInbox = ContractCreation.AddressOf(DevnetAccounts.Batcher.Address, 0);

    /// <summary>Owner of the proxies.</summary>
    public required Address ProxyAdmin { get; init; }

    /// <summary>Where the guardian pauses.</summary>
    public required Address SuperchainConfig { get; init; }

    /// <summary>The one address from which the others are discovered.</summary>
    public required Address SystemConfig { get; init; }

    /// <summary>The portal, which respects one game type.</summary>
    public required Address OptimismPortal { get; init; }

    /// <summary>Where games are made.</summary>
    public required Address DisputeGameFactory { get; init; }

    /// <summary>Where games start.</summary>
    public required Address AnchorStateRegistry { get; init; }

    /// <summary>Keeper of the bonds.</summary>
    public required Address DelayedWeth { get; init; }

    /// <summary>The preimage oracle of all VMs.</summary>
    public required Address PreimageOracle { get; init; }

    /// <summary>The MIPS VM.</summary>
    public required Address Mips { get; init; }

    /// <summary>The alphabet VMs by absolute prestate.</summary>
    public required IReadOnlyDictionary<Hash32, Address> AlphabetVms { get; init; }

    /// <summary>The implementation of each game type.</summary>
    public required IReadOnlyDictionary<uint, Address> GameImplementations { get; init; }
}
