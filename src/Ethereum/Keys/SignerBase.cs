using Nethereum.Model;
using Nethereum.Signer;
using Nethereum.Signer.Crypto;

namespace Gavel.Ethereum;

/// <summary>What our signers share at Nethereum's seam: they sign transactions of type 2, and their answers are checked by <see cref="ExternalSigner"/>.</summary>
public abstract class SignerBase : EthExternalSignerBase, ISigner
{
    private readonly ExternalSigner _checked;

    /// <summary>Signs for an account.</summary>
    /// <param name="address">The account.</param>
    /// <param name="name">What the signer is called in errors; without secrets.</param>
    private protected SignerBase(Address address, string name) => _checked = new ExternalSigner(this, address, name);

    /// <inheritdoc/>
    public Address Address => _checked.Address;

    /// <inheritdoc/>
    public override bool Supported1559 => true;

    /// <inheritdoc/>
    public override ExternalSignerTransactionFormat ExternalSignerTransactionFormat { get; protected set; } = ExternalSignerTransactionFormat.Hash;

    /// <summary>True: v comes with the signature, so that the base class does not look for it by trial.</summary>
    public override bool CalculatesV { get; protected set; } = true;

    /// <inheritdoc/>
    public Task<SignedTransaction> SignAsync(Eip1559Transaction transaction, CancellationToken cancellationToken) =>
        _checked.SignAsync(transaction, cancellationToken);

    /// <inheritdoc/>
    public override Task<string> GetAddressAsync() => Task.FromResult(Address.ToString());

    /// <inheritdoc/>
    public override Task SignAsync(Transaction1559 transaction) => SignHashTransactionAsync(transaction);

    /// <summary>Not supported.</summary>
    public override Task SignAsync(LegacyTransaction transaction) => throw OnlyType2();

    /// <summary>Not supported.</summary>
    public override Task SignAsync(LegacyTransactionChainId transaction) => throw OnlyType2();

    /// <summary>Not supported.</summary>
    public override Task SignAsync(Transaction7702 transaction) => throw OnlyType2();

    /// <summary>Names the signer.</summary>
    public override string ToString() => _checked.ToString();

    /// <summary>A signature in the seam's form.</summary>
    private protected static ECDSASignature ToEcdsa(Signature signature) =>
        new(new(1, signature.R.ToMinimalBigEndian()), new(1, signature.S.ToMinimalBigEndian())) { V = [signature.YParity ? (byte)1 : (byte)0] };

    private static NotSupportedException OnlyType2() => new("only transactions of type 2 (EIP-1559) are signed");
}
