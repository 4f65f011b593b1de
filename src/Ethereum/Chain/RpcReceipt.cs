using System.Text.Json;

namespace Gavel.Ethereum;

/// <summary>A receipt as a node shows it.</summary>
public sealed record RpcReceipt
{
    /// <summary>The transaction.</summary>
    public required Hash32 TransactionHash { get; init; }

    /// <summary>Its place in the block.</summary>
    public required ulong TransactionIndex { get; init; }

    /// <summary>Its block.</summary>
    public required Hash32 BlockHash { get; init; }

    /// <summary>Height of its block.</summary>
    public required ulong BlockNumber { get; init; }

    /// <summary>The sender.</summary>
    public required Address From { get; init; }

    /// <summary>The target; null for a creation.</summary>
    public Address? To { get; init; }

    /// <summary>The created contract, if any.</summary>
    public Address? ContractAddress { get; init; }

    /// <summary>False where the transaction was mined and reverted.</summary>
    public required bool Succeeded { get; init; }

    /// <summary>Gas used by this transaction.</summary>
    public required ulong GasUsed { get; init; }

    /// <summary>Gas used in the block up to and with this transaction.</summary>
    public required ulong CumulativeGasUsed { get; init; }

    /// <summary>Wei per gas that was paid.</summary>
    public required UInt256 EffectiveGasPrice { get; init; }

    /// <summary>The logs.</summary>
    public required IReadOnlyList<RpcLog> Logs { get; init; }

    /// <summary>The whole object.</summary>
    public required JsonElement Json { get; init; }

    /// <summary>Wei that the sender paid for gas, without blobs.</summary>
    public UInt256 Fee => EffectiveGasPrice * GasUsed;

    /// <summary>Reads a receipt of Byzantium or later.</summary>
    /// <exception cref="RpcException">A field is missing or malformed.</exception>
    public static RpcReceipt Read(RpcValue receipt) => new()
    {
        TransactionHash = receipt["transactionHash"].Hash(),
        TransactionIndex = receipt["transactionIndex"].UInt64(),
        BlockHash = receipt["blockHash"].Hash(),
        BlockNumber = receipt["blockNumber"].UInt64(),
        From = receipt["from"].Address(),
        To = receipt["to"] is { IsNull: false } to ? to.Address() : null,
        ContractAddress = receipt["contractAddress"] is { IsNull: false } created ? created.Address() : null,
        Succeeded = receipt["status"].UInt64() switch
        {
            0 => false,
            1 => true,
            _ => throw receipt["status"].Wrong("0x0 or 0x1"),
        },
        GasUsed = receipt["gasUsed"].UInt64(),
        CumulativeGasUsed = receipt["cumulativeGasUsed"].UInt64(),
        EffectiveGasPrice = receipt["effectiveGasPrice"].UInt256(),
        Logs = Array.ConvertAll(receipt["logs"].Items(), RpcLog.Read),
        Json = receipt.Json,
    };
}
