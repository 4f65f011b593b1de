using System.IO.Compression;
using System.Text.Json;
using Gavel.TestKit;

namespace Gavel.GameSolver.Tests.Recorded;

/// <summary>Reads a file of recorded figures: the full one where it lies beside the checkout, else the repository's part.</summary>
internal static class RecordedFile
{
    public static IEnumerable<JsonElement> Lines(string name)
    {
        string full = Path.Combine(Checkout.Root, "..", "shared", "vectors", "solver", name + ".jsonl.gz");
        string path = File.Exists(full) ? full : Checkout.PathOf("tests", "vectors", "solver", name + ".jsonl.gz");
        return LinesOf(path);
    }

    public static IEnumerable<JsonElement> Part(string name) =>
        LinesOf(Checkout.PathOf("tests", "vectors", "solver", name + ".jsonl.gz"));

    public static Game GameOf(JsonElement claims, int maxDepth) =>
        Game.Create(GameShape.Unsplit(maxDepth), [.. claims.EnumerateArray().Select(ClaimOf)]);

    public static Claim ClaimOf(JsonElement json) => new(
        json.GetProperty("parentIndex").GetUInt32(),
        PositionOf(json, "gindex"),
        Hash32.Parse(json.GetProperty("value").GetString()!),
        Address.Parse(json.GetProperty("claimant").GetString()!),
        json.TryGetProperty("bond", out JsonElement bond) ? UInt256.Parse(bond.GetString()!) : UInt256.Zero,
        default,
        Address.Parse(json.GetProperty("counteredBy").GetString()!));

    public static Position PositionOf(JsonElement json, string name) => new(Number(json.GetProperty(name)));

    public static UInt128 Number(JsonElement text) => UInt128.Parse(text.GetString()!, null);

    private static IEnumerable<JsonElement> LinesOf(string path)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return JsonDocument.Parse(line).RootElement;
        }
    }
}
