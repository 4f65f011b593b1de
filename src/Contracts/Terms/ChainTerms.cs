namespace Gavel.Contracts;

/// <summary>By what a chain's games are made from now on: what its operators change when they upgrade it.</summary>
/// <param name="LiveFactory">The factory that the <c>SystemConfig</c> names; null where only a factory is configured.</param>
/// <param name="RespectedGameType">The type that withdrawals rest on; null where no contract told it.</param>
/// <param name="Factories">The factories that were asked.</param>
public sealed record ChainTerms(Address? LiveFactory, uint? RespectedGameType, IReadOnlyList<FactoryTerms> Factories);

/// <summary>What one factory creates games by.</summary>
/// <param name="Factory">The factory.</param>
/// <param name="Asked">The types that it was asked for; a factory does not list its own.</param>
/// <param name="Types">Those of them that it offers.</param>
public sealed record FactoryTerms(Address Factory, IReadOnlyList<uint> Asked, IReadOnlyList<TypeTerms> Types);

/// <summary>By what games of a type are created now. What a contract does not tell is null, or empty.</summary>
/// <param name="GameType">The type.</param>
/// <param name="Implementation">The contract of which games are clones.</param>
/// <param name="InitBond">Bond of a new game in wei.</param>
public sealed record TypeTerms(uint GameType, Address Implementation, UInt256 InitBond)
{
    /// <summary>What the implementation says of its version.</summary>
    public string Version { get; init; } = "";

    /// <summary>Whether it plays by bisection down to a step of a VM, so that its arguments are those of such a game.</summary>
    public bool IsBisected { get; init; }

    /// <summary>What the factory adds to each clone, as hex text.</summary>
    public string Arguments { get; init; } = "0x";

    /// <summary>The VM's first state.</summary>
    public Hash32? AbsolutePrestate { get; init; }

    /// <summary>The VM.</summary>
    public Address? Vm { get; init; }

    /// <summary>What the VM says of its version.</summary>
    public string VmVersion { get; init; } = "";
}
