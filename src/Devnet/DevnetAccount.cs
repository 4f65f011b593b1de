using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>A funded account whose key everybody knows.</summary>
public sealed class DevnetAccount
{
    internal DevnetAccount(int index, string address, string privateKey)
    {
        Index = index;
        Address = Address.Parse(address);
        PrivateKey = privateKey;
    }

    /// <summary>Index of the mnemonic's derivation path.</summary>
    public int Index { get; }

    /// <summary>The address.</summary>
    public Address Address { get; }

    /// <summary>The private key, <c>0x</c> and 64 hex digits; public by design.</summary>
    public string PrivateKey { get; }
}
