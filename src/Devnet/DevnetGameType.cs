namespace Gavel.Devnet;

/// <summary>The machine that executes the last step of a game.</summary>
public enum DevnetVm
{
    /// <summary>The package's MIPS contract, version 1.0.1: 32 bits, one thread.</summary>
    Mips,

    /// <summary>The mock AlphabetVM, deployed with the game type's absolute prestate.</summary>
    Alphabet,
}

/// <summary>The output root from which the games of a type start.</summary>
/// <param name="Root">The output root.</param>
/// <param name="L2BlockNumber">Its L2 block.</param>
public readonly record struct DevnetAnchor(Hash32 Root, ulong L2BlockNumber);

/// <summary>A game type to be deployed.</summary>
/// <param name="Type">Its number in the factory.</param>
/// <param name="AbsolutePrestate">The claim of the VM's first state.</param>
/// <param name="Vm">The machine of the last step.</param>
public sealed record DevnetGameType(uint Type, Hash32 AbsolutePrestate, DevnetVm Vm)
{
    /// <summary>The number of the permissionless Cannon game.</summary>
    public const uint Cannon = 0;

    /// <summary>The number of the permissioned Cannon game.</summary>
    public const uint PermissionedCannon = 1;

    /// <summary>The number of the Cannon game with the second client program.</summary>
    public const uint CannonKona = 8;

    /// <summary>The number of the game on AlphabetVM.</summary>
    public const uint Alphabet = 255;

    /// <summary>The number that the customary alphabet trace starts from; its word's claim is <see cref="AlphabetPrestate"/>.</summary>
    public const ulong AlphabetFirstNumber = 0x60;

    /// <summary>The claim of the alphabet trace's first state.</summary>
    public static Hash32 AlphabetPrestate { get; } =
        Keccak256.Hash(Hash32.FromUInt256(AlphabetFirstNumber).ToArray()).WithFirstByte(3);

    /// <summary>Only the devnet's proposer and challenger may play.</summary>
    public bool IsPermissioned { get; init; }

    /// <summary>Where games start, literally; null, the default, means the true output root of <see cref="AnchorL2Block"/>.</summary>
    public DevnetAnchor? Anchor { get; init; }

    /// <summary>The L2 block whose output root games start from, 1 to <see cref="DevnetOptions.InitialL2Blocks"/>. Default 1, the genesis.</summary>
    public ulong AnchorL2Block { get; init; } = 1;

    /// <summary>Overrides <see cref="DevnetOptions.SplitDepth"/>.</summary>
    public uint? SplitDepth { get; init; }

    /// <summary>Overrides <see cref="DevnetOptions.MaxDepth"/>.</summary>
    public uint? MaxDepth { get; init; }

    /// <summary>Overrides <see cref="DevnetOptions.MaxClockDuration"/>.</summary>
    public TimeSpan? MaxClockDuration { get; init; }

    /// <summary>Overrides <see cref="DevnetOptions.ClockExtension"/>.</summary>
    public TimeSpan? ClockExtension { get; init; }

    /// <summary>Overrides <see cref="DevnetOptions.InitBond"/>, wei.</summary>
    public UInt256? InitBond { get; init; }

    /// <summary>Types 0, 1 and 255 by the options, and the further ones, which replace those of the same number.</summary>
    internal static IReadOnlyList<DevnetGameType> AllOf(DevnetOptions options)
    {
        SortedDictionary<uint, DevnetGameType> types = new()
        {
            [Cannon] = new(Cannon, options.CannonPrestate, DevnetVm.Mips),
            [PermissionedCannon] = new(PermissionedCannon, options.CannonPrestate, DevnetVm.Mips) { IsPermissioned = true },
            [Alphabet] = new(Alphabet, AlphabetPrestate, DevnetVm.Alphabet) { MaxDepth = options.SplitDepth + 4 },
        };
        foreach (DevnetGameType type in options.FurtherGameTypes)
        {
            types[type.Type] = type;
        }

        return [.. types.Values];
    }
}
