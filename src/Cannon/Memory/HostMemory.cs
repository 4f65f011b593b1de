using System.Runtime.InteropServices;

namespace Gavel.Cannon;

/// <summary>
/// The host memory behind a guest's. Two sources: address space reserved window by window as it is first needed, which generated code
/// can address directly (nothing is committed until touched, and untouched bytes read as zero); and single pages for addresses above
/// 47 bits and for hosts that refuse reservations. Counted references: freed when the memory and all snapshots that read it let go, or by
/// the finaliser.
/// </summary>
internal sealed unsafe partial class HostMemory
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymousNoReserve = 0x4022;
    private const int NoHint = 0;
    private const int AtHint = 0x10_0000; // MAP_FIXED_NOREPLACE
    private const int BlockSize = PagedMemory.PageSize + 64;

    private readonly List<(nint Address, nuint Size)> _mappings = [];
    private readonly Dictionary<ulong, nint> _blocks = [];
    private readonly ulong _windowSize;
    private readonly bool _reserve;
    private bool _triedMain;
    private GuestWindow _main;
    private int _references = 1;

    /// <param name="addressBits">Bits of a guest address: windows are no larger than the guest's address space.</param>
    /// <param name="reserve">False never reserves: all memory then comes as single pages.</param>
    public HostMemory(int addressBits, bool reserve)
    {
        _windowSize = 1ul << Math.Min(GuestWindow.Bits, addressBits);
        _reserve = reserve && OperatingSystem.IsLinux() && sizeof(nint) == 8;
        Windows = (GuestWindow*)NativeMemory.AllocZeroed(GuestWindow.Count, (nuint)sizeof(GuestWindow));
    }

    ~HostMemory() => Free();

    /// <summary><see cref="GuestWindow.Count"/> entries, by window number.</summary>
    public GuestWindow* Windows { get; private set; }

    /// <summary>Finds a page's bytes and status; false when neither a window nor a single page is there.</summary>
    public bool TryFind(ulong page, out byte* bytes, out byte* status)
    {
        ulong window = page >> (GuestWindow.Bits - PagedMemory.PageBits);
        if (window < GuestWindow.Count && Windows[window].Delta != 0)
        {
            bytes = (byte*)((nint)(page << PagedMemory.PageBits) + Windows[window].Delta);
            status = (byte*)((nint)page + Windows[window].StatusDelta);
            return true;
        }

        bool found = _blocks.TryGetValue(page, out nint block);
        bytes = (byte*)block;
        status = found ? bytes + PagedMemory.PageSize : null;
        return found;
    }

    /// <summary>Finds a page or makes room for it; new pages are zero, and so is their status.</summary>
    public void Provide(ulong page, out byte* bytes, out byte* status)
    {
        if (TryFind(page, out bytes, out status))
        {
            return;
        }

        if (!TryReserve(page >> (GuestWindow.Bits - PagedMemory.PageBits)))
        {
            _blocks.Add(page, (nint)NativeMemory.AllocZeroed(BlockSize));
        }

        TryFind(page, out bytes, out status);
    }

    /// <summary>
    /// Reserves the <see cref="MainArea"/> unless that has been tried: both its parts with the same differences, so that one addition
    /// leads to either. False when the host refuses or the guest is a 32-bit one; then windows are reserved one by one.
    /// </summary>
    public bool TryReserveMain(out GuestWindow main)
    {
        if (!_triedMain && _reserve && _windowSize == 1ul << GuestWindow.Bits)
        {
            _triedMain = true;
            nint statuses = Map(0, MainArea.Span >> PagedMemory.PageBits, NoHint);
            if (statuses != -1)
            {
                ReserveParts(statuses);
            }
        }

        main = _main;
        return _main.Delta != 0;
    }

    /// <summary>One more owner.</summary>
    public HostMemory Share()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    /// <summary>One owner less; the last one frees.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            Free();
        }
    }

    private bool TryReserve(ulong number)
    {
        if (number >= GuestWindow.Count || !_reserve)
        {
            return false;
        }

        if (MainArea.Holds(number << GuestWindow.Bits) && TryReserveMain(out _) && Windows[number].Delta != 0)
        {
            return true;
        }

        nint bytes = Map(0, _windowSize, NoHint);
        nint statuses = bytes == -1 ? -1 : Map(0, _windowSize / PagedMemory.PageSize, NoHint);
        if (statuses == -1)
        {
            return false;
        }

        // Differences wrap: a window's first guest address may be above its host address.
        Windows[number].StatusDelta = statuses - (nint)(number << (GuestWindow.Bits - PagedMemory.PageBits));
        Windows[number].Delta = bytes - (nint)(number << GuestWindow.Bits);
        return true;
    }

    /// <summary>Looks for a place in the host's address space at which both parts fit, as far from each other as in the guest's.</summary>
    private void ReserveParts(nint statuses)
    {
        for (ulong place = MainArea.PartSize; place < MainArea.HighestPlace; place += MainArea.PartSize)
        {
            nint low = Map((nint)place, MainArea.PartSize, AtHint);
            if (low == -1)
            {
                continue;
            }

            if (Map((nint)(place + MainArea.SecondPart), MainArea.PartSize, AtHint) == -1)
            {
                _mappings.RemoveAt(_mappings.Count - 1);
                _ = UnmapMemory(low, unchecked((nuint)MainArea.PartSize));
                continue;
            }

            // The parts begin at guest address 0 and SecondPart: the place is the difference.
            _main = new GuestWindow { Delta = low, StatusDelta = statuses };
            for (ulong number = 0; number < GuestWindow.Count; number++)
            {
                if (MainArea.Holds(number << GuestWindow.Bits) && Windows[number].Delta == 0)
                {
                    Windows[number] = _main;
                }
            }

            return;
        }
    }

    /// <summary>Maps memory anywhere, or at an address exactly; -1 when the host does not give it.</summary>
    private nint Map(nint at, ulong size, int placement)
    {
        nint address = MapMemory(at, (nuint)size, ReadWrite, PrivateAnonymousNoReserve | placement, -1, 0);
        if (address != -1 && placement == AtHint && address != at)
        {
            // A kernel that takes the address for a mere hint.
            _ = UnmapMemory(address, (nuint)size);
            return -1;
        }

        if (address != -1)
        {
            _mappings.Add((address, (nuint)size));
        }

        return address;
    }

    private void Free()
    {
        foreach ((nint address, nuint size) in _mappings)
        {
            _ = UnmapMemory(address, size);
        }

        foreach (nint block in _blocks.Values)
        {
            NativeMemory.Free((void*)block);
        }

        _mappings.Clear();
        _blocks.Clear();
        NativeMemory.Free(Windows);
        Windows = null;
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MapMemory(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int UnmapMemory(nint address, nuint length);
}
