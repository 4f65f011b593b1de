using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;

namespace Gavel.Cannon.Tests.Files;

/// <summary>Loading: patches, symbols, and refusals that name the place. Prestates are held to the vectors elsewhere.</summary>
public sealed class ElfLoaderTests
{
    private static readonly byte[] Wide = ProgramRun.Unzip(VectorFiles.PathOf("programs", "hello.mips64.elf.gz"));
    private static readonly byte[] Narrow = ProgramRun.Unzip(VectorFiles.PathOf("programs", "claim.mips32.elf.gz"));

    [Fact]
    public void SymbolsAreSortedAndTheCollectorIsPatchedOutOn32Bits()
    {
        LoadedProgram program = ElfLoader.LoadProgram(Narrow, VmVersion.SingleThreaded);
        using VmState state = program.State;
        Assert.True(program.Symbols.Count > 1000);
        Assert.Equal(program.Symbols.OrderBy(symbol => symbol.Start).Select(symbol => symbol.Start), program.Symbols.Select(symbol => symbol.Start));
        ElfSymbol patched = program.Symbols.Single(symbol => symbol.Name == "runtime.gcenable");
        Assert.Equal(0x03e0_0008u, state.Memory.ReadUInt32(patched.Start));
        Assert.Equal(0u, state.Memory.ReadUInt32(patched.Start + 4));
    }

    [Theory]
    [InlineData(0, 0, "magic")]
    [InlineData(4, 9, "class")]
    [InlineData(5, 1, "data encoding")]
    [InlineData(19, 62, "machine")]
    [InlineData(55, 1, "program header size")]
    [InlineData(59, 1, "section header size")]
    public void WrongHeadersAreNamed(int offset, byte value, string field)
    {
        byte[] bytes = (byte[])Wide.Clone();
        bytes[offset] = value;
        Assert.Equal(field, Refused(bytes, VmVersion.MultiThreaded64V5).Field);
    }

    [Fact]
    public void SegmentsOutsideTheirPlaceAreRefused()
    {
        int header = (int)BinaryPrimitives.ReadUInt64BigEndian(Wide.AsSpan(32));
        Assert.Contains("below the heap", Segment(header, 16, 0x0000_1000_0000_0000).Message, StringComparison.Ordinal);
        Assert.Contains("below the heap", Segment(header, 16, ulong.MaxValue - 10).Message, StringComparison.Ordinal);
        Assert.Contains("do not make", Segment(header, 40, 1).Message, StringComparison.Ordinal);
        Assert.Contains("beyond the file", Segment(header, 32, (ulong)Wide.Length + 1).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CorruptAndTruncatedFilesLoadOrAreRefused()
    {
        // Headers are where the structure is; the symbol tables are at the end.
        Gen<(bool Wide, int At, int Value, int Cut)> mutation =
            from wide in Gen.Elements(true, false)
            from at in Gen.Frequency((4, Gen.Choose(0, 0x400)), (1, Gen.Choose(0, 10_000_000)))
            from value in Gen.Choose(0, 255)
            from cut in Gen.Choose(0, 10_000_000)
            select (wide, at, value, cut);
        Prop.ForAll(mutation.ToArbitrary(), m =>
        {
            byte[] bytes = (byte[])(m.Wide ? Wide : Narrow).Clone();
            bytes[m.At % bytes.Length] = (byte)m.Value;
            LoadsOrIsRefused(bytes, m.Wide);
            LoadsOrIsRefused(bytes.AsMemory(0, m.Cut % bytes.Length), m.Wide);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150).WithReplay(20260102, 9));
    }

    private static void LoadsOrIsRefused(ReadOnlyMemory<byte> bytes, bool wide)
    {
        try
        {
            ElfLoader.LoadProgram(bytes, wide ? VmVersion.MultiThreaded64V5 : VmVersion.SingleThreaded2).State.Dispose();
        }
        catch (ElfException error)
        {
            Assert.Contains("at offset", error.Message, StringComparison.Ordinal);
        }
    }

    private static ElfException Segment(int header, int field, ulong value)
    {
        byte[] bytes = (byte[])Wide.Clone();
        for (int i = 0; i < 10; i++)
        {
            // The first loadable segment.
            int at = header + 56 * i;
            if (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at)) == 1)
            {
                BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(at + field), value);
                return Refused(bytes, VmVersion.MultiThreaded64V5);
            }
        }

        throw new InvalidOperationException("the program has no loadable segment");
    }

    private static ElfException Refused(byte[] bytes, VmVersion version) =>
        Assert.Throws<ElfException>(() => ElfLoader.LoadProgram(bytes, version));
}
