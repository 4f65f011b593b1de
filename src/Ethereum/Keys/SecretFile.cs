using System.Security.Cryptography;

namespace Gavel.Ethereum;

/// <summary>Reads small files with secrets into memory that can be overwritten. Pipes and process substitutions are files too.</summary>
internal static class SecretFile
{
    /// <summary>How long a pipe may take to give its secret: a person may have to type a passphrase first.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The whole file in a pinned array of exactly its length, which the caller clears.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The most that is read.</param>
    /// <param name="patience">How long opening and reading may take; by default <see cref="Patience"/>.</param>
    /// <exception cref="AccountException">It cannot be read, is larger than allowed, or gives nothing in time.</exception>
    public static byte[] Read(string path, int maxBytes, TimeSpan? patience = null)
    {
        // Opening a pipe that nobody writes to blocks, and cannot be cancelled. Only a thread of its own can be left behind.
        TaskCompletionSource<byte[]> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult(ReadNow(path, maxBytes));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true, Name = "secret file" }.Start();

        TimeSpan limit = patience ?? Patience;
        try
        {
            return done.Task.WaitAsync(limit).GetAwaiter().GetResult();
        }
        catch (TimeoutException e)
        {
            _ = done.Task.ContinueWith(late => CryptographicOperations.ZeroMemory(late.Result), TaskContinuationOptions.OnlyOnRanToCompletion);
            throw new AccountException($"file {path} gave nothing within {limit.TotalSeconds:0.#} s; if it is a pipe, does anybody write to it and close it?", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new AccountException($"file {path} cannot be read: {e.Message}", e);
        }
    }

    private static byte[] ReadNow(string path, int maxBytes)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        byte[] room = GC.AllocateUninitializedArray<byte>(maxBytes + 1, pinned: true);
        try
        {
            int length = file.ReadAtLeast(room, room.Length, throwOnEndOfStream: false);
            if (length > maxBytes)
            {
                throw new AccountException($"file {path} has more than {maxBytes} bytes; at most as many are expected there");
            }

            byte[] content = GC.AllocateUninitializedArray<byte>(length, pinned: true);
            room.AsSpan(0, length).CopyTo(content);
            return content;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(room);
        }
    }
}
