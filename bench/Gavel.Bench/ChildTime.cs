using System.Runtime.InteropServices;

namespace Gavel.Bench;

/// <summary>CPU time of child processes that have ended.</summary>
internal static partial class ChildTime
{
    private const int Children = -1;

    /// <summary>User time of all of them so far, in seconds.</summary>
    public static double UserSeconds()
    {
        // struct rusage of 64-bit Linux: user time first, as seconds and microseconds, then 14 more words.
        Span<long> usage = stackalloc long[18];
        return ResourceUsage(Children, ref MemoryMarshal.GetReference(usage)) == 0
            ? usage[0] + usage[1] * 1e-6
            : throw new InvalidOperationException("getrusage failed");
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int ResourceUsage(int who, ref long usage);
}
