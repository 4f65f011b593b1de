using System.Runtime.InteropServices;

namespace Gavel.Bench;

/// <summary>CPU time of child processes that have ended.</summary>
internal static partial class ChildTime
{
    private const int Children = -1;

    /// <summary>User and system time of all of them so far, in seconds.</summary>
    public static double Seconds()
    {
        // struct rusage of 64-bit Linux: user time first, then system time, as seconds and microseconds, then 14 more words.
        Span<long> usage = stackalloc long[18];
        return ResourceUsage(Children, ref MemoryMarshal.GetReference(usage)) == 0
            ? usage[0] + usage[2] + (usage[1] + usage[3]) * 1e-6
            : throw new InvalidOperationException("getrusage failed");
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int ResourceUsage(int who, ref long usage);
}
