using System.Text.Json;

namespace Gavel.TestKit.Judges;

/// <summary>
/// A transaction's receipt as the receipts root commits to it (EIP-658 status; typed envelopes of EIP-2718). Fields behind the logs, which
/// some chains add to receipts of their own types, are kept as they are.
/// </summary>
public sealed record Receipt
{
    /// <summary>Transaction type: 0 for legacy, else the first byte of the envelope.</summary>
    public required byte Type { get; init; }

    /// <summary>True when the transaction did not revert.</summary>
    public required bool Succeeded { get; init; }

    /// <summary>Gas used in the block up to and including this transaction.</summary>
    public required ulong CumulativeGasUsed { get; init; }

    /// <summary>Filter over the logs.</summary>
    public required Bloom LogsBloom { get; init; }

    /// <summary>The logs in their order.</summary>
    public required IReadOnlyList<Log> Logs { get; init; }

    /// <summary>RLP items behind the logs, unread.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> FurtherFields { get; init; } = [];

    /// <summary>The bytes in the receipts trie.</summary>
    public byte[] Encode()
    {
        RlpWriter writer = new();
        if (Type != 0)
        {
            writer.Raw([Type]);
        }

        writer.List(list =>
        {
            list.UInt64(Succeeded ? 1UL : 0).UInt64(CumulativeGasUsed).Bytes(LogsBloom.Bytes);
            list.List(logs =>
            {
                foreach (Log log in Logs)
                {
                    log.WriteTo(logs);
                }
            });
            foreach (ReadOnlyMemory<byte> field in FurtherFields)
            {
                list.Raw(field.Span);
            }
        });
        return writer.Written.ToArray();
    }

    /// <summary>Reads the bytes of the receipts trie, legacy or typed.</summary>
    /// <exception cref="RlpException">Not a receipt; offsets count from behind the type byte of a typed one.</exception>
    public static Receipt Decode(ReadOnlySpan<byte> encoded)
    {
        byte type = 0;
        if (encoded.Length > 0 && encoded[0] < 0x80)
        {
            type = encoded[0] != 0 ? encoded[0] : throw new RlpException(0, "a legacy receipt has no type byte");
            encoded = encoded[1..];
        }

        RlpReader reader = RlpReader.OfList(encoded);
        int at = reader.Offset;
        ulong status = reader.ReadUInt64();
        if (status > 1)
        {
            throw new RlpException(at, $"status {status} is neither 0 nor 1");
        }

        ulong gas = reader.ReadUInt64();
        Bloom bloom = new(reader.ReadExactly(Bloom.Size));
        RlpReader list = reader.ReadList();
        List<Log> logs = [];
        while (!list.IsAtEnd)
        {
            logs.Add(Log.ReadFrom(ref list));
        }

        List<ReadOnlyMemory<byte>> further = [];
        while (!reader.IsAtEnd)
        {
            further.Add(reader.ReadRaw().ToArray());
        }

        return new Receipt
        {
            Type = type,
            Succeeded = status == 1,
            CumulativeGasUsed = gas,
            LogsBloom = bloom,
            Logs = logs,
            FurtherFields = further,
        };
    }

    /// <summary>From the object that JSON-RPC gives for a receipt. The filter is recomputed from the logs and compared.</summary>
    /// <exception cref="ChainDataException">A field is missing or malformed, or the filter is not that of the logs.</exception>
    public static Receipt FromJson(JsonElement json, string place = "receipt")
    {
        JsonFields fields = new(json, place);
        ulong type = fields.Has("type") ? fields.UInt64("type") : 0;
        if (type >= 0x80)
        {
            throw fields.Fault("type", $"type {type} is not below 128");
        }

        ulong status = fields.UInt64("status");
        Log[] logs = fields.Items("logs", Log.FromJson);
        Bloom stated = new(fields.Data("logsBloom", Bloom.Size));
        return new Receipt
        {
            Type = (byte)type,
            Succeeded = status <= 1 ? status == 1 : throw fields.Fault("status", $"{status} is neither 0 nor 1"),
            CumulativeGasUsed = fields.UInt64("cumulativeGasUsed"),
            LogsBloom = stated.Equals(Bloom.Of(logs)) ? stated : throw fields.Fault("logsBloom", "is not the filter of the logs"),
            Logs = logs,
        };
    }
}
