using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gavel.Cannon.Preimages;

/// <summary>Our non-blocking ends of a pair of pipes: requests go out, answers come in, each with a deadline.</summary>
internal sealed class ServerChannel(SafeFileHandle requests, SafeFileHandle answers, CancellationToken cancellation) : IDisposable
{
    // Bounds the time until a cancellation is seen; an answer wakes the wait at once.
    private const int SliceMilliseconds = 25;

    /// <summary>True if bytes, or the end, can be read now.</summary>
    public bool HasInput() => WaitFor(answers, Posix.PollIn, 0);

    /// <summary>Writes all bytes.</summary>
    /// <returns>False if the other side has closed its end.</returns>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public unsafe bool Write(ReadOnlySpan<byte> bytes, Deadline deadline)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes)
            {
                written = Posix.Write(requests, start, bytes.Length);
            }

            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Posix.BrokenPipe:
                    return false;
                case Posix.TryAgain:
                    Await(requests, Posix.PollOut, deadline);
                    break;
                case Posix.Interrupted:
                    break;
                default:
                    throw Posix.LastError("write");
            }
        }

        return true;
    }

    /// <summary>Reads until <paramref name="buffer"/> is full or the other side has closed.</summary>
    /// <returns>The count of bytes read.</returns>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public unsafe int Read(Span<byte> buffer, Deadline deadline)
    {
        int filled = 0;
        while (filled < buffer.Length)
        {
            nint got;
            fixed (byte* start = buffer[filled..])
            {
                got = Posix.Read(answers, start, buffer.Length - filled);
            }

            if (got == 0)
            {
                break;
            }

            if (got > 0)
            {
                filled += (int)got;
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Posix.TryAgain:
                    Await(answers, Posix.PollIn, deadline);
                    break;
                case Posix.Interrupted:
                    break;
                default:
                    throw Posix.LastError("read");
            }
        }

        return filled;
    }

    /// <summary>Closes both ends, which the server takes as the request to end.</summary>
    public void Dispose()
    {
        requests.Dispose();
        answers.Dispose();
    }

    private void Await(SafeFileHandle handle, short events, Deadline deadline)
    {
        while (!WaitFor(handle, events, SliceMilliseconds))
        {
            cancellation.ThrowIfCancellationRequested();
            deadline.ThrowIfPassed();
        }
    }

    private static unsafe bool WaitFor(SafeFileHandle handle, short events, int milliseconds)
    {
        Posix.PollEntry entry = new() { Descriptor = (int)handle.DangerousGetHandle(), Events = events };
        int ready = Posix.Poll(&entry, 1, milliseconds);
        return ready >= 0 || Marshal.GetLastPInvokeError() == Posix.Interrupted ? ready > 0 : throw Posix.LastError("poll");
    }
}

/// <summary>The moment after which a request has failed, on the monotonic clock.</summary>
internal readonly struct Deadline(TimeSpan time)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public void ThrowIfPassed()
    {
        if (Stopwatch.GetElapsedTime(_start) >= time)
        {
            throw new TimeoutException();
        }
    }
}
