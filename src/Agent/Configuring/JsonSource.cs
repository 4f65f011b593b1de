using System.Text;
using System.Text.Json;

namespace Gavel.Agent.Configuring;

/// <summary>Reads a configuration file (JSON, with comments and trailing commas) into the tree, remembering the line of each value.</summary>
internal static class JsonSource
{
    private static readonly JsonReaderOptions _lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 };

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file as the operator named it.</param>
    /// <param name="root">What is read is joined to it.</param>
    /// <param name="findings">Gets what is wrong with the file itself.</param>
    public static void Read(string path, RawNode root, Findings findings)
    {
        byte[] bytes;
        try
        {
            bytes = ReadBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            string text = Directory.Exists(path) ? "this is a folder; name the file in it"
                : error is FileNotFoundException or DirectoryNotFoundException ? $"there is no such file (looked for {Path.GetFullPath(path)})"
                : $"it cannot be read: {error.Message}";
            findings.Add("", $"{path}: {text}", null);
            return;
        }

        try
        {
            Read(bytes, path, root, findings);
        }
        catch (JsonException error)
        {
            // The library counts both from zero, and the column in bytes.
            string words = error.Message.Split(" LineNumber:")[0].TrimEnd('.', ' ');
            findings.Add("", $"{path} line {error.LineNumber + 1}, column {error.BytePositionInLine + 1}: this is no JSON: {words}", null);
        }
    }

    private static byte[] ReadBytes(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes is [0xff, 0xfe, ..] or [0xfe, 0xff, ..])
        {
            // UTF-16, as some editors on Windows store.
            bytes = Encoding.UTF8.GetBytes((bytes[0] == 0xff ? Encoding.Unicode : Encoding.BigEndianUnicode).GetString(bytes, 2, bytes.Length - 2));
        }

        return bytes is [0xef, 0xbb, 0xbf, ..] ? bytes[3..] : bytes;
    }

    private static void Read(byte[] bytes, string path, RawNode root, Findings findings)
    {
        Utf8JsonReader reader = new(bytes, _lenient);
        Lines lines = new(bytes, path);
        if (bytes.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            findings.Add("", $"{path}: the file is empty; write at least {{}}", null);
            return;
        }

        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            findings.Add("", "the file must hold one object, {…}", lines.At(reader.TokenStartIndex));
            return;
        }

        ReadObject(ref reader, root, "", lines, findings);
        reader.Read(); // whatever follows is an error
    }

    private static void ReadObject(ref Utf8JsonReader reader, RawNode node, string place, Lines lines, Findings findings)
    {
        node.Open(lines.At(reader.TokenStartIndex), isList: false);
        Dictionary<string, Origin> seen = new(StringComparer.OrdinalIgnoreCase);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = reader.GetString()!;
            Origin origin = lines.At(reader.TokenStartIndex);
            string below = Join(place, name);
            if (!seen.TryAdd(name, origin))
            {
                findings.Add(below, $"written twice in one section; the first is in line {seen[name].Line}", origin);
            }

            reader.Read();
            ReadValue(ref reader, node.Child(name, origin), below, lines, findings);
        }
    }

    private static void ReadArray(ref Utf8JsonReader reader, RawNode node, string place, Lines lines, Findings findings)
    {
        node.Open(lines.At(reader.TokenStartIndex), isList: true);
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            string name = $"{count++}";
            ReadValue(ref reader, node.Child(name, lines.At(reader.TokenStartIndex)), Join(place, name), lines, findings);
        }

        if (count == 0)
        {
            node.Empty();
        }
    }

    private static void ReadValue(ref Utf8JsonReader reader, RawNode node, string place, Lines lines, Findings findings)
    {
        Origin origin = lines.At(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                ReadObject(ref reader, node, place, lines, findings);
                break;
            case JsonTokenType.StartArray:
                ReadArray(ref reader, node, place, lines, findings);
                break;
            case JsonTokenType.String:
                node.Write(new RawValue(reader.GetString()!, RawKind.Text, origin));
                break;
            case JsonTokenType.Null:
                node.Write(new RawValue("null", RawKind.Null, origin));
                break;
            default:
                string text = Encoding.UTF8.GetString(reader.ValueSpan);
                node.Write(new RawValue(text, reader.TokenType == JsonTokenType.Number ? RawKind.Number : RawKind.Truth, origin));
                break;
        }
    }

    private static string Join(string place, string name) => place.Length == 0 ? name : $"{place}:{name}";

    /// <summary>Turns positions, asked in ascending order, into lines.</summary>
    private sealed class Lines(byte[] bytes, string path)
    {
        private long _position;
        private int _line = 1;

        public Origin At(long position)
        {
            if (position > _position)
            {
                _line += bytes.AsSpan((int)_position, (int)(position - _position)).Count((byte)'\n');
                _position = position;
            }

            return new Origin(path, _line);
        }
    }
}
