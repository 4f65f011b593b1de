namespace Gavel.Cannon;

/// <summary>
/// A page as it was at a checkpoint. While the VM has not written to the page since, the bytes are read from the VM's own memory; the
/// first write after the checkpoint copies them here. Reading and that copy may happen on different threads.
/// </summary>
internal sealed unsafe class PageCopy(HostMemory owner, byte* live, Hash32? root)
{
    private readonly Lock _lock = new();
    private HostMemory? _owner = owner;
    private byte[]? _bytes;

    /// <summary>The page's Merkle root, when it was known at the checkpoint.</summary>
    public Hash32? Root { get; } = root;

    /// <summary>Reads the page.</summary>
    public void CopyTo(Span<byte> destination)
    {
        lock (_lock)
        {
            (_bytes ?? new ReadOnlySpan<byte>(live, PagedMemory.PageSize)).CopyTo(destination);
            GC.KeepAlive(_owner);
        }
    }

    /// <summary>Takes the bytes over: the VM is about to change them.</summary>
    public void Detach()
    {
        lock (_lock)
        {
            _bytes ??= new ReadOnlySpan<byte>(live, PagedMemory.PageSize).ToArray();
            _owner = null;
        }
    }
}
