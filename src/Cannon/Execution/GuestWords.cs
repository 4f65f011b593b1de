using System.Buffers.Binary;

namespace Gavel.Cannon;

/// <summary>The guest's memory as system calls write it: by whole words, each of which the step's proof must cover.</summary>
internal sealed class GuestWords(VmState state)
{
    /// <summary>When set, told of memory accesses that the step's proof must cover.</summary>
    public IAccessTrace? Trace { get; set; }

    /// <summary>The address of the word that an address lies in.</summary>
    public ulong AddressOf(ulong address) => address & ~(ulong)(state.Version.WordSize - 1);

    /// <summary>Bytes from an address to the end of its word.</summary>
    public ulong RoomAt(ulong address) => (ulong)state.Version.WordSize - (address & (ulong)(state.Version.WordSize - 1));

    /// <summary>Replaces bytes within one word. The word counts as written even when there are none.</summary>
    public void Patch(ulong address, ReadOnlySpan<byte> bytes)
    {
        Span<byte> word = stackalloc byte[state.Version.WordSize];
        ulong aligned = AddressOf(address);
        state.Memory.Read(aligned, word);
        bytes.CopyTo(word[(int)(address - aligned)..]);
        if (state.Version.Is64)
        {
            Store(aligned, BinaryPrimitives.ReadUInt64BigEndian(word));
        }
        else
        {
            Trace?.OnAccess(aligned);
            state.Memory.WriteUInt32(aligned, BinaryPrimitives.ReadUInt32BigEndian(word));
        }
    }

    /// <summary>Writes eight bytes, which ends a reservation there.</summary>
    public void Store(ulong address, ulong value)
    {
        Trace?.OnAccess(address);
        state.Memory.WriteUInt64(address, value);
        if (address == (state.LlAddress & ~7ul))
        {
            state.LlStatus = 0;
            state.LlAddress = 0;
            state.LlOwner = 0;
        }
    }
}
