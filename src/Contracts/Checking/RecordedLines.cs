using System.IO.Compression;
using System.Text.Json;

namespace Gavel.Contracts.Checking;

/// <summary>The lines of a recording, plain or <c>.gz</c>, each a JSON object; the first is the header.</summary>
/// <param name="file">The file.</param>
public sealed class RecordedLines(string file)
{
    private int _number;

    /// <summary>The file.</summary>
    public string File { get; } = file;

    /// <summary>The lines, as they are read.</summary>
    /// <exception cref="RecordingException">The file cannot be read, is empty, or a line is no JSON object.</exception>
    public IEnumerable<JsonElement> Read()
    {
        using StreamReader lines = Open();
        while (Next(lines) is { } line)
        {
            yield return line;
        }

        if (_number == 0)
        {
            throw new RecordingException($"{File} is empty");
        }
    }

    /// <summary>Reads what is told to be in the current line.</summary>
    /// <exception cref="RecordingException">It is not there; the message names the line.</exception>
    public T Take<T>(Func<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or OverflowException or ArgumentException)
        {
            throw new RecordingException($"{File}, line {_number} is not of the recorded format: {e.Message}", e);
        }
    }

    private StreamReader Open() => Reachable(() =>
    {
        Stream bytes = System.IO.File.OpenRead(File);
        return new StreamReader(File.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(bytes, CompressionMode.Decompress) : bytes);
    });

    private JsonElement? Next(StreamReader lines)
    {
        string? line = Reachable(lines.ReadLine);
        if (line is null)
        {
            return null;
        }

        _number++;
        JsonElement parsed = Take(() => JsonElement.Parse(line));
        return parsed.ValueKind == JsonValueKind.Object ? parsed : throw new RecordingException($"{File}, line {_number} is no JSON object");
    }

    private T Reachable<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new RecordingException($"{File} cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>A file is no recording that can be used; the message names it and the mend.</summary>
public sealed class RecordingException(string message, Exception? inner = null) : Exception(message, inner);
