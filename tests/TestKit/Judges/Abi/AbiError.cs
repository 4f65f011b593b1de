namespace Gavel.TestKit.Judges;

/// <summary>A custom error of a contract: its selector and the writing of its data.</summary>
public sealed class AbiError
{
    /// <summary>From text such as <c>UnexpectedRootClaim(bytes32 rootClaim)</c>; names are optional.</summary>
    /// <exception cref="AbiException">Not a signature of canonical types.</exception>
    public AbiError(string signature)
    {
        AbiSignature parsed = AbiSignature.Parse(signature);
        Name = parsed.Name;
        Signature = parsed.Canonical;
        Selector = AbiSelector.Of(Signature);
    }

    /// <summary>The name alone.</summary>
    public string Name { get; }

    /// <summary>The canonical signature.</summary>
    public string Signature { get; }

    /// <summary>The first four bytes of the revert data.</summary>
    public AbiSelector Selector { get; }

    /// <summary>The revert data of this error with the arguments that <paramref name="write"/> writes.</summary>
    public byte[] Encode(Action<AbiEncoder> write)
    {
        byte[] arguments = AbiEncoder.Encode(write);
        byte[] data = new byte[AbiSelector.Size + arguments.Length];
        Selector.CopyTo(data);
        arguments.CopyTo(data, AbiSelector.Size);
        return data;
    }
}
