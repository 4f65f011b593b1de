using Nethereum.Model;

namespace Gavel.Ethereum;

/// <summary>A transaction of type 2 with its signature: what goes to a node, and the hash that it will be known by.</summary>
public sealed class SignedTransaction
{
    private SignedTransaction(Eip1559Transaction transaction, Signature signature, byte[] raw, Address sender)
    {
        Transaction = transaction;
        Signature = signature;
        Raw = raw;
        Hash = Keccak256.Hash(raw);
        Sender = sender;
    }

    /// <summary>The fields.</summary>
    public Eip1559Transaction Transaction { get; }

    /// <summary>The signature over <see cref="Eip1559Transaction.SigningHash"/>.</summary>
    public Signature Signature { get; }

    /// <summary>The bytes for <c>eth_sendRawTransaction</c>.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>The transaction's hash.</summary>
    public Hash32 Hash { get; }

    /// <summary>Who signed, recovered from the signature.</summary>
    public Address Sender { get; }

    /// <summary>Puts a signature to a transaction.</summary>
    /// <exception cref="TransactionException">No key can have made the signature.</exception>
    public static SignedTransaction Of(Eip1559Transaction transaction, Signature signature)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        Transaction1559 encoded = transaction.ToTransaction1559();
        Address sender = signature.Recover(Keccak256.Hash(encoded.GetRLPEncodedRaw()))
            ?? throw new TransactionException("no key can have made the signature (r or s out of range or s in the upper half, EIP-2)");
        encoded.SetSignature(new Nethereum.Model.Signature(
            signature.R.ToMinimalBigEndian(), signature.S.ToMinimalBigEndian(), signature.YParity ? [1] : []));
        return new SignedTransaction(transaction, signature, encoded.GetRLPEncoded(), sender);
    }
}
