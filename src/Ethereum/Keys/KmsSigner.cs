using System.Formats.Asn1;
using System.Security.Cryptography;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Nethereum.Signer.Crypto;

namespace Gavel.Ethereum;

/// <summary>
/// Has hashes signed by a key in AWS KMS. The service is not believed: before the first signature its key must be one for signing on secp256k1
/// and that of the configured account, and each signature (DER, with s in either half) is brought to Ethereum's form and recovered.
/// </summary>
public sealed class KmsSigner : SignerBase, IDisposable
{
    private const int DigestSize = 32;
    private const string CurveOid = "1.3.132.0.10";
    private const string PublicKeyOid = "1.2.840.10045.2.1";

    private readonly KmsOptions _options;
    private readonly TimeProvider _time;
    private readonly AmazonKeyManagementServiceClient _service;
    private byte[]? _publicKey;

    /// <summary>Makes no connection yet, and looks for no credentials.</summary>
    /// <param name="options">Which key, and where.</param>
    /// <param name="time">Measures the limit for an answer.</param>
    /// <exception cref="AccountException">No region is known, or the endpoint would be reached in plain text on another machine.</exception>
    public KmsSigner(KmsOptions options, TimeProvider? time = null)
        : base(options.Address, $"KMS key {options.KeyId} of {options.Address}")
    {
        _options = options;
        _time = time ?? TimeProvider.System;
        try
        {
            _service = new AmazonKeyManagementServiceClient(KmsConnection.Configure(options));
        }
        catch (Exception e) when (e is AmazonClientException or ArgumentException or UriFormatException)
        {
            throw new AccountException($"{this}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _service.Dispose();

    /// <inheritdoc/>
    protected override async Task<byte[]> GetPublicKeyAsync()
    {
        if (_publicKey is { } known)
        {
            return known;
        }

        GetPublicKeyResponse answer = await AskAsync("GetPublicKey", token =>
            _service.GetPublicKeyAsync(new GetPublicKeyRequest { KeyId = _options.KeyId }, token)).ConfigureAwait(false);
        if (answer.KeySpec != KeySpec.ECC_SECG_P256K1 || answer.KeyUsage != KeyUsageType.SIGN_VERIFY)
        {
            throw new AccountException(
                $"{this}: the key is of spec {Shown(answer.KeySpec?.Value)} for {Shown(answer.KeyUsage?.Value)}; Ethereum needs {KeySpec.ECC_SECG_P256K1} for {KeyUsageType.SIGN_VERIFY}");
        }

        byte[] key = ReadPublicKey(answer.PublicKey?.ToArray() ?? []);
        Address owner = PrivateKey.AddressOf(key);
        return owner == Address ? _publicKey = key : throw new AccountException($"{this}: the key is that of {owner}; name that address, or another key");
    }

    /// <inheritdoc/>
    protected override async Task<ECDSASignature> SignExternallyAsync(byte[] bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, DigestSize);
        await GetPublicKeyAsync().ConfigureAwait(false);
        using MemoryStream message = new(bytes, writable: false);
        SignResponse answer = await AskAsync("Sign", token => _service.SignAsync(
            new SignRequest
            {
                KeyId = _options.KeyId,
                Message = message,
                MessageType = MessageType.DIGEST,
                SigningAlgorithm = SigningAlgorithmSpec.ECDSA_SHA_256, // of a digest, whatever hash made it
            },
            token)).ConfigureAwait(false);
        return ToEcdsa(Found(ReadSignature(answer.Signature?.ToArray() ?? []), new Hash32(bytes)));
    }

    // KMS gives neither the lower s nor the parity: the one parity that leads to the account is the right one.
    private Signature Found((UInt256 R, UInt256 S) given, Hash32 hash)
    {
        Signature even = new Signature(given.R, given.S, YParity: false).Normalised();
        Signature odd = even with { YParity = !even.YParity };
        return even.Recover(hash) == Address ? even
            : odd.Recover(hash) == Address ? odd
            : throw new AccountException($"{this} gave a signature that is not by the key of this account, or over something else");
    }

    private (UInt256 R, UInt256 S) ReadSignature(byte[] der)
    {
        try
        {
            AsnReader reader = new(der, AsnEncodingRules.DER);
            AsnReader numbers = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            (UInt256 R, UInt256 S) signature = (UInt256.FromBigInteger(numbers.ReadInteger()), UInt256.FromBigInteger(numbers.ReadInteger()));
            numbers.ThrowIfNotEmpty();
            return signature;
        }
        catch (Exception e) when (e is AsnContentException or OverflowException)
        {
            throw new AccountException($"{this} gave {der.Length} bytes that are no ECDSA signature in DER: {e.Message}", e);
        }
    }

    private byte[] ReadPublicKey(byte[] der)
    {
        try
        {
            AsnReader reader = new(der, AsnEncodingRules.DER);
            AsnReader info = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            AsnReader algorithm = info.ReadSequence();
            bool rightKind = algorithm.ReadObjectIdentifier() == PublicKeyOid && algorithm.ReadObjectIdentifier() == CurveOid;
            byte[] point = info.ReadBitString(out int unused);
            return rightKind && unused == 0 && point is [4, ..] && NBitcoin.Secp256k1.ECPubKey.TryCreate(point, NBitcoin.Secp256k1.Context.Instance, out _, out _)
                ? point
                : throw new AccountException($"{this} told a public key that is no point of secp256k1");
        }
        catch (AsnContentException e)
        {
            throw new AccountException($"{this} told a public key that is none in DER: {e.Message}", e);
        }
    }

    private async Task<T> AskAsync<T>(string what, Func<CancellationToken, Task<T>> ask)
    {
        CancellationToken caller = ExternalSigner.Cancellation;
        using CancellationTokenSource limit = new(_options.Timeout, _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(caller, limit.Token);
        try
        {
            // The search for credentials does not always look at the token.
            return await ask(both.Token).WaitAsync(both.Token).ConfigureAwait(false);
        }
        catch (Exception) when (limit.IsCancellationRequested && !caller.IsCancellationRequested)
        {
            throw new AccountException($"{this}: no answer to {what} within {_options.Timeout.TotalSeconds:0.#} s") { IsTransient = true };
        }
        catch (AmazonServiceException e)
        {
            throw new AccountException($"{this}: {what} was answered with {Shown(e.ErrorCode)} (HTTP {(int)e.StatusCode}): {KmsConnection.Cause(e)}", e) { IsTransient = KmsConnection.IsTransient(e) };
        }
        catch (Exception e) when (e is AmazonClientException or HttpRequestException or IOException or CryptographicException or InvalidOperationException or System.Text.Json.JsonException)
        {
            throw new AccountException($"{this}: {what} failed: {KmsConnection.Cause(e)}", e) { IsTransient = e is not CryptographicException };
        }
    }

    private static string Shown(string? text) => string.IsNullOrEmpty(text) ? "none" : Hex.Shown(text);
}
