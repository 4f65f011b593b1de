using Nethereum.Signer.Crypto;

namespace Gavel.Ethereum;

/// <summary>Signs with a key in this process, which it owns and overwrites when disposed. The same transaction always gives the same bytes.</summary>
public sealed class LocalSigner(PrivateKey key) : SignerBase(key.Address, $"local signer of {key.Address}"), IDisposable
{
    /// <summary>Signs a hash, whatever it is the hash of.</summary>
    /// <exception cref="ObjectDisposedException">The key was overwritten.</exception>
    public Signature SignHash(Hash32 hash) => key.Sign(hash);

    /// <summary>Overwrites the key.</summary>
    public void Dispose() => key.Dispose();

    /// <inheritdoc/>
    protected override Task<byte[]> GetPublicKeyAsync() => Task.FromResult(key.PublicKey);

    /// <inheritdoc/>
    protected override Task<ECDSASignature> SignExternallyAsync(byte[] bytes) => Task.FromResult(ToEcdsa(key.Sign(new Hash32(bytes))));
}
