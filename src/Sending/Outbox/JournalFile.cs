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
    private readonly DiskReserve _reserve;
    private bool _isUncertain;
    private SafeFileHandle _file;
    private uint _salt;
    private ulong _number;

    private JournalFile(string path, JournalOptions options, FileStream lockFile, SafeFileHandle file)
    {
        _path = path;
        _failPoints = options.FailPoints;
        _reserve = new DiskReserve(path + ".reserve", options.ReserveBytes, options.Clock);
        _lock = lockFile;
        _file = file;
    }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; private set; }

    /// <summary>Opens the journal, or makes an empty one, and hands each good frame's records to <paramref name="index"/>.</summary>
    public static JournalFile Open(string path, JournalOptions options, OutboxIndex index, out JournalRecovery recovery)
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
                WriteNew(full, options.FailPoints, new OutboxIndex(), new HashSet<ulong>(), compaction: false).File.Dispose();
            }

            file = File.OpenHandle(full, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
            var journal = new JournalFile(full, options, lockFile, file);
            recovery = journal.Recover(index);
            file = journal._file; // another one, where an earlier version was rewritten
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

    /// <summary>True while the disk that is kept for the journal is there, or none is to be.</summary>
    public bool IsReserveHeld => _reserve.IsHeld;

    /// <summary>Appends one frame and syncs it; on a full disk at the cost of the reserve.</summary>
    /// <exception cref="IOException">The disk refused. <see cref="Mend"/> before the next frame.</exception>
    public void Append(ReadOnlySpan<byte> body)
    {
        byte[] frame = FrameOf(body, _number + 1, _salt);
        try
        {
            Write(frame);
        }
        catch (IOException) when (_reserve.Free())
        {
            RandomAccess.SetLength(_file, Length);
            Write(frame);
        }

        _isUncertain = true;
        _failPoints.Reached(FailPoint.JournalWritten);
        RandomAccess.FlushToDisk(_file);
        _isUncertain = false;
        Length += frame.Length;
        _number++;
        _failPoints.Reached(FailPoint.JournalSynced);
        _reserve.Ensure();
    }

    /// <summary>
    /// Makes the file fit to be written again after the disk refused, and proves it by a frame that says nothing. After a failed sync nobody
    /// knows what the disk holds, and a second sync may claim success for pages that the first one lost: then the file is written anew.
    /// </summary>
    /// <exception cref="IOException">The disk still refuses.</exception>
    public void Mend(OutboxIndex index)
    {
        if (_isUncertain)
        {
            try
            {
                Replace(index, new HashSet<ulong>());
            }
            catch (IOException) when (_reserve.Free())
            {
                Replace(index, new HashSet<ulong>());
            }

            return;
        }

        RandomAccess.SetLength(_file, Length);
        var nothing = new ArrayBufferWriter<byte>();
        JournalRecords.WriteBegin(nothing, index.NextId);
        Append(nothing.WrittenSpan);
    }

    /// <summary>Replaces the file by one that holds the entries of the index but those that are to go.</summary>
    public void Replace(OutboxIndex index, IReadOnlySet<ulong> gone)
    {
        (SafeFileHandle file, uint salt, ulong number, long length) = WriteNewOrForget(index, gone);
        _file.Dispose();
        (_file, _salt, _number, Length) = (file, salt, number, length);
        _isUncertain = false;
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
        string path, IFailPoints failPoints, OutboxIndex index, IReadOnlySet<ulong> gone, bool compaction)
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
            JournalRecords.WriteBegin(body, index.NextId);
            foreach ((Address account, ulong next) in index.NextNonces)
            {
                JournalRecords.WriteNextNonce(body, account, next);
            }

            foreach (OutboxEntry entry in index.Entries.Where(entry => !gone.Contains(entry.Id)))
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

    private (SafeFileHandle File, uint Salt, ulong Number, long Length) WriteNewOrForget(OutboxIndex index, IReadOnlySet<ulong> gone)
    {
        try
        {
            return WriteNew(_path, _failPoints, index, gone, compaction: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (!File.Exists(TemporaryPath(_path)))
            {
                _isUncertain = true; // it has the journal's name, and the folder may forget that: the file at hand is nobody's
            }

            File.Delete(TemporaryPath(_path)); // half of it would keep the disk full
            throw;
        }
    }

    private void Write(byte[] frame)
    {
        _failPoints.Reached(FailPoint.JournalBeforeWrite);
        if (_failPoints.TearsWrites)
        {
            RandomAccess.Write(_file, frame.AsSpan(0, frame.Length / 2), Length);
            _failPoints.Reached(FailPoint.JournalHalfWritten);
        }

        RandomAccess.Write(_file, frame, Length);
    }

    private JournalRecovery Recover(OutboxIndex index)
    {
        var reader = new JournalReader(_file, _path);
        reader.ReadHeader();
        while (reader.Next() is (byte[] body, long offset))
        {
            try
            {
                JournalRecords.Replay(body, index, reader.Version);
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
        if (reader.Version < JournalFormat.Version)
        {
            Replace(index, new HashSet<ulong>());
        }

        return new JournalRecovery(index.Count, torn > 0 ? reader.GoodEnd : null, torn);
    }
}
