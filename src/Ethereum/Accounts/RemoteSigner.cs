using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gavel.Ethereum;

/// <summary>
/// Has transactions signed by a service that keeps the key: <c>eth_signTransaction</c> of op-signer, web3signer or a node. The service is not
/// believed: what it gives back is decoded, compared with what was asked for field by field, and its signer recovered.
/// </summary>
public sealed class RemoteSigner : ISigner, IAsyncDisposable
{
    private readonly RpcEndpoint _service;

    /// <summary>Makes no connection yet.</summary>
    /// <param name="address">The account that the service is to sign for.</param>
    /// <param name="options">Where the service is and how it is told apart from others.</param>
    /// <param name="time">For retries.</param>
    /// <exception cref="AccountException">A certificate cannot be read, or the connection would be in plain text to another machine.</exception>
    public RemoteSigner(Address address, RemoteSignerOptions options, TimeProvider? time = null)
    {
        Address = address;
        if (options.Url.IsWebSocket || (!options.Url.IsEncrypted && !options.Url.Secret.IsLoopback))
        {
            throw new AccountException($"remote signer {options.Url}: use https (http is taken only on this machine)");
        }

        _service = new RpcEndpoint(
            options.Url, new RpcOptions { TimeoutSeconds = options.Timeout.TotalSeconds, PatienceSeconds = Math.Min(2, options.Timeout.TotalSeconds / 2), MaxBatchSize = 1 }, time ?? TimeProvider.System, SignerTls.NewHandler(options));
    }

    /// <inheritdoc/>
    public Address Address { get; }

    /// <inheritdoc/>
    public async Task<SignedTransaction> SignAsync(Eip1559Transaction transaction, CancellationToken cancellationToken)
    {
        JsonElement answer = await _service
            .RequestAsync(new RpcRequest("eth_signTransaction", Arguments(transaction)), cancellationToken)
            .ConfigureAwait(false);
        SignedTransaction signed = Decode(answer);
        string[] differences = [.. transaction.Differences(signed.Transaction)];
        if (differences.Length > 0)
        {
            throw new AccountException(
                $"remote signer {_service.Url} signed another transaction than it was asked to: {string.Join(", ", differences)} differ");
        }

        return signed.Sender == Address
            ? signed
            : throw new AccountException($"remote signer {_service.Url} signed as {signed.Sender}; it was asked to sign as {Address}");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _service.DisposeAsync();

    /// <summary>Names the account and the service.</summary>
    public override string ToString() => $"remote signer of {Address} at {_service.Url}";

    // op-signer and web3signer answer with the raw bytes, geth with an object that holds them.
    private SignedTransaction Decode(JsonElement answer)
    {
        RpcValue value = new(answer, "eth_signTransaction");
        byte[] raw = (answer.ValueKind == JsonValueKind.Object ? value["raw"] : value).Bytes();
        try
        {
            return SignedTransaction.Decode(raw);
        }
        catch (TransactionException e)
        {
            throw new AccountException($"remote signer {_service.Url} gave no signed transaction of type 2: {e.Message}", e);
        }
    }

    // "input" is what newer services read and "data" what older ones do; those that know both accept equal ones.
    private JsonObject Arguments(Eip1559Transaction transaction)
    {
        string data = Hex.Encode(transaction.Data.Span);
        return new JsonObject
        {
            ["type"] = "0x2",
            ["from"] = Address.ToString(),
            ["to"] = transaction.To?.ToString(),
            ["chainId"] = Hex.Quantity(transaction.ChainId),
            ["nonce"] = Hex.Quantity(transaction.Nonce),
            ["gas"] = Hex.Quantity(transaction.GasLimit),
            ["maxFeePerGas"] = transaction.MaxFeePerGas.ToQuantity(),
            ["maxPriorityFeePerGas"] = transaction.MaxPriorityFeePerGas.ToQuantity(),
            ["value"] = transaction.Value.ToQuantity(),
            ["data"] = data,
            ["input"] = data,
            ["accessList"] = new JsonArray([.. transaction.AccessList.Select(Entry)]),
        };
    }

    private static JsonObject Entry(AccessListEntry entry) => new()
    {
        ["address"] = entry.Address.ToString(),
        ["storageKeys"] = new JsonArray([.. entry.Slots.Select(s => JsonValue.Create(s.ToString()))]),
    };
}
