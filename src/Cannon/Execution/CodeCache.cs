using System.Runtime.InteropServices;

namespace Gavel.Cannon;

/// <summary>
/// Pages of decoded instructions, found by program counter. Instructions are decoded when first run, and forgotten when their bytes
/// change, so that execution follows memory as the contract does. Bounded: when full, one page gives way, chosen without order, so
/// that going round more pages than there is room for finds most of them.
/// </summary>
internal sealed unsafe class CodeCache : ICodeListener, IDisposable
{
    /// <summary>Pages held at most: 64 MiB of decoded instructions, the code of the largest fault-proof programs.</summary>
    public const int Capacity = 8192;

    private const int RecentBits = 12;
    private const int RecentCount = 1 << RecentBits;
    private const ulong Spread = 0x9e37_79b9_7f4a_7c15;

    private readonly PagedMemory _memory;
    private readonly Dictionary<ulong, nint> _pages = [];
    private readonly List<ulong> _held = [];
    private readonly Recent* _recent = (Recent*)NativeMemory.AllocZeroed(RecentCount, (nuint)sizeof(Recent));
    private ulong _dice = Spread;
    private bool _disposed;

    /// <summary>Told of what happens to code, before it happens.</summary>
    public ICodeFollower? Follower { get; set; }

    public CodeCache(PagedMemory memory)
    {
        _memory = memory;
        memory.CodeListener = this;
        for (int i = 0; i < RecentCount; i++)
        {
            _recent[i].Page = ulong.MaxValue;
        }
    }

    ~CodeCache() => Free();

    /// <summary>The page with an address. Any call may drop any page got before.</summary>
    public DecodedPage* Page(ulong pc)
    {
        ulong number = pc >> PagedMemory.PageBits;
        Recent* recent = RecentOf(number);
        return recent->Page == number ? recent->Decoded : Find(number, recent);
    }

    public void OnCodeWrite(ulong address)
    {
        if (_pages.TryGetValue(address >> PagedMemory.PageBits, out nint page))
        {
            Insn* insn = DecodedPage.Insns((DecodedPage*)page) + (address % PagedMemory.PageSize / 8 * 2);

            // Only the operation: the store that is running may be one of the two, and still needs its operands.
            insn[0].Op = Op.Undecoded;
            insn[1].Op = Op.Undecoded;
        }

        Follower?.OnCodeWrite(address);
    }

    /// <summary>The instruction at an address as it would run, if it has run (or has been in a slot); false when it has not.</summary>
    public bool TryPeek(ulong pc, VmVersion version, out Insn insn)
    {
        insn = default;
        if ((pc & 3) != 0 || !_pages.TryGetValue(pc >> PagedMemory.PageBits, out nint page))
        {
            return false;
        }

        insn = *At(page, pc);
        if (insn.Op == Op.Enter)
        {
            insn = Decoder.Decode(_memory.ReadUInt32(pc), pc, version);
        }

        return insn.Op != Op.Undecoded;
    }

    /// <summary>Makes the loop leave at an instruction that has run.</summary>
    public void Plant(ulong pc)
    {
        if (_pages.TryGetValue(pc >> PagedMemory.PageBits, out nint page) && At(page, pc)->Op != Op.Undecoded)
        {
            At(page, pc)->Op = Op.Enter;
        }
    }

    /// <summary>Takes back <see cref="Plant"/>.</summary>
    public void Unplant(ulong pc)
    {
        if (_pages.TryGetValue(pc >> PagedMemory.PageBits, out nint page) && At(page, pc)->Op == Op.Enter)
        {
            At(page, pc)->Op = Op.Undecoded;
        }
    }

    public void Dispose()
    {
        foreach (ulong number in _pages.Keys)
        {
            _memory.MarkCode(number, held: false);
        }

        _memory.CodeListener = null;
        Free();
        GC.SuppressFinalize(this);
    }

    private static Insn* At(nint page, ulong pc) => DecodedPage.Insns((DecodedPage*)page) + pc % PagedMemory.PageSize / 4;

    private DecodedPage* Find(ulong number, Recent* recent)
    {
        if (!_pages.TryGetValue(number, out nint page))
        {
            if (_held.Count >= Capacity)
            {
                DropOne();
            }

            page = (nint)NativeMemory.AllocZeroed((nuint)sizeof(DecodedPage));
            ((DecodedPage*)page)->Address = number << PagedMemory.PageBits;
            DecodedPage.Insns((DecodedPage*)page)[DecodedPage.InsnCount].Op = Op.PageEnd;
            _pages.Add(number, page);
            _held.Add(number);
            _memory.MarkCode(number, held: true);
        }

        *recent = new Recent { Page = number, Decoded = (DecodedPage*)page };
        return (DecodedPage*)page;
    }

    /// <summary>Different pages of one program lie at regular distances, which the product spreads.</summary>
    private Recent* RecentOf(ulong number) => _recent + (number * Spread >> (64 - RecentBits));

    private void DropOne()
    {
        _dice = _dice * Spread + 1;
        int place = (int)((_dice >> 32) % (ulong)_held.Count);
        ulong number = _held[place];
        _held[place] = _held[^1];
        _held.RemoveAt(_held.Count - 1);
        Follower?.OnPageDropped(number);
        _memory.MarkCode(number, held: false);
        _pages.Remove(number, out nint page);
        NativeMemory.Free((void*)page);
        if (RecentOf(number)->Page == number)
        {
            RecentOf(number)->Page = ulong.MaxValue;
        }
    }

    private void Free()
    {
        if (!_disposed)
        {
            _disposed = true;
            foreach (nint page in _pages.Values)
            {
                NativeMemory.Free((void*)page);
            }

            NativeMemory.Free(_recent);
        }
    }

    private struct Recent
    {
        public ulong Page;
        public DecodedPage* Decoded;
    }
}
