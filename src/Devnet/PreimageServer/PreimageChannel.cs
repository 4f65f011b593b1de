using System.Buffers.Binary;
using Gavel.Cannon;
using Microsoft.Win32.SafeHandles;

namespace Gavel.Devnet;

/// <summary>
/// The server's end of the preimage protocol (specification of the fault proof, "Pre-image communication"): a hint is a 4-byte length and its text,
/// acknowledged by one zero byte; a request is a 32-byte key, answered by an 8-byte length and the value; numbers are big-endian. Hints and
/// requests have a pair of pipes each.
/// </summary>
/// <param name="source">What answers. One call at a time.</param>
public sealed class PreimageChannel(IPreimageSource source)
{
    // A hint of a program of ours has some 80 bytes.
    private const int MaxHint = 1 << 20;
    private readonly Lock _gate = new();

    /// <summary>Serves the descriptors that a VM leaves to its server: 3 hints, 4 acknowledgements, 5 keys, 6 values.</summary>
    /// <inheritdoc cref="ServeAsync(Stream, Stream, Stream, Stream)"/>
    public async Task ServeInheritedAsync()
    {
        using FileStream hints = Inherited(3, FileAccess.Read), acknowledgements = Inherited(4, FileAccess.Write);
        using FileStream keys = Inherited(5, FileAccess.Read), values = Inherited(6, FileAccess.Write);
        await ServeAsync(hints, acknowledgements, keys, values).ConfigureAwait(false);
    }

    /// <summary>Serves until the VM has closed both request pipes, or one of them fails: the other is then left as it is.</summary>
    /// <exception cref="PreimageException">A hint or key could not be served.</exception>
    /// <exception cref="IOException">A pipe broke off inside a message.</exception>
    public async Task ServeAsync(Stream hints, Stream acknowledgements, Stream keys, Stream values)
    {
        Task hintLoop = Start(() => ServeHints(hints, acknowledgements));
        Task keyLoop = Start(() => ServeKeys(keys, values));
        await (await Task.WhenAny(hintLoop, keyLoop).ConfigureAwait(false)).ConfigureAwait(false);
        await Task.WhenAll(hintLoop, keyLoop).ConfigureAwait(false);
    }

    private static FileStream Inherited(int descriptor, FileAccess access)
    {
        try
        {
            return new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), access, bufferSize: 0, isAsync: false);
        }
        catch (Exception error) when (error is ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new IOException($"descriptor {descriptor} is not an open pipe: this program is started by a VM, which passes descriptors 3 to 6", error);
        }
    }

    // Reads block for as long as the guest computes, so each loop has a thread.
    private static Task Start(Action loop) =>
        Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void ServeHints(Stream hints, Stream acknowledgements)
    {
        byte[] size = new byte[sizeof(uint)];
        while (Read(hints, size, "the length of a hint"))
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(size);
            if (length > MaxHint)
            {
                throw new PreimageException($"a hint of {length} bytes; {MaxHint} are possible");
            }

            byte[] hint = new byte[length];
            if (length > 0 && !Read(hints, hint, "a hint"))
            {
                throw new EndOfStreamException("the VM broke off before a hint");
            }

            lock (_gate)
            {
                source.Hint(hint);
            }

            acknowledgements.WriteByte(0);
            acknowledgements.Flush();
        }
    }

    private void ServeKeys(Stream keys, Stream values)
    {
        byte[] key = new byte[Hash32.Size];
        while (Read(keys, key, "a key"))
        {
            byte[] value;
            lock (_gate)
            {
                value = source.GetPreimage(new Hash32(key));
            }

            byte[] answer = new byte[sizeof(ulong) + value.Length];
            BinaryPrimitives.WriteUInt64BigEndian(answer, (ulong)value.Length);
            value.CopyTo(answer, sizeof(ulong));
            values.Write(answer);
            values.Flush();
        }
    }

    // False at the end of the stream, which may only be where a message begins.
    private static bool Read(Stream stream, byte[] buffer, string what)
    {
        int got = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return got == buffer.Length
            || (got == 0 ? false : throw new EndOfStreamException($"the VM broke off {what} after {got} of {buffer.Length} bytes"));
    }
}
