using System.Text.Json.Nodes;

namespace Gavel.TestKit.Judges;

/// <summary>Headers and account proofs as nodes write them in JSON.</summary>
public static class NodeJson
{
    /// <summary>A block without transactions.</summary>
    public static JsonObject Block(BlockHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return new JsonObject
        {
            ["number"] = Hex.Quantity(header.Number),
            ["hash"] = $"{header.Hash}",
            ["parentHash"] = $"{header.ParentHash}",
            ["sha3Uncles"] = $"{header.OmmersHash}",
            ["miner"] = $"{header.Coinbase}",
            ["stateRoot"] = $"{header.StateRoot}",
            ["transactionsRoot"] = $"{header.TransactionsRoot}",
            ["receiptsRoot"] = $"{header.ReceiptsRoot}",
            ["logsBloom"] = $"0x{new string('0', 2 * Bloom.Size)}",
            ["difficulty"] = "0x0",
            ["gasLimit"] = Hex.Quantity(header.GasLimit),
            ["gasUsed"] = Hex.Quantity(header.GasUsed),
            ["timestamp"] = Hex.Quantity(header.Timestamp),
            ["extraData"] = "0x",
            ["mixHash"] = $"{header.MixHash}",
            ["nonce"] = "0x0000000000000000",
            ["baseFeePerGas"] = "0x1",
            ["transactions"] = new JsonArray(),
        };
    }

    /// <summary>The proof of an account with nonce 1 and no balance, alone in a state.</summary>
    public static JsonObject AccountProof(Address account, Hash32 storageRoot, Hash32 codeHash, MerklePatriciaTrie state)
    {
        ArgumentNullException.ThrowIfNull(state);
        byte[] key = Keccak256.Hash(account.ToArray()).ToArray();
        return new JsonObject
        {
            ["address"] = $"{account}",
            ["nonce"] = "0x1",
            ["balance"] = "0x0",
            ["storageHash"] = $"{storageRoot}",
            ["codeHash"] = $"{codeHash}",
            ["accountProof"] = new JsonArray([.. state.Prove(key).Select(node => (JsonNode)Hex.Encode(node.Span))]),
            ["storageProof"] = new JsonArray(),
        };
    }
}
