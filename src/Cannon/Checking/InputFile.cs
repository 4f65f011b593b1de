using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Gavel.Cannon.Checking;

/// <summary>Opens files of expected results: JSON, or a JSON object on each line; gzip where the name ends in <c>.gz</c>.</summary>
internal static class InputFile
{
    /// <summary>The objects of a file of lines, one at a time.</summary>
    /// <exception cref="CheckInputException">The file is missing, empty, or a line is no JSON object.</exception>
    public static IEnumerable<InputNode> Lines(string file)
    {
        using StreamReader reader = new(Open(file), new UTF8Encoding(false, throwOnInvalidBytes: true));
        int line = 0;
        int objects = 0;
        while (Next(reader, file, ++line) is { } text)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            using JsonDocument document = Parse(text, file, line);
            objects++;
            yield return new InputNode(document.RootElement, file, line, "");
        }

        if (objects == 0)
        {
            throw new CheckInputException(file, "the file is empty");
        }
    }

    /// <summary>A whole file of one JSON value; the document is for the caller to dispose.</summary>
    /// <exception cref="CheckInputException">The file is missing or no JSON.</exception>
    public static (JsonDocument Document, InputNode Root) Whole(string file)
    {
        using StreamReader reader = new(Open(file));
        JsonDocument document = Parse(Read(file, 0, reader.ReadToEnd), file, 0);
        return (document, new InputNode(document.RootElement, file, 0, ""));
    }

    /// <summary>All bytes of a file, decompressed.</summary>
    /// <exception cref="CheckInputException">The file is missing or damaged.</exception>
    public static byte[] Bytes(string file)
    {
        using Stream stream = Open(file);
        using MemoryStream bytes = new();
        Read(file, 0, () =>
        {
            stream.CopyTo(bytes);
            return 0;
        });
        return bytes.ToArray();
    }

    private static Stream Open(string file)
    {
        try
        {
            FileStream stream = File.OpenRead(file);
            return file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckInputException(file, $"cannot be opened: {error.Message}", error);
        }
    }

    private static string? Next(StreamReader reader, string file, int line) => Read(file, line, reader.ReadLine);

    private static T Read<T>(string file, int line, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or InvalidDataException or DecoderFallbackException)
        {
            throw new CheckInputException(file, line, "", $"cannot be read: {error.Message}", error);
        }
    }

    private static JsonDocument Parse(string text, string file, int line)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException error)
        {
            throw new CheckInputException(file, line, "", $"no JSON: {error.Message}", error);
        }
    }
}
