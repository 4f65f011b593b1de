using Nethereum.Model;
using Nethereum.RPC.Eth.DTOs;

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

    /// <summary>As the node sent it, with the fields of the receipts trie.</summary>
    internal TransactionReceipt? Source { get; init; }

    /// <summary>Wei that the sender paid for gas, without blobs.</summary>
    public UInt256 Fee => EffectiveGasPrice * GasUsed;

    /// <summary>Reads a receipt of Byzantium or later.</summary>
    /// <exception cref="RpcException">A field is missing or malformed.</exception>
    public static RpcReceipt Read(RpcValue receipt) =>
        Of(NodeJson.Read<TransactionReceipt>(receipt.Json, receipt.Place) ?? throw receipt.Wrong("a receipt"), receipt.Place);

    /// <summary>
    /// The bytes in the block's receipts trie (EIP-658, EIP-2718). Fields that some chains add to receipts of their own types are not among
    /// them: compare the trie's root with the header's.
    /// </summary>
    /// <exception cref="RpcException">A field is missing or malformed, or the bloom is not that of the logs.</exception>
    public byte[] Encode()
    {
        NodeFields fields = new($"receipt of {TransactionHash}");
        LogBloomFilter bloom = new();
        List<Log> logs = [];
        foreach (RpcLog log in Logs)
        {
            Log entry = Log.Create(log.Data.ToArray(), log.Address.ToString(), [.. log.Topics.Select(topic => topic.ToArray())]);
            bloom.AddLog(entry);
            logs.Add(entry);
        }

        byte[] stated = fields.Bytes(Source?.LogsBloom, "logsBloom");
        if (!stated.AsSpan().SequenceEqual(bloom.Data))
        {
            throw fields.Wrong("logsBloom", "the filter of the logs", Source!.LogsBloom);
        }

        ulong type = Source!.Type is { } given ? fields.UInt64(given, "type") : 0;
        Receipt receipt = Receipt.CreateStatusReceipt(Succeeded, CumulativeGasUsed, stated, logs);
        return type switch
        {
            0 => ReceiptEncoder.Current.Encode(receipt),
            < 0x80 => ReceiptEncoder.Current.EncodeTyped(receipt, (byte)type),
            _ => throw fields.Wrong("type", "a type below 0x80", Source.Type!.HexValue),
        };
    }

    internal static RpcReceipt Of(TransactionReceipt receipt, string place)
    {
        NodeFields fields = new(place);
        return new RpcReceipt
        {
            TransactionHash = fields.Hash(receipt.TransactionHash, "transactionHash"),
            TransactionIndex = fields.UInt64(receipt.TransactionIndex, "transactionIndex"),
            BlockHash = fields.Hash(receipt.BlockHash, "blockHash"),
            BlockNumber = fields.UInt64(receipt.BlockNumber, "blockNumber"),
            From = fields.Address(receipt.From, "from"),
            To = receipt.To is { } to ? fields.Address(to, "to") : null,
            ContractAddress = receipt.ContractAddress is { } created ? fields.Address(created, "contractAddress") : null,
            Succeeded = fields.UInt64(receipt.Status, "status") switch
            {
                0 => false,
                1 => true,
                _ => throw fields.Wrong("status", "0x0 or 0x1", receipt.Status.HexValue),
            },
            GasUsed = fields.UInt64(receipt.GasUsed, "gasUsed"),
            CumulativeGasUsed = fields.UInt64(receipt.CumulativeGasUsed, "cumulativeGasUsed"),
            EffectiveGasPrice = fields.UInt256(receipt.EffectiveGasPrice, "effectiveGasPrice"),
            Logs = fields.Items(receipt.Logs, "logs", RpcLog.Of),
            Source = receipt,
        };
    }
}
