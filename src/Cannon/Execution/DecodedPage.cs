namespace Gavel.Cannon;

/// <summary>The decoded instructions of one page of guest memory, followed by the one that leads to the next page.</summary>
internal unsafe struct DecodedPage
{
    public const int InsnCount = PagedMemory.PageSize / 4;

    /// <summary>Guest address of the first instruction.</summary>
    public ulong Address;

    private fixed ulong _insns[InsnCount + 1];

    public static Insn* Insns(DecodedPage* page) => (Insn*)page->_insns;

    /// <summary>Guest address of one of the page's instructions.</summary>
    public static ulong PcOf(DecodedPage* page, Insn* insn) => page->Address + 4 * (ulong)(insn - Insns(page));
}
