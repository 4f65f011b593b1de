using Microsoft.Win32.SafeHandles;

namespace Gavel.Sending;

/// <summary>
/// Looks into a journal that another process may have open: takes no lock and changes nothing. What is being written at this moment is left
/// out, as a torn frame would be.
/// </summary>
public static class JournalSnapshot
{
    /// <summary>The entries as they were when the file was opened, oldest first.</summary>
    /// <param name="path">The journal's file.</param>
    /// <exception cref="OutboxException">It cannot be read, is damaged before its last frame, or is no journal.</exception>
    public static IReadOnlyList<OutboxEntry> Read(string path) => [.. ReadIndex(path).Entries];

    internal static OutboxIndex ReadIndex(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        OutboxIndex index = new();
        try
        {
            // Compaction puts a new file in place of the old one, which stays whole for whoever has it open.
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            JournalReader reader = new(file, path);
            reader.ReadHeader();
            while (reader.Next() is (byte[] body, _))
            {
                JournalRecords.Replay(body, index, reader.Version);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            throw new OutboxException(OutboxFault.Corrupt, $"the journal {path} cannot be read: {error.Message}", inner: error);
        }

        return index;
    }
}
