using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Gavel.Cannon;

/// <summary>
/// Guest memory: 4096-byte pages over the full 32- or 64-bit address space, bytes in the guest's (big-endian) order, absent pages zero.
/// With it the Merkle tree over 32-byte leaves, hashed only where pages changed, and copy-on-write snapshots. Not thread-safe.
/// Layout: docs/adr/0016-guest-memory-layout.md.
/// </summary>
public sealed unsafe class PagedMemory : IDisposable
{
    /// <summary>Bits of an address within a page.</summary>
    public const int PageBits = 12;

    /// <summary>Bytes in a page.</summary>
    public const int PageSize = 1 << PageBits;

    private const int PagesPerTask = 64;

    private readonly HostMemory _host;
    private readonly PageTree _tree;
    private readonly List<ulong> _present = [];
    private readonly List<ulong> _dirty = [];
    private readonly List<ulong> _changed = [];
    private readonly byte* _zeroPage;
    private MemorySnapshot? _latest;
    private bool _disposed;

    /// <summary>An empty memory.</summary>
    /// <param name="addressBits">32 or 64.</param>
    /// <param name="reserveAddressSpace">False holds every page by itself, as on hosts that refuse large reservations: slower, and the same results.</param>
    public PagedMemory(int addressBits, bool reserveAddressSpace = true)
    {
        if (addressBits is not (32 or 64))
        {
            throw new ArgumentOutOfRangeException(nameof(addressBits), addressBits, "guest addresses have 32 or 64 bits");
        }

        AddressBits = addressBits;
        _host = new HostMemory(addressBits, reserveAddressSpace);
        _tree = new PageTree(addressBits);
        _zeroPage = SharedZeroPage.Bytes;
    }

    /// <summary>Bits of an address: 32 or 64. Addresses given to a 32-bit memory are taken modulo 2^32.</summary>
    public int AddressBits { get; }

    /// <summary>Pages allocated, zero or not. State files hold exactly these; the root does not depend on which zero pages exist.</summary>
    public int PageCount => _present.Count;

    /// <summary>Most pages that a running guest may allocate.</summary>
    public long PageLimit { get; set; } = long.MaxValue;

    /// <summary>Told of every write to a page whose instructions are held decoded, before the bytes change.</summary>
    internal ICodeListener? CodeListener { get; set; }

    internal GuestWindow* Windows => _host.Windows;

    /// <summary>The 32 bits at an address, which is aligned down.</summary>
    public uint ReadUInt32(ulong address) => BinaryPrimitives.ReverseEndianness(*(uint*)ReadPointer(Fold(address) & ~3ul));

    /// <summary>The 64 bits at an address, which is aligned down.</summary>
    public ulong ReadUInt64(ulong address) => BinaryPrimitives.ReverseEndianness(*(ulong*)ReadPointer(Fold(address) & ~7ul));

    /// <summary>Sets the 32 bits at an address, which is aligned down.</summary>
    public void WriteUInt32(ulong address, uint value) => *(uint*)Writable(Fold(address) & ~3ul) = BinaryPrimitives.ReverseEndianness(value);

    /// <summary>Sets the 64 bits at an address, which is aligned down.</summary>
    public void WriteUInt64(ulong address, ulong value) => *(ulong*)Writable(Fold(address) & ~7ul) = BinaryPrimitives.ReverseEndianness(value);

