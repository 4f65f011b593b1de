using System.IO.Compression;
using System.Text.Json;
using Gavel.TestKit;

namespace Gavel.Cannon.Tests;

/// <summary>The recorded vectors: the part in the repository, and the full set beside the checkout where there is one.</summary>
internal static class VectorFiles
{
    public static string PathOf(params string[] parts) => Checkout.PathOf(["tests", "vectors", "cannon", .. parts]);

    /// <summary>The full set's folder, or null.</summary>
    public static string? FullSet { get; } = Existing(Path.Combine(Checkout.Root, "..", "shared", "vectors"));

    /// <summary>Each line of a gzipped file of JSON lines.</summary>
    public static IEnumerable<JsonElement> Lines(string path)
    {
        using GZipStream stream = new(File.OpenRead(path), CompressionMode.Decompress);
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            yield return document.RootElement;
        }
    }

    private static string? Existing(string folder) => Directory.Exists(folder) ? folder : null;
}
