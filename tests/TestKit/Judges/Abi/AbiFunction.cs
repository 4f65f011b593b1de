namespace Gavel.TestKit.Judges;

/// <summary>A contract function: its canonical signature, the selector computed from it, and how its calls are encoded.</summary>
public sealed class AbiFunction
{
    /// <summary>From text such as <c>attack(bytes32 disputed, uint256 parentIndex, bytes32 claim)</c>; names are optional.</summary>
    /// <exception cref="AbiException">Not a signature of canonical types.</exception>
    public AbiFunction(string signature)
    {
        AbiSignature parsed = AbiSignature.Parse(signature);
        Name = parsed.Name;
        Signature = parsed.Canonical;
        Selector = AbiSelector.Of(Signature);
    }

    /// <summary>The name alone.</summary>
    public string Name { get; }

    /// <summary>The canonical signature: types without names or spaces.</summary>
    public string Signature { get; }

    /// <summary>The first four bytes of a call.</summary>
    public AbiSelector Selector { get; }

    /// <summary>Call data without arguments.</summary>
    public byte[] Encode() => Encode(static _ => { });

    /// <summary>Call data: the selector, then the arguments that <paramref name="write"/> writes.</summary>
    public byte[] Encode(Action<AbiEncoder> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        AbiEncoder arguments = new();
        write(arguments);
        byte[] data = new byte[AbiSelector.Size + arguments.Length];
        Selector.CopyTo(data);
        arguments.WriteTo(data.AsSpan(AbiSelector.Size));
        return data;
    }

    /// <summary>True when call data are for this function.</summary>
    public bool IsCalledBy(ReadOnlySpan<byte> callData) => AbiSelector.At(callData) == Selector;

    /// <summary>A decoder of the arguments in call data, behind the selector.</summary>
    /// <exception cref="AbiException">The data are for another function.</exception>
    public AbiDecoder Arguments(ReadOnlyMemory<byte> callData) =>
        IsCalledBy(callData.Span)
            ? new AbiDecoder(callData[AbiSelector.Size..])
            : throw new AbiException(Name, $"the call data begin with {AbiSelector.At(callData.Span)?.ToString() ?? "fewer than 4 bytes"}, not {Selector}");

    /// <summary>The canonical signature.</summary>
    public override string ToString() => Signature;
}
