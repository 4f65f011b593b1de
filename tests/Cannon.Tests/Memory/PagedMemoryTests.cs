using FsCheck;
using FsCheck.Fluent;

namespace Gavel.Cannon.Tests.Memory;

/// <summary>Guest memory against a plain dictionary of words and a Merkle tree built from nothing.</summary>
public sealed class PagedMemoryTests
{
    /// <summary>Addresses where windows, pages and the address space end, and a few in between.</summary>
    private static readonly ulong[] Wide =
    [
        0, 0xff8, 0x1000, 0x7fff_f000, 0xc0_0000_0000, 0xf_ffff_fff8, 0x10_0000_0000, 0x7fff_ffff_fff8, 0x8000_0000_0000, 0xffff_ffff_8000_0000,
        0xffff_ffff_ffff_fff8,
    ];

    private static readonly ulong[] Narrow = [0, 0xffc, 0x1000, 0x7fff_d000, 0xffff_f000, 0xffff_fff8];

    [Theory]
    [InlineData(64, true)]
    [InlineData(64, false)]
    [InlineData(32, true)]
    [InlineData(32, false)]
    public void WritesReadBackAndTheRootIsThatOfAPlainTree(int addressBits, bool reserve)
    {
        ulong[] bases = addressBits == 64 ? Wide : Narrow;
        Gen<(ulong Address, ulong Value)> write =
            from start in Gen.Elements(bases)
            from offset in Gen.Choose(-2, 700)
            from value in Gen.Elements(0ul, 1ul, ulong.MaxValue, 0x0123_4567_89ab_cdeful)
            select (addressBits == 64 ? start + 8 * (ulong)(long)offset : (uint)(start + 8 * (ulong)(long)offset), value);
        Prop.ForAll(write.ListOf().ToArbitrary(), writes =>
        {
            using PagedMemory memory = new(addressBits, reserve);
            Dictionary<ulong, ulong> model = [];
            int index = 0;
            foreach ((ulong address, ulong value) in writes)
            {
                memory.WriteUInt64(address, value);
                model[address & ~7ul] = value;

                // Roots on the way, so that later ones are made from what changed.
                if (index++ % 5 == 0)
                {
                    Assert.Equal(PlainRoot(model, addressBits), memory.Root());
                }
            }

            Assert.All(model, pair => Assert.Equal(pair.Value, memory.ReadUInt64(pair.Key)));
            Assert.Equal(PlainRoot(model, addressBits), memory.Root());
            Assert.Equal(model.Keys.Select(address => address >> 12).Distinct().Order(), memory.AllocatedPages());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20).WithReplay(20260103, 11));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(32)]
    public void EmptyMemoryIsTheZeroTreeAndReadsAllocateNothing(int addressBits)
    {
        using PagedMemory memory = new(addressBits);
        Hash32 zero = Hash32.Zero;
        for (int i = 5; i < addressBits; i++)
        {
            zero = Keccak256.HashPair(zero, zero);
        }

        Assert.Equal(0u, memory.ReadUInt32(addressBits == 64 ? ulong.MaxValue : uint.MaxValue));
        Assert.Equal(zero, memory.Root());
        Assert.Equal(0, memory.PageCount);
        memory.WritablePage(7);
        Assert.Equal(zero, memory.Root());
        Assert.Equal(1, memory.PageCount);
    }

    [Fact]
    public void BytesWrapAtTheEndOfTheAddressSpace()
    {
        using PagedMemory wide = new(64);
        wide.Write(ulong.MaxValue - 2, [1, 2, 3, 4, 5]);
        Assert.Equal(0x04_05_00_00u, wide.ReadUInt32(0));
        Assert.Equal(0x00_01_02_03u, wide.ReadUInt32(ulong.MaxValue));
        using PagedMemory narrow = new(32);
        narrow.Write(uint.MaxValue, [1, 2]);
        Assert.Equal(0x0200_0000u, narrow.ReadUInt32(0));
        byte[] read = new byte[2];
        narrow.Read(uint.MaxValue, read);
        Assert.Equal([1, 2], read);
    }

