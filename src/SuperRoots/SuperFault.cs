namespace Gavel.SuperRoots;

/// <summary>What is wrong with bytes that should be a super root or a transition state.</summary>
public enum SuperFault
{
    /// <summary>The length is none of a super root: 9 bytes and 64 for each chain, of which there is at least one.</summary>
    Length,

    /// <summary>The first byte names a version that is not known.</summary>
    Version,

    /// <summary>The bytes end before an item does.</summary>
    Cut,

    /// <summary>Something follows the one item.</summary>
    TrailingBytes,

    /// <summary>A byte string or number stands where a list belongs.</summary>
    NoList,

    /// <summary>A list stands where a byte string or number belongs.</summary>
    NoBytes,

    /// <summary>A list has fewer fields than it should.</summary>
    TooFewFields,

    /// <summary>A list has more fields than it should.</summary>
    TooManyFields,

    /// <summary>A length is not in its shortest form.</summary>
    LengthForm,

    /// <summary>A number has leading zeros.</summary>
    NumberForm,

    /// <summary>A number has more than 64 bits.</summary>
    NumberSize,

    /// <summary>A hash is not of 32 bytes.</summary>
    HashSize,

    /// <summary>A transition state is of a step that no second has: 0 to 127 are.</summary>
    Step,

    /// <summary>A transition state holds another number of blocks than the smaller of step and chains.</summary>
    Progress,
}

/// <summary>Bytes or parts that make no super root and no transition state. The message names place, value and what belongs there.</summary>
/// <param name="fault">What is wrong.</param>
/// <param name="message">In words.</param>
public sealed class SuperFormatException(SuperFault fault, string message) : FormatException(message)
{
    /// <summary>What is wrong.</summary>
    public SuperFault Fault { get; } = fault;
}
