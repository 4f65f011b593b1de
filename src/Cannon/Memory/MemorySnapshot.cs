using System.Collections.Immutable;

namespace Gavel.Cannon;

/// <summary>All pages of a memory at one moment. Copies of pages that did not change between two snapshots are the same objects.</summary>
internal sealed class MemorySnapshot(int addressBits, ImmutableDictionary<ulong, PageCopy> pages, HostMemory[] owners) : IDisposable
{
    private int _disposed;

    public int AddressBits => addressBits;

    public ImmutableDictionary<ulong, PageCopy> Pages => pages;

    /// <summary>Memories from which pages may still be read; the snapshot holds a reference to each.</summary>
    public HostMemory[] Owners => owners;

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            foreach (HostMemory owner in owners)
            {
                owner.Release();
            }
        }
    }
}
