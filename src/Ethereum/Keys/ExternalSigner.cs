using Nethereum.Model;
using Nethereum.Signer;

namespace Gavel.Ethereum;

/// <summary>
/// Signs through any <see cref="IEthExternalSigner"/> of Nethereum and believes it nothing: only r, s and v are taken, put to our own
/// transaction, and the account is recovered from them. The seam knows no cancellation: our own signers find the token in
/// <see cref="Cancellation"/>, foreign ones are left behind.
/// </summary>
/// <param name="signer">Signs the transaction that it is given, in place.</param>
/// <param name="address">The account that it is to sign for.</param>
/// <param name="name">What it is called in errors.</param>
public sealed class ExternalSigner(IEthExternalSigner signer, Address address, string name) : ISigner
{
    private static readonly AsyncLocal<CancellationToken> s_cancellation = new();

    /// <inheritdoc/>
    public Address Address => address;

    /// <summary>Cancels the signature that is being made in this flow of control.</summary>
    internal static CancellationToken Cancellation => s_cancellation.Value;

    /// <inheritdoc/>
    public async Task<SignedTransaction> SignAsync(Eip1559Transaction transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        cancellationToken.ThrowIfCancellationRequested();
        s_cancellation.Value = cancellationToken; // flows down only
        Transaction1559 given = transaction.ToTransaction1559();
        try
        {
            await signer.SignAsync(given).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (AccountException or RpcException or OperationCanceledException or ObjectDisposedException or OutOfMemoryException))
        {
            throw new AccountException($"{name} failed: {e.GetType().Name}: {e.Message}", e)
            {
                IsTransient = e is HttpRequestException or IOException or TimeoutException or System.Net.Sockets.SocketException,
            };
        }

        Signature signature = SignatureOf(given.Signature);
        if (!signature.IsLowS)
        {
            throw new AccountException($"{name} gave a signature whose s is in the upper half, which Ethereum does not take (EIP-2)");
        }

        try
        {
            SignedTransaction signed = SignedTransaction.Of(transaction, signature);
            return signed.Sender == address
                ? signed
                : throw new AccountException($"{name} signed as {signed.Sender}, or another transaction than it was given; it was asked to sign as {address}");
        }
        catch (TransactionException e)
        {
            throw new AccountException($"{name}: {e.Message}", e);
        }
    }

    /// <summary>Names the signer.</summary>
    public override string ToString() => name;

    private Signature SignatureOf(ISignature? given)
    {
        if (given is not { R: { Length: > 0 } r, S: { Length: > 0 } s, V: { } v })
        {
            throw new AccountException($"{name} gave no signature");
        }

        r = r.AsSpan().TrimStart((byte)0).ToArray();
        s = s.AsSpan().TrimStart((byte)0).ToArray();
        if (r.Length > UInt256.Size || s.Length > UInt256.Size)
        {
            throw new AccountException($"{name} gave a signature with numbers of {r.Length} and {s.Length} bytes");
        }

        return new Signature(new UInt256(r), new UInt256(s), v switch
        {
            [] or [0] or [27] => false,
            [1] or [28] => true,
            _ => throw new AccountException($"{name} gave a signature whose v is {Hex.Shown(Hex.Encode(v))}; it is 0 or 1"),
        });
    }
}
