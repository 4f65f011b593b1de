namespace Gavel.Ethereum;

/// <summary>Signs with a key in this process, which it owns and overwrites when disposed.</summary>
public sealed class LocalSigner(PrivateKey key) : ISigner, IDisposable
{
    /// <inheritdoc/>
    public Address Address => key.Address;

    /// <summary>Signs a transaction. The same transaction always gives the same bytes.</summary>
    /// <exception cref="ObjectDisposedException">The key was overwritten.</exception>
    public Task<SignedTransaction> SignAsync(Eip1559Transaction transaction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(SignedTransaction.Of(transaction, key.Sign(transaction.SigningHash())));
    }

    /// <summary>Signs a hash, whatever it is the hash of.</summary>
    public Signature SignHash(Hash32 hash) => key.Sign(hash);

    /// <summary>Overwrites the key.</summary>
    public void Dispose() => key.Dispose();

    /// <summary>Names the account.</summary>
    public override string ToString() => $"local signer of {Address}";
}
