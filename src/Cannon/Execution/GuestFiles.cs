using System.Buffers.Binary;

namespace Gavel.Cannon;

/// <summary>What a call on a descriptor gives the guest.</summary>
/// <param name="Value">The result.</param>
/// <param name="Error">The error number; null where it went well.</param>
internal readonly record struct FileResult(ulong Value, ulong? Error)
{
    /// <summary>It went well.</summary>
    public static FileResult Of(ulong value) => new(value, null);

    /// <summary>It did not.</summary>
    public static FileResult Failed(ulong error) => new(0, error);
}

/// <summary>The guest's descriptors (cannon-vm section 10): output that the host shows, hints, and the preimage channel.</summary>
internal sealed class GuestFiles(VmState state, GuestWords words, VmOptions options, VmStatistics statistics)
{
    private const ulong HostOutputLimit = 16 << 20;

    private readonly VmVersion _version = state.Version;
    private Hash32 _fetchedKey;
    private byte[]? _fetched;

    /// <summary>The read of a preimage that the last call did, if any.</summary>
    public PreimageRead? LastRead { get; private set; }

    /// <summary>A call begins.</summary>
    public void Begin() => LastRead = null;

    /// <summary><c>fcntl</c>: which descriptors there are, and which of them are for writing.</summary>
    public FileResult Control(ulong descriptor, ulong command)
    {
        const ulong GetFd = 1;
        const ulong GetFl = 3;
        bool isKnown = descriptor <= Descriptor.PreimageWrite;
        return (command, isKnown) switch
        {
            (GetFd, true) when _version.HasGetFd => FileResult.Of(0),
            (GetFl, true) => FileResult.Of(descriptor is Descriptor.StandardInput or Descriptor.HintRead or Descriptor.PreimageRead ? 0ul : 1),
            (GetFl, false) => FileResult.Failed(Errno.BadDescriptor),
            (GetFd, false) when _version.HasGetFd => FileResult.Failed(Errno.BadDescriptor),
            _ => FileResult.Failed(Errno.Invalid),
        };
    }

    /// <summary><c>read</c>.</summary>
    /// <exception cref="SyscallFaultException">It reads beyond a preimage's end.</exception>
    /// <exception cref="PreimageException">The preimage source failed.</exception>
    public FileResult Read(ulong descriptor, ulong address, ulong count)
    {
        switch (descriptor)
        {
            case Descriptor.StandardInput:
                return FileResult.Of(0);
            case Descriptor.HintRead:
                return FileResult.Of(count);
            case Descriptor.PreimageRead:
                return FileResult.Of(ReadPreimage(address, count));
            case Descriptor.Event when _version.Is64:
                return FileResult.Failed(Errno.TryAgain);
            default:
                return FileResult.Failed(Errno.BadDescriptor);
        }
    }

    private ulong ReadPreimage(ulong address, ulong count)
    {
        const ulong PrefixSize = 8;
        byte[] value = Fetch(state.PreimageKey);
        ulong end = (ulong)value.Length + PrefixSize;
        ulong offset = state.PreimageOffset;
        if (offset >= end)
        {
            throw new SyscallFaultException($"read at offset {offset} of preimage {state.PreimageKey}, which ends at {end}");
        }

        ulong room = words.RoomAt(address);
        int length = (int)Math.Min(Math.Min(end - offset, room), count);
        Span<byte> prefix = stackalloc byte[(int)PrefixSize];
        BinaryPrimitives.WriteUInt64BigEndian(prefix, (ulong)value.Length);
        Span<byte> bytes = stackalloc byte[length];
        for (int i = 0; i < length; i++)
        {
            ulong at = offset + (ulong)i;
            bytes[i] = at < PrefixSize ? prefix[(int)at] : value[at - PrefixSize];
        }

        words.Patch(address, bytes);
        state.PreimageOffset = offset + (ulong)length;
        LastRead = new PreimageRead(state.PreimageKey, value, offset);
        return (ulong)length;
    }

    private byte[] Fetch(Hash32 key)
    {
        if (_fetched is null || _fetchedKey != key)
        {
            _fetched = options.Preimages.GetPreimage(key);
            _fetchedKey = key;
            statistics.PreimagesFetched++;
            statistics.PreimageBytes += _fetched.Length;
        }

        return _fetched;
    }

    /// <summary><c>write</c>.</summary>
    /// <exception cref="PreimageException">A hint is too long, or the preimage source failed.</exception>
    public FileResult Write(ulong descriptor, ulong address, ulong count)
    {
        switch (descriptor)
        {
            case Descriptor.StandardOutput:
                Output(options.StandardOutput, address, count);
                return FileResult.Of(count);
            case Descriptor.StandardError:
                Output(options.StandardError, address, count);
                return FileResult.Of(count);
            case Descriptor.HintWrite:
                WriteHint(address, count);
                return FileResult.Of(count);
            case Descriptor.PreimageWrite:
                return FileResult.Of(WriteKey(address, count));
            case Descriptor.Event when _version.Is64:
                return FileResult.Failed(Errno.TryAgain);
            default:
                return FileResult.Failed(Errno.BadDescriptor);
        }
    }

    private void Output(Stream stream, ulong address, ulong count)
    {
        // What the host shows is no part of the state, so a guest that claims to write its whole memory is cut short.
        byte[] bytes = new byte[Math.Min(count, HostOutputLimit)];
        state.Memory.Read(address, bytes);
        stream.Write(bytes);
    }

    private void WriteHint(ulong address, ulong count)
    {
        byte[] pending = state.LastHint;
        if (count > (ulong)(HintBuffer.MaxLength - pending.Length))
        {
            throw new PreimageException($"the guest wrote a hint of more than {HintBuffer.MaxLength} bytes");
        }

        byte[] joined = new byte[pending.Length + (int)count];
        pending.CopyTo(joined, 0);
        state.Memory.Read(address, joined.AsSpan(pending.Length));
        state.LastHint = HintBuffer.Deliver(joined, hint =>
        {
            options.Preimages.Hint(hint);
            statistics.Hints++;
        });
    }

    private ulong WriteKey(ulong address, ulong count)
    {
        ulong room = words.RoomAt(address);
        int length = (int)Math.Min(count, room);
        words.Trace?.OnAccess(address);
        Span<byte> key = stackalloc byte[Hash32.Size];
        Hash32 old = state.PreimageKey;
        Hash32.BytesOf(in old)[length..].CopyTo(key);
        state.Memory.Read(address, key[(Hash32.Size - length)..]);
        state.PreimageKey = new Hash32(key);
        state.PreimageOffset = 0;
        return (ulong)length;
    }
}
