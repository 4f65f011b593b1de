namespace Gavel.Cannon;

/// <summary>Accesses from one base: what must hold of the base so that all of them are aligned and in the main area.</summary>
internal sealed class AccessGroup
{
    private const int Step = 8;

    private int _anchor;
    private int _lowest;
    private int _highest;
    private int _lowestStore = int.MaxValue;
    private int _highestStore = int.MinValue;

    public AccessGroup(in Insn insn, int number, int first)
    {
        Number = number;
        Base = insn.A;
        First = first;
        Mask = OpKind.AlignmentOf(insn.Op);
        _anchor = _lowest = _highest = insn.Imm;
        NoteStore(insn);
    }

    public byte Base { get; }

    /// <summary>Its number among the groups of its line.</summary>
    public int Number { get; }

    /// <summary>Position of its first access.</summary>
    public int First { get; }

    /// <summary>Low bits that must be zero in the addresses at <see cref="Lowest"/> and <see cref="Highest"/>.</summary>
    public int Mask { get; private set; }

    /// <summary>An offset from the base, not above any that is accessed.</summary>
    public int Lowest => _anchor - (_anchor - _lowest + Step - 1) / Step * Step;

    /// <summary>An offset from the base, not below any that is accessed.</summary>
    public int Highest => _anchor + (_highest - _anchor + Step - 1) / Step * Step;

    /// <summary>True when it stores, so near together that two pages at most are stored to: those of the two ends.</summary>
    public bool StoresTogether => _highestStore >= _lowestStore && _highestStore - _lowestStore < PagedMemory.PageSize;

    /// <summary>Least offset that is stored to.</summary>
    public int LowestStore => _lowestStore;

    /// <summary>Greatest offset that is stored to.</summary>
    public int HighestStore => _highestStore;

    /// <summary>True when it is tested before the line runs.</summary>
    public bool IsAtStart { get; init; }

    /// <summary>Takes an access in, if it is aligned whenever the others are.</summary>
    public bool TryAdd(in Insn insn)
    {
        int mask = OpKind.AlignmentOf(insn.Op);
        if (((insn.Imm - _anchor) & Math.Min(mask, Mask)) != 0)
        {
            return false;
        }

        if (mask > Mask)
        {
            (Mask, _anchor) = (mask, insn.Imm);
        }

        _lowest = Math.Min(_lowest, insn.Imm);
        _highest = Math.Max(_highest, insn.Imm);
        NoteStore(insn);
        return true;
    }

    private void NoteStore(in Insn insn)
    {
        if (OpKind.IsStore(insn.Op))
        {
            _lowestStore = Math.Min(_lowestStore, insn.Imm);
            _highestStore = Math.Max(_highestStore, insn.Imm);
        }
    }
}
