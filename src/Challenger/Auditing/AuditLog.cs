using System.Text;
using System.Text.Json;

namespace Gavel.Challenger;

/// <summary>
/// The audit trail of a chain: one file a game with one JSON object a line. It only grows. A line cut off by a crash is left out when the
/// file is read, and the next record begins on a line of its own.
/// </summary>
public sealed class AuditLog
{
    private readonly string _folder;
    private readonly Lock _lock = new();

    /// <summary>The trail in a folder, which is made if it is not there.</summary>
    public AuditLog(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    /// <summary>Adds a record; on disk when it returns.</summary>
    public void Add(Address game, AuditRecord record)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(record, AuditJson.Default.AuditRecord), (byte)'\n'];
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

    /// <summary>The records of a game, oldest first; none if there is no file.</summary>
    public IReadOnlyList<AuditRecord> Read(Address game)
    {
        string path = PathOf(game);
        if (!File.Exists(path))
        {
            return [];
        }

        List<AuditRecord> records = [];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            try
            {
                if (line.Length > 0 && JsonSerializer.Deserialize(line, AuditJson.Default.AuditRecord) is { } record)
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
