using System.Text.Json.Nodes;
using Gavel.Contracts.Checking;
using Gavel.TestKit;

namespace Gavel.Contracts.Tests.Recorded;

/// <summary>The recorded answers of a generation's contracts.</summary>
internal static class RecordedReads
{
    public static string FileOf(string generation) => Checkout.PathOf("tests", "vectors", "contracts", $"reads-{generation}.jsonl.gz");

    public static RecordedAnswers Of(string generation) => new(FileOf(generation));

    /// <summary>
    /// The same, where games have the code of clones, as their factory made them: what the recorded getters of a game say is packed behind it by the layout of
    /// the generation, with the arguments of the game's type where the factory keeps some.
    /// </summary>
    public static RecordedAnswers WithCloneCode(string generation)
    {
        RecordedAnswers recorded = Of(generation);
        recorded.Code = game => CloneOf(recorded, game);
        return recorded;
    }

    // Null for games of kinds that are not played.
    private static byte[]? CloneOf(RecordedAnswers recorded, string game)
    {
        JsonNode? listed = ((JsonArray)recorded.Header["games"]!).FirstOrDefault(known => Text(known!["address"]) == game);
        JsonNode? type = listed is null ? null : ((JsonArray)recorded.Header["types"]!).Single(known => known!["type"]!.GetValue<uint>() == listed["type"]!.GetValue<uint>());
        if (listed is null || type?["maxDepth"] is null || Text(listed["extraData"]).Length != 66)
        {
            return null;
        }

        byte[] own = [.. Bytes(recorded.Value(game, "0x37b1b229")!), .. Bytes(recorded.Value(game, "0xbcef3b55")!), .. Bytes(recorded.Value(game, "0x6361506d")!)];
        byte[] number = new byte[sizeof(uint)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(number, listed["type"]!.GetValue<uint>());
        byte[] arguments = type["gameArgs"] is { } args
            ? [.. own, .. number, .. Bytes(listed["extraData"]!), .. Bytes(args)]
            : [.. own, .. Bytes(listed["extraData"]!)];
        return CloneCodeTests.CodeOf(recorded.Contract($"impl_{listed["type"]}"), arguments);

        static byte[] Bytes(JsonNode hex) => Hex.Decode(Text(hex));
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
