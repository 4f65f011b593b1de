namespace Gavel.Ethereum;

/// <summary>Signs for one account, wherever its key is. All signers of this project stand on Nethereum's external-signer seam.</summary>
public interface ISigner
{
    /// <summary>The account.</summary>
    Address Address { get; }

    /// <summary>Signs a transaction exactly as it is given. Its sender is <see cref="Address"/>.</summary>
    /// <exception cref="AccountException">The signer refused, did not answer in time, or gave something else than was asked for.</exception>
    /// <exception cref="RpcException">A remote signer could not be reached.</exception>
    Task<SignedTransaction> SignAsync(Eip1559Transaction transaction, CancellationToken cancellationToken);
}
