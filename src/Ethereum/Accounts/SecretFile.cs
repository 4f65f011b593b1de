namespace Gavel.Ethereum;

/// <summary>Reads small files with secrets into memory that can be overwritten.</summary>
internal static class SecretFile
{
    /// <summary>The whole file in a pinned array of exactly its length, which the caller clears.</summary>
    /// <exception cref="AccountException">It cannot be read or is larger than allowed.</exception>
    public static byte[] Read(string path, int maxBytes)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (file.Length > maxBytes)
            {
                throw new AccountException($"file {path} has {file.Length} bytes; at most {maxBytes} are expected there");
            }

            byte[] content = GC.AllocateUninitializedArray<byte>((int)file.Length, pinned: true);
            file.ReadExactly(content);
            return content;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new AccountException($"file {path} cannot be read: {e.Message}", e);
        }
    }
}
