using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>A funded account whose key everybody knows.</summary>
public sealed class DevnetAccount
{
    internal DevnetAccount(int index, string role, string address, string privateKey)
    {
        Index = index;
        Role = role;
        Address = Address.Parse(address);
        PrivateKey = privateKey;
        Signer = new LazySigner(this);
    }

    /// <summary>Index of the mnemonic's derivation path.</summary>
    public int Index { get; }

    /// <summary>What the account is for.</summary>
    public string Role { get; }

    /// <summary>The address.</summary>
    public Address Address { get; }

    /// <summary>The private key, <c>0x</c> and 64 hex digits; public by design.</summary>
    public string PrivateKey { get; }

    /// <summary>Signs for the account.</summary>
    public ISigner Signer { get; }

    // Finding a key's address takes time that most accounts of most devnets never need.
    private sealed class LazySigner(DevnetAccount account) : ISigner
    {
        private readonly Lazy<LocalSigner> _signer = new(() => new LocalSigner(new PrivateKey(Hex.Decode(account.PrivateKey))));

        public Address Address => account.Address;

        public Task<SignedTransaction> SignAsync(Eip1559Transaction transaction, CancellationToken cancellationToken) =>
            _signer.Value.SignAsync(transaction, cancellationToken);
    }
}
