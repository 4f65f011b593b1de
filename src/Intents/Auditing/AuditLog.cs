using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Gavel.Intents;

/// <summary>
/// The audit trail of a chain: one file a game with one JSON object a line. It only grows. A line cut off by a crash is left out when the
/// file is read, and the next record begins on a line of its own.
/// </summary>
public sealed class AuditLog
{
    private const string NoteStart = "{\"note\":";
    private readonly string _folder;
    private readonly Lock _lock = new();

    /// <summary>The trail in a folder, which is made if it is not there.</summary>
    public AuditLog(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    /// <summary>Adds a record of a call; on disk when it returns.</summary>
    public void Add(Address game, AuditRecord record) => Append(game, JsonSerializer.SerializeToUtf8Bytes(record, AuditJson.Default.AuditRecord));

    /// <summary>Adds a note; on disk when it returns.</summary>
    public void Add(Address game, AuditNote note) => Append(game, JsonSerializer.SerializeToUtf8Bytes(note, AuditJson.Default.AuditNote));

    private void Append(Address game, byte[] json)
    {
        byte[] line = [.. json, (byte)'\n'];
        lock (_lock)
        {
            using FileStream file = new(PathOf(game), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            if (file.Length > 0)
            {
                file.Seek(-1, SeekOrigin.End);
                if (file.ReadByte() != '\n')
                {
                    file.WriteByte((byte)'\n');
                }
            }

            file.Seek(0, SeekOrigin.End);
            file.Write(line);
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>The records of a game's calls, oldest first; none if there is no file.</summary>
    public IReadOnlyList<AuditRecord> Read(Address game) => Read(game, AuditJson.Default.AuditRecord, isNote: false);

    /// <summary>The notes on a game, oldest first; none if there is no file.</summary>
    public IReadOnlyList<AuditNote> ReadNotes(Address game) => Read(game, AuditJson.Default.AuditNote, isNote: true);

    private List<T> Read<T>(Address game, JsonTypeInfo<T> type, bool isNote)
    {
        string path = PathOf(game);
        if (!File.Exists(path))
        {
            return [];
        }

        List<T> records = [];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            try
            {
                if (line.Length > 0 && line.StartsWith(NoteStart, StringComparison.Ordinal) == isNote && JsonSerializer.Deserialize(line, type) is { } record)
                {
                    records.Add(record);
                }
            }
            catch (JsonException)
            {
                // Only a record that a crash cut off looks like this; what it told about was not sent, since it is written first.
                continue;
            }
        }

        return records;
    }

    private string PathOf(Address game) => Path.Combine(_folder, $"{Hex.Encode(Address.BytesOf(in game))}.jsonl");
}
