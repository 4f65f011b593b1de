using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Gavel.Sending;

/// <summary>
/// The file of a journal and its lock. Appends whole frames and syncs each; replaces the file by a new one in one step. Used by one thread at a time.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private readonly string _path;
    private readonly IFailPoints _failPoints;
    private readonly FileStream _lock;
    private SafeFileHandle _file;
    private uint _salt;
    private ulong _number;

    private JournalFile(string path, IFailPoints failPoints, FileStream lockFile, SafeFileHandle file)
    {
        _path = path;
        _failPoints = failPoints;
        _lock = lockFile;
        _file = file;
    }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; private set; }

    /// <summary>Opens the journal, or makes an empty one, and hands each good frame's records to <paramref name="index"/>.</summary>
    public static JournalFile Open(string path, IFailPoints failPoints, OutboxIndex index, out JournalRecovery recovery)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        FileStream lockFile = TakeLock(full);
        SafeFileHandle? file = null;
        try
        {
            // A new file that was never put in place holds nothing that the old one lacks.
            File.Delete(TemporaryPath(full));
            if (!File.Exists(full))
            {
                WriteNew(full, failPoints, [], 1, compaction: false).File.Dispose();
            }

            file = File.OpenHandle(full, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
            var journal = new JournalFile(full, failPoints, lockFile, file);
            recovery = journal.Recover(index);
            return journal;
        }
        catch (Exception error)
        {
            file?.Dispose();
            lockFile.Dispose();
            if (error is IOException or UnauthorizedAccessException)
            {
                throw new OutboxException(OutboxFault.WriteFailed, $"cannot open the journal {full}: {error.Message}", inner: error);
            }

            throw;
        }
    }

    /// <summary>Appends one frame and syncs it.</summary>
    public void Append(ReadOnlySpan<byte> body)
    {
        _failPoints.Reached(FailPoint.JournalBeforeWrite);
        byte[] frame = FrameOf(body, _number + 1, _salt);
        if (_failPoints.TearsWrites)
        {
            RandomAccess.Write(_file, frame.AsSpan(0, frame.Length / 2), Length);
            _failPoints.Reached(FailPoint.JournalHalfWritten);
        }

        RandomAccess.Write(_file, frame, Length);
        _failPoints.Reached(FailPoint.JournalWritten);
        RandomAccess.FlushToDisk(_file);
        Length += frame.Length;
        _number++;
        _failPoints.Reached(FailPoint.JournalSynced);
    }

    /// <summary>Replaces the file by one that holds just these entries.</summary>
    public void Replace(IEnumerable<OutboxEntry> entries, ulong nextId)
    {
        (SafeFileHandle file, uint salt, ulong number, long length) = WriteNew(_path, _failPoints, entries, nextId, compaction: true);
        _file.Dispose();
        (_file, _salt, _number, Length) = (file, salt, number, length);
        _failPoints.Reached(FailPoint.CompactionDone);
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private static string TemporaryPath(string path) => path + ".new";

    private static FileStream TakeLock(string path)
    {
        try
        {
            // The lock has a file of its own, since compaction replaces the journal's. The system lets go of it when the process ends, however it ends.
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OutboxException(
                OutboxFault.Locked, $"the journal {path} is in use, or its lock file cannot be made: {error.Message}", inner: error);
        }
    }

    private static byte[] FrameOf(ReadOnlySpan<byte> body, ulong number, uint salt)
    {
        byte[] frame = new byte[JournalFormat.FrameHeaderSize + body.Length];
        JournalFormat.WriteFrameHeader(frame, body, number, salt);
        body.CopyTo(frame.AsSpan(JournalFormat.FrameHeaderSize));
        return frame;
    }

    private static (SafeFileHandle File, uint Salt, ulong Number, long Length) WriteNew(
        string path, IFailPoints failPoints, IEnumerable<OutboxEntry> entries, ulong nextId, bool compaction)
    {
        uint salt = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
        SafeFileHandle file = File.OpenHandle(TemporaryPath(path), FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        try
        {
            byte[] header = new byte[JournalFormat.FileHeaderSize];
            JournalFormat.WriteFileHeader(header, salt);
            RandomAccess.Write(file, header, 0);
            long length = header.Length;
            ulong number = 0;
            var body = new ArrayBufferWriter<byte>();
            JournalRecords.WriteBegin(body, nextId);
            foreach (OutboxEntry entry in entries)
            {
                JournalRecords.WriteRestored(body, entry);
                if (body.WrittenCount >= JournalFormat.FrameTarget)
                {
                    WriteFrame();
                }
            }

            if (body.WrittenCount > 0)
            {
                WriteFrame();
            }

            Reached(FailPoint.CompactionWritten);
            RandomAccess.FlushToDisk(file);
            Reached(FailPoint.CompactionSynced);
            File.Move(TemporaryPath(path), path, overwrite: true);
            Reached(FailPoint.CompactionRenamed);
            DirectorySync.Sync(Path.GetDirectoryName(path)!);
            return (file, salt, number, length);

            void WriteFrame()
            {
                byte[] frame = FrameOf(body.WrittenSpan, ++number, salt);
                RandomAccess.Write(file, frame, length);
                length += frame.Length;
                body.ResetWrittenCount();
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        void Reached(FailPoint point)
        {
            if (compaction)
            {
                failPoints.Reached(point);
            }
        }
    }

    private JournalRecovery Recover(OutboxIndex index)
    {
        var reader = new JournalReader(_file, _path);
        reader.ReadHeader();
        while (reader.Next() is (byte[] body, long offset))
        {
            try
            {
                JournalRecords.Replay(body, index);
            }
            catch (Exception error) when (error is FormatException or OutboxException or OverflowException)
            {
                throw new OutboxException(OutboxFault.Corrupt, $"{_path} at offset {offset}: a sound frame holds what cannot be: {error.Message}", offset, error);
            }
        }

        long torn = reader.TornBytes;
        if (torn > 0)
        {
            RandomAccess.SetLength(_file, reader.GoodEnd);
            RandomAccess.FlushToDisk(_file);
        }

        (_salt, _number, Length) = (reader.Salt, reader.LastNumber, reader.GoodEnd);
        return new JournalRecovery(index.Count, torn > 0 ? reader.GoodEnd : null, torn);
    }
}
