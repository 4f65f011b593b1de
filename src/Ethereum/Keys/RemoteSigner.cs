using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nethereum.Model;
using Nethereum.Signer;
using Nethereum.Signer.Crypto;

namespace Gavel.Ethereum;

/// <summary>
/// Has transactions signed by a service that keeps the key: <c>eth_signTransaction</c> of op-signer, web3signer or a node. The service is not
/// believed: only r, s and v are taken from what it gives back, put to our own transaction, and the account is recovered from them.
/// </summary>
public sealed class RemoteSigner : SignerBase, IAsyncDisposable
{
    private const int MaxAnswerBytes = 4 << 20; // far more than a transaction that a node takes

    private readonly RpcEndpoint _service;

    /// <summary>Makes no connection yet.</summary>
    /// <param name="address">The account that the service is to sign for.</param>
    /// <param name="options">Where the service is and how it is told apart from others.</param>
    /// <param name="time">For retries.</param>
    /// <exception cref="AccountException">A certificate cannot be read, or the connection would be in plain text to another machine.</exception>
    public RemoteSigner(Address address, RemoteSignerOptions options, TimeProvider? time = null)
        : base(address, $"remote signer of {address} at {options.Url}")
    {
        if (options.Url.IsWebSocket || (!options.Url.IsEncrypted && !options.Url.Secret.IsLoopback))
        {
            throw new AccountException($"remote signer {options.Url}: use https (http is taken only on this machine)");
        }

        double seconds = options.Timeout.TotalSeconds;
        RpcOptions limits = new() { TimeoutSeconds = seconds, PatienceSeconds = Math.Min(2, seconds / 2), MaxBatchSize = 1, MaxResponseBytes = MaxAnswerBytes };
        _service = new RpcEndpoint(options.Url, limits, time ?? TimeProvider.System, SignerTls.NewHandler(options));
    }

    /// <inheritdoc/>
    public override ExternalSignerTransactionFormat ExternalSignerTransactionFormat { get; protected set; } = ExternalSignerTransactionFormat.Transaction;

    /// <summary>Has the service sign a transaction and puts its signature to it.</summary>
    /// <exception cref="AccountException">The answer is not this transaction with a signature.</exception>
    /// <exception cref="RpcException">The service could not be reached or refused.</exception>
    public override async Task SignAsync(Transaction1559 transaction)
    {
        JsonElement answer = await _service
            .RequestAsync(new RpcRequest("eth_signTransaction", Arguments(transaction)), ExternalSigner.Cancellation)
            .ConfigureAwait(false);

        // op-signer and web3signer answer with the raw bytes, geth with an object that holds them.
        RpcValue value = new(answer, "eth_signTransaction");
        byte[] raw = (answer.ValueKind == JsonValueKind.Object ? value["raw"] : value).Bytes();
        try
        {
            transaction.SetSignature(new EthECDSASignature(ToEcdsa(SignedAnswer.Read(raw, transaction.GetRLPEncodedRaw()))));
        }
        catch (FormatException e)
        {
            throw new AccountException($"{this} gave {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _service.DisposeAsync();

    /// <summary>Not supported: the service keeps the key and signs transactions alone.</summary>
    protected override Task<ECDSASignature> SignExternallyAsync(byte[] bytes) => throw new NotSupportedException("a remote signer signs transactions, no hashes");

    /// <summary>Not supported: the service is asked for signatures alone.</summary>
    protected override Task<byte[]> GetPublicKeyAsync() => throw new NotSupportedException("a remote signer does not tell its public key");

    // "input" is what newer services read and "data" what older ones do; those that know both accept equal ones.
    private JsonObject Arguments(Transaction1559 transaction) => new()
    {
        ["type"] = "0x2",
        ["from"] = Address.ToString(),
        ["to"] = transaction.ReceiverAddress is { Length: > 0 } to ? to : null,
        ["chainId"] = Quantity(transaction.ChainId),
        ["nonce"] = Quantity(transaction.Nonce),
        ["gas"] = Quantity(transaction.GasLimit),
        ["maxFeePerGas"] = Quantity(transaction.MaxFeePerGas),
        ["maxPriorityFeePerGas"] = Quantity(transaction.MaxPriorityFeePerGas),
        ["value"] = Quantity(transaction.Amount),
        ["data"] = transaction.Data,
        ["input"] = transaction.Data,
        ["accessList"] = new JsonArray(),
    };

    private static string Quantity(BigInteger? value) => UInt256.FromBigInteger(value ?? BigInteger.Zero).ToQuantity();
}
