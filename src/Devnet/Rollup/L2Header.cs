using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>
/// The RLP header of an L2 block: at least 15 fields, each of its shape as far as it is known. Fields behind them, which forks to come may
/// add, must be canonical.
/// </summary>
internal static class L2Header
{
    private const int Any = int.MaxValue;
    private const int Fewest = 15;

    // Bytes of fixed fields; minus the most bytes of numbers.
    private static readonly int[] s_shapes =
    [
        32, 32, 20, 32, 32, 32, 256, -32, -8, -8, -8, -8, Any, 32, 8, -32, // parent hash ... base fee
        32, -8, -8, 32, 32, // withdrawals root, blob gas used, excess blob gas, beacon root, requests hash
    ];

    private static readonly string[] s_names =
    [
        "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty", "number", "gasLimit",
        "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas",
        "parentBeaconBlockRoot", "requestsHash",
    ];

    /// <summary>The header of a block that a node shows, checked to have the block's hash.</summary>
    /// <exception cref="DevnetException">It has another hash.</exception>
    public static byte[] Encode(RpcBlock block)
    {
        RpcValue json = new(block.Json, "block");
        byte[] header = RlpWriter.EncodeList(list =>
        {
            for (int i = 0; i < s_shapes.Length && !json[s_names[i]].IsNull; i++)
            {
                RpcValue field = json[s_names[i]];
                if (s_shapes[i] < 0)
                {
                    list.UInt256(field.UInt256());
                }
                else
                {
                    list.Bytes(field.Bytes());
                }
            }
        });
        return Keccak256.Hash(header) == block.Hash
            ? header
            : throw new DevnetException($"the header of L2 block {block.Number} does not hash to {block.Hash}");
    }

    /// <summary>Reads a header; null if it is none.</summary>
    public static DerivedBlock? Decode(ReadOnlySpan<byte> header, Hash32 messagePasserStorageRoot, BlockId l1Inclusion)
    {
        try
        {
            RlpReader reader = RlpReader.OfList(header);
            ReadOnlySpan<byte> parentHash = default, stateRoot = default, number = default, gasLimit = default, timestamp = default;
            int count = 0;
            for (; !reader.IsAtEnd; count++)
            {
                if (count >= s_shapes.Length)
                {
                    reader.ReadRaw();
                    continue;
                }

                ReadOnlySpan<byte> field = reader.ReadBytes();
                int shape = s_shapes[count];
                bool fits = shape == Any
                    || (shape > 0 ? field.Length == shape : field.Length <= -shape && (field.IsEmpty || field[0] != 0));
                if (!fits)
                {
                    return null;
                }

                switch (count)
                {
                    case 0: parentHash = field; break;
                    case 3: stateRoot = field; break;
                    case 8: number = field; break;
                    case 9: gasLimit = field; break;
                    case 11: timestamp = field; break;
                    default: break;
                }
            }

            return count < Fewest ? null : new DerivedBlock
            {
                Number = (ulong)new UInt256(number),
                Hash = Keccak256.Hash(header),
                ParentHash = new Hash32(parentHash),
                Timestamp = (ulong)new UInt256(timestamp),
                StateRoot = new Hash32(stateRoot),
                GasLimit = (ulong)new UInt256(gasLimit),
                MessagePasserStorageRoot = messagePasserStorageRoot,
                L1Inclusion = l1Inclusion,
            };
        }
        catch (RlpException)
        {
            return null;
        }
    }
}