    /// <summary>Reads bytes from any address on, wrapping at the end of the address space.</summary>
    public void Read(ulong address, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            address = Fold(address);
            int count = Math.Min(destination.Length, PageSize - (int)(address % PageSize));
            new ReadOnlySpan<byte>(ReadPointer(address), count).CopyTo(destination);
            destination = destination[count..];
            address += (ulong)count;
        }
    }

    /// <summary>Writes bytes from any address on, allocating pages, wrapping at the end of the address space.</summary>
    public void Write(ulong address, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            address = Fold(address);
            int offset = (int)(address % PageSize);
            int count = Math.Min(source.Length, PageSize - offset);
            source[..count].CopyTo(WritablePage(address >> PageBits)[offset..]);
            source = source[count..];
            address += (ulong)count;
        }
    }

    /// <summary>The bytes of a page to be written now, allocated when absent. The span is good until the next call on this memory.</summary>
    public Span<byte> WritablePage(ulong page)
    {
        byte* bytes = Writable(page << PageBits);

        // A page-wide write may change any instruction of it.
        for (ulong offset = 8; CodeListener is not null && offset < PageSize; offset += 8)
        {
            Writable((page << PageBits) + offset);
        }

        return new Span<byte>(bytes, PageSize);
    }

    /// <summary>True when the page is allocated.</summary>
    public bool IsAllocated(ulong page) => _host.TryFind(page, out _, out byte* status) && (*status & PageStatus.Present) != 0;

    /// <summary>The bytes of a page, zeros when it is absent. The span is good until the next call on this memory.</summary>
    public ReadOnlySpan<byte> Page(ulong page) => new(ReadPointer(page << PageBits), PageSize);

    /// <summary>Numbers (address / 4096) of all allocated pages, ascending.</summary>
    public ulong[] AllocatedPages()
    {
        ulong[] pages = [.. _present];
        Array.Sort(pages);
        return pages;
    }

    /// <summary>The Merkle root (cannon-vm section 3). Hashes only pages written since the last call, on all cores.</summary>
    public Hash32 Root()
    {
        if (_dirty.Count > 0)
        {
            ulong[] pages = [.. _dirty];
            Array.Sort(pages);
            nint[] bytes = new nint[pages.Length];
            for (int i = 0; i < pages.Length; i++)
            {
                _host.TryFind(pages[i], out byte* page, out byte* status);
                bytes[i] = (nint)page;
                *status &= unchecked((byte)~PageStatus.Dirty);
            }

            _tree.Update(pages, PageRoots(bytes));
            _dirty.Clear();
        }

        return _tree.Root;
    }

    /// <summary>
    /// The proof of the leaf that holds an address: the leaf, then siblings from the bottom up; <c>32 * (AddressBits - 4)</c> bytes.
    /// Computes the root first.
    /// </summary>
    public byte[] Proof(ulong address)
    {
        Root();
        address = Fold(address);
        ulong page = address >> PageBits;
        Span<Hash32> proof = stackalloc Hash32[1 + PageHasher.Levels + _tree.Height];
        PageHasher.Proof(Page(page), (int)(address % PageSize), proof);
        _tree.Siblings(page, proof[(1 + PageHasher.Levels)..]);
        return System.Runtime.InteropServices.MemoryMarshal.AsBytes(proof).ToArray();
    }

    /// <summary>Frees the memory. Checkpoints taken of it stay readable.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _latest?.Dispose();
            _host.Release();
        }
    }

    /// <summary>Where the byte at a (folded) address is read: its page, or zeros.</summary>
    internal byte* ReadPointer(ulong address)
    {
        ulong offset = address % PageSize;
        return _host.TryFind(address >> PageBits, out byte* bytes, out _) ? bytes + offset : _zeroPage + offset;
    }

    /// <summary>
    /// Makes the 8 bytes around a (folded) address ready to be stored to, and says where they are; null when the page would be one
    /// more than <see cref="PageLimit"/>.
    /// </summary>
    internal byte* PrepareWrite(ulong address)
    {
        ulong page = address >> PageBits;
        _host.Provide(page, out byte* bytes, out byte* status);
        byte* target = bytes + address % PageSize;
        if (*status == PageStatus.Writable)
        {
            return target;
        }

        if ((*status & PageStatus.Present) == 0)
        {
            if (_present.Count >= PageLimit)
            {
                return null;
            }

            _present.Add(page);
        }

        if ((*status & PageStatus.Dirty) == 0)
        {
            _dirty.Add(page);
        }

        if ((*status & PageStatus.Changed) == 0)
        {
            _changed.Add(page);
        }

        if ((*status & PageStatus.Shared) != 0)
        {
            _latest!.Pages[page].Detach();
        }

        *status = (byte)((*status & (PageStatus.Code | PageStatus.Watched)) | PageStatus.Writable);
        if ((*status & PageStatus.Code) != 0)
        {
            CodeListener?.OnCodeWrite(address);
        }

        return target;
    }

    /// <summary>Says that instructions of a page are held decoded (or no longer are), so that stores to it are reported.</summary>
    internal void MarkCode(ulong page, bool held)
    {
        _host.Provide(page, out _, out byte* status);
        *status = held ? (byte)(*status | PageStatus.Code) : (byte)(*status & ~PageStatus.Code);
    }

    /// <summary>Says that the LL reservation is in a page (or no longer is), so that its status is not <see cref="PageStatus.Writable"/>.</summary>
    internal void Watch(ulong page, bool watched)
    {
        _host.Provide(page, out _, out byte* status);
        *status = watched ? (byte)(*status | PageStatus.Watched) : (byte)(*status & ~PageStatus.Watched);
    }

    /// <summary>Reserves the main area if that has not been tried; false when the host refuses.</summary>
    internal bool TryReserveMain(out GuestWindow main) => _host.TryReserveMain(out main);

    /// <summary>Takes a snapshot, at a cost in proportion to the pages changed since the last one. The caller owns one reference.</summary>
    internal MemorySnapshot Snapshot()
    {
        ImmutableDictionary<ulong, PageCopy>.Builder pages =
            (_latest?.Pages ?? ImmutableDictionary<ulong, PageCopy>.Empty).ToBuilder();
        foreach (ulong page in _changed)
        {
            _host.TryFind(page, out byte* bytes, out byte* status);
            Hash32? root = (*status & PageStatus.Dirty) == 0 ? _tree.PageRoot(page) : null;
            pages[page] = new PageCopy(_host, bytes, root);
            *status = (byte)((*status & ~PageStatus.Changed) | PageStatus.Shared);
        }

        _changed.Clear();
        HostMemory[] owners = [.. (_latest?.Owners ?? []).Append(_host).Distinct()];
        MemorySnapshot taken = new(AddressBits, pages.ToImmutable(), Shared(owners));
        _latest?.Dispose();
        _latest = new MemorySnapshot(AddressBits, taken.Pages, Shared(owners));
        return taken;
    }

    /// <summary>A new memory with a snapshot's pages.</summary>
    internal static PagedMemory From(MemorySnapshot snapshot)
    {
        PagedMemory memory = new(snapshot.AddressBits);
        List<(ulong Page, Hash32 Root)> known = [];
        foreach ((ulong page, PageCopy copy) in snapshot.Pages)
        {
            memory._host.Provide(page, out byte* bytes, out byte* status);
            copy.CopyTo(new Span<byte>(bytes, PageSize));
            memory._present.Add(page);
            *status = PageStatus.Present;
            if (copy.Root is { } root)
            {
                known.Add((page, root));
            }
            else
            {
                *status |= PageStatus.Dirty;
                memory._dirty.Add(page);
            }
        }

        known.Sort((left, right) => left.Page.CompareTo(right.Page));
        memory._tree.Update(known.ConvertAll(entry => entry.Page).ToArray(), known.ConvertAll(entry => entry.Root).ToArray());
        memory._latest = new MemorySnapshot(snapshot.AddressBits, snapshot.Pages, Shared(snapshot.Owners));
        return memory;
    }

    private static HostMemory[] Shared(HostMemory[] owners) => [.. owners.Select(owner => owner.Share())];

    private static Hash32[] PageRoots(nint[] pages)
    {
        Hash32[] roots = new Hash32[pages.Length];
        int tasks = (pages.Length + PagesPerTask - 1) / PagesPerTask;
        void Hash(int task)
        {
            int first = task * PagesPerTask;
            int count = Math.Min(PagesPerTask, pages.Length - first);
            PageHasher.Roots(pages.AsSpan(first, count), roots.AsSpan(first, count));
        }

        if (tasks <= 1)
        {
            Hash(0);
        }
        else
        {
            Parallel.For(0, tasks, Hash);
        }

        return roots;
    }

    private ulong Fold(ulong address) => AddressBits == 32 ? (uint)address : address;

    private byte* Writable(ulong address)
    {
        byte* target = PrepareWrite(address);
        return target != null
            ? target
            : throw new InvalidOperationException($"guest memory has its {PageLimit} pages; the write to 0x{address:x} needs one more");
    }
}