    [Fact]
    public void OnlyPagesSinceTheLastSnapshotAreCopiedAndOldOnesStay()
    {
        PagedMemory memory = new(64);
        for (ulong page = 0; page < 300; page++)
        {
            memory.WriteUInt64(page << 12, page + 1);
        }

        Hash32 firstRoot = memory.Root();
        using MemorySnapshot first = memory.Snapshot();
        memory.WriteUInt64(5 << 12, 99);
        memory.WriteUInt64(1000 << 12, 100);
        Hash32 secondRoot = memory.Root();
        using MemorySnapshot second = memory.Snapshot();
        Assert.Equal(300, first.Pages.Count);
        Assert.Equal(301, second.Pages.Count);
        Assert.Equal(2, second.Pages.Count(pair => !first.Pages.TryGetValue(pair.Key, out PageCopy? old) || !ReferenceEquals(old, pair.Value)));

        memory.WriteUInt64(6 << 12, 1);
        memory.WriteUInt64(5 << 12, 1);
        AssertRoot(firstRoot, first);
        AssertRoot(secondRoot, second);
        memory.Dispose();
        AssertRoot(firstRoot, first);
        AssertRoot(secondRoot, second);
    }

    [Fact]
    public void ARestoredMemoryGoesItsOwnWay()
    {
        using PagedMemory memory = new(64);
        memory.WriteUInt64(0x1000, 1);
        using MemorySnapshot snapshot = memory.Snapshot();
        using PagedMemory other = PagedMemory.From(snapshot);
        other.WriteUInt64(0x1000, 2);
        other.WriteUInt64(0x5000, 3);
        using MemorySnapshot later = other.Snapshot();
        other.WriteUInt64(0x1000, 4);
        Assert.Equal(1ul, memory.ReadUInt64(0x1000));
        using PagedMemory third = PagedMemory.From(later);
        Assert.Equal((2ul, 3ul), (third.ReadUInt64(0x1000), third.ReadUInt64(0x5000)));
        using PagedMemory fourth = PagedMemory.From(snapshot);
        Assert.Equal((1ul, 0ul), (fourth.ReadUInt64(0x1000), fourth.ReadUInt64(0x5000)));
    }

    private static void AssertRoot(Hash32 expected, MemorySnapshot snapshot)
    {
        using PagedMemory restored = PagedMemory.From(snapshot);
        Assert.Equal(expected, restored.Root());
        Assert.Equal(snapshot.Pages.Count, restored.PageCount);

        // Roots that the snapshot kept must be those of the bytes.
        using PagedMemory rebuilt = new(64);
        foreach (ulong page in restored.AllocatedPages())
        {
            restored.Page(page).CopyTo(rebuilt.WritablePage(page));
        }

        Assert.Equal(expected, rebuilt.Root());
    }

    private static Hash32 PlainRoot(Dictionary<ulong, ulong> words, int addressBits)
    {
        Dictionary<ulong, Hash32> level = [];
        foreach (IGrouping<ulong, KeyValuePair<ulong, ulong>> leaf in words.GroupBy(pair => pair.Key >> 5))
        {
            byte[] bytes = new byte[32];
            foreach ((ulong address, ulong value) in leaf)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan((int)(address & 31)), value);
            }

            level[leaf.Key] = new Hash32(bytes);
        }

        Hash32 zero = Hash32.Zero;
        for (int height = 5; height < addressBits; height++)
        {
            Dictionary<ulong, Hash32> above = [];
            foreach (ulong index in level.Keys.Select(index => index >> 1).Distinct())
            {
                above[index] = Keccak256.HashPair(level.GetValueOrDefault(2 * index, zero), level.GetValueOrDefault(2 * index + 1, zero));
            }

            zero = Keccak256.HashPair(zero, zero);
            level = above;
        }

        return level.GetValueOrDefault(0ul, zero);
    }
}
