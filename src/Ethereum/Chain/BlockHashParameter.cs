using System.Text.Json;
using Nethereum.RPC.Eth.DTOs;
using Newtonsoft.Json.Linq;
using NewtonsoftConverter = Newtonsoft.Json.JsonConverter;

namespace Gavel.Ethereum;

/// <summary>
/// A block by its hash (EIP-1898), which Nethereum's <see cref="BlockParameter"/> cannot name: the only form that gives one view over several
/// reads. Everything in Nethereum that takes a block parameter takes it.
/// </summary>
/// <param name="hash">The block's hash.</param>
/// <param name="requireCanonical">Whether the node must refuse when the block is not (or no longer) on its canonical chain.</param>
[System.Text.Json.Serialization.JsonConverter(typeof(Converter))]
[Newtonsoft.Json.JsonConverter(typeof(NewtonsoftForm))]
public sealed class BlockHashParameter(Hash32 hash, bool requireCanonical = true) : BlockParameter
{
    /// <summary>The block's hash.</summary>
    public Hash32 Hash { get; } = hash;

    /// <summary>Whether the node must refuse when the block is not on its canonical chain.</summary>
    public bool RequireCanonical { get; } = requireCanonical;

    private sealed class Converter : System.Text.Json.Serialization.JsonConverter<BlockHashParameter>
    {
        public override BlockHashParameter Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("block parameters are only written");

        public override void Write(Utf8JsonWriter writer, BlockHashParameter value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("blockHash", value.Hash.ToString());
            writer.WriteBoolean("requireCanonical", value.RequireCanonical);
            writer.WriteEndObject();
        }
    }

    private sealed class NewtonsoftForm : NewtonsoftConverter
    {
        public override bool CanConvert(Type objectType) => objectType == typeof(BlockHashParameter);

        public override object ReadJson(Newtonsoft.Json.JsonReader reader, Type objectType, object? existingValue, Newtonsoft.Json.JsonSerializer serializer) =>
            throw new NotSupportedException("block parameters are only written");

        public override void WriteJson(Newtonsoft.Json.JsonWriter writer, object? value, Newtonsoft.Json.JsonSerializer serializer)
        {
            BlockHashParameter block = (BlockHashParameter)value!;
            new JObject { ["blockHash"] = block.Hash.ToString(), ["requireCanonical"] = block.RequireCanonical }.WriteTo(writer);
        }
    }
}
