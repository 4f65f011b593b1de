using System.Text.Json;

namespace Gavel.TestKit.Judges;

/// <summary>A log as the receipts root commits to it.</summary>
public sealed record Log(Address Address, IReadOnlyList<Hash32> Topics, ReadOnlyMemory<byte> Data)
{
    /// <summary>A log has at most this many topics.</summary>
    public const int MaxTopics = 4;

    /// <summary>From the object that JSON-RPC gives for a log; its place in the chain is not read.</summary>
    /// <exception cref="ChainDataException">A field is missing or malformed.</exception>
    public static Log FromJson(JsonElement json, string place = "log")
    {
        JsonFields fields = new(json, place);
        Hash32[] topics = fields.Items("topics", static (item, at) => JsonFields.Parse(item, at, Hash32.Parse));
        return topics.Length <= MaxTopics
            ? new Log(fields.Address("address"), topics, fields.Data("data"))
            : throw fields.Fault("topics", $"{topics.Length} topics; {MaxTopics} are possible");
    }

    internal void WriteTo(RlpWriter writer) => writer.List(log => log
        .Address(Address)
        .List(list =>
        {
            foreach (Hash32 topic in Topics)
            {
                list.Hash32(topic);
            }
        })
        .Bytes(Data.Span));

    internal static Log ReadFrom(ref RlpReader reader)
    {
        RlpReader log = reader.ReadList();
        Address address = log.ReadAddress();
        int at = log.Offset;
        RlpReader list = log.ReadList();
        List<Hash32> topics = [];
        while (!list.IsAtEnd)
        {
            topics.Add(topics.Count < MaxTopics ? list.ReadHash32() : throw new RlpException(at, $"a log has more than {MaxTopics} topics"));
        }

        byte[] data = log.ReadBytes().ToArray();
        log.End();
        return new Log(address, topics, data);
    }
}
