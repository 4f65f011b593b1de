namespace Gavel.TestKit.Judges;

/// <summary>An argument of a decoded error: its name (empty when the declaration gives none), type and value as text for people.</summary>
public sealed record AbiArgument(string Name, string Type, string Value)
{
    /// <summary><c>name: value</c>.</summary>
    public override string ToString() => Name.Length == 0 ? Value : $"{Name}: {Value}";
}

/// <summary>A custom error of a contract: its selector and the decoding of its arguments for display.</summary>
public sealed class AbiError
{
    private readonly IReadOnlyList<AbiParameter> _parameters;

    /// <summary>From text such as <c>UnexpectedRootClaim(bytes32 rootClaim)</c>; names are optional.</summary>
    /// <exception cref="AbiException">Not a signature of canonical types.</exception>
    public AbiError(string signature)
        : this(AbiSignature.Parse(signature), null)
    {
    }

    /// <summary>An error that a contract raises from assembly under a selector that is not the hash of its signature.</summary>
    /// <exception cref="AbiException">Not a signature of canonical types.</exception>
    public AbiError(string signature, Selector selector)
        : this(AbiSignature.Parse(signature), selector)
    {
    }

    private AbiError(AbiSignature parsed, Selector? selector)
    {
        Name = parsed.Name;
        Signature = parsed.Canonical;
        Selector = selector ?? Selector.Of(Signature);
        _parameters = parsed.Parameters;
    }

    /// <summary>The name alone.</summary>
    public string Name { get; }

    /// <summary>The canonical signature.</summary>
    public string Signature { get; }

    /// <summary>The first four bytes of the revert data.</summary>
    public Selector Selector { get; }

    /// <summary>The revert data of this error with the arguments that <paramref name="write"/> writes.</summary>
    public byte[] Encode(Action<AbiEncoder> write)
    {
        byte[] arguments = AbiEncoder.Encode(write);
        byte[] data = new byte[Selector.Size + arguments.Length];
        Selector.CopyTo(data);
        arguments.CopyTo(data, Selector.Size);
        return data;
    }

    /// <summary>The arguments in revert data, behind the selector.</summary>
    /// <exception cref="AbiException">The data are of another error, or malformed; names the argument.</exception>
    public IReadOnlyList<AbiArgument> Decode(ReadOnlyMemory<byte> revertData)
    {
        if (Selector.At(revertData.Span) != Selector)
        {
            throw new AbiException(Name, $"the data do not begin with {Selector}");
        }

        AbiDecoder decoder = new(revertData[Selector.Size..], Name);
        AbiArgument[] arguments = [.. _parameters.Select(parameter => AbiDisplay.Read(decoder, parameter))];
        decoder.End();
        return arguments;
    }

    /// <summary>The canonical signature.</summary>
    public override string ToString() => Signature;
}
