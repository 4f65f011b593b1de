using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Gavel.Sending;

/// <summary>
/// Makes a name in a folder durable. A file that is synced but whose folder is not can be gone, or be the old one, after the loss of power.
/// .NET has no call for it.
/// </summary>
public static partial class DirectorySync
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux x64

    /// <summary>Makes the names in a folder durable.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Sync(string directory)
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // NTFS journals names by itself; on other systems the rename alone must do.
        }

        int handle = Open(directory, RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : ReadOnlyDirectory);
        if (handle < 0)
        {
            throw Failure("open", directory);
        }

        try
        {
            if (FSync(handle) != 0)
            {
                throw Failure("fsync", directory);
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

    private static IOException Failure(string call, string directory) =>
        new($"{call} of the folder {directory}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
