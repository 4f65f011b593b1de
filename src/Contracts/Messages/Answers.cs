using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace Gavel.Contracts.Messages;

/// <summary>One <c>address</c>.</summary>
[FunctionOutput]
public sealed class AddressAnswer : IFunctionOutputDTO
{
    /// <summary>The address.</summary>
    [Parameter("address", "", 1)]
    public string Value { get; set; } = "";
}

/// <summary>One <c>bytes32</c>.</summary>
[FunctionOutput]
public sealed class WordAnswer : IFunctionOutputDTO
{
    /// <summary>The 32 bytes.</summary>
    [Parameter("bytes32", "", 1)]
    public byte[] Value { get; set; } = [];
}

/// <summary>One <c>bytes</c>.</summary>
[FunctionOutput]
public sealed class BytesAnswer : IFunctionOutputDTO
{
    /// <summary>The bytes.</summary>
    [Parameter("bytes", "", 1)]
    public byte[] Value { get; set; } = [];
}

/// <summary>One <c>uint256</c> of any size.</summary>
[FunctionOutput]
public sealed class NumberAnswer : IFunctionOutputDTO
{
    /// <summary>The number.</summary>
    [Parameter("uint256", "", 1)]
    public BigInteger Value { get; set; }
}

/// <summary>One <c>uint256</c> that must fit 64 bits.</summary>
[FunctionOutput]
public sealed class CountAnswer : IFunctionOutputDTO
{
    /// <summary>The number.</summary>
    [Parameter("uint256", "", 1)]
    public ulong Value { get; set; }
}

/// <summary>One <c>uint64</c>.</summary>
[FunctionOutput]
public sealed class UInt64Answer : IFunctionOutputDTO
{
    /// <summary>The number.</summary>
    [Parameter("uint64", "", 1)]
    public ulong Value { get; set; }
}

/// <summary>One <c>uint32</c>.</summary>
[FunctionOutput]
public sealed class UInt32Answer : IFunctionOutputDTO
{
    /// <summary>The number.</summary>
    [Parameter("uint32", "", 1)]
    public uint Value { get; set; }
}

/// <summary>One <c>uint8</c>, which is how an enumeration is encoded.</summary>
[FunctionOutput]
public sealed class ByteAnswer : IFunctionOutputDTO
{
    /// <summary>The number.</summary>
    [Parameter("uint8", "", 1)]
    public byte Value { get; set; }
}

/// <summary>One <c>bool</c>.</summary>
[FunctionOutput]
public sealed class FlagAnswer : IFunctionOutputDTO
{
    /// <summary>The truth value.</summary>
    [Parameter("bool", "", 1)]
    public bool Value { get; set; }
}

/// <summary>One <c>string</c>.</summary>
[FunctionOutput]
public sealed class TextAnswer : IFunctionOutputDTO
{
    /// <summary>The text.</summary>
    [Parameter("string", "", 1)]
    public string Value { get; set; } = "";
}
