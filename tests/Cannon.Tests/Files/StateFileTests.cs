using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Gavel.Cannon.Tests.Files;

/// <summary>State files: byte-equal to the recorded ones, and refused with the place of the error when anything is wrong.</summary>
public sealed class StateFileTests
{
    [Fact]
    public void RecordedStatesAreReadAndWrittenExactly()
    {
        int checkedFiles = 0;
        foreach (string folder in new[] { VectorFiles.PathOf("states"), Path.Combine(VectorFiles.FullSet ?? "", "states") }.Where(Directory.Exists))
        {
            using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "index.json")));
            foreach (JsonElement entry in index.RootElement.EnumerateArray())
            {
                string path = Path.Combine(folder, entry.GetProperty("file").GetString()!);
                if (!File.Exists(path))
                {
                    continue;
                }

                using VmState state = StateFile.Read(path);
                Assert.Equal(entry.GetProperty("vm").GetString(), state.Version.Name);
                Assert.Equal(entry.GetProperty("step").GetUInt64(), state.Step);
                Assert.Equal(entry.GetProperty("pages").GetInt32(), state.Memory.PageCount);
                Assert.Equal(entry.GetProperty("memoryRoot").GetString(), state.Memory.Root().ToString());
                Assert.Equal(entry.GetProperty("stateHash").GetString(), state.StateHash().ToString());
                byte[] original = ProgramRun.Unzip(path);
                Assert.Equal(entry.GetProperty("decompressedSize").GetInt32(), original.Length);
                Assert.True(original.AsSpan().SequenceEqual(Written(state)), path);
                checkedFiles++;
            }
        }

        Assert.True(checkedFiles >= 2);
    }

    [Theory]
    [InlineData(".bin")]
    [InlineData(".bin.gz")]
    [InlineData(".json")]
    [InlineData(".json.gz")]
    public void EveryFormatKeepsTheOldestVersion(string ending)
    {
        using VmState state = Small(VmVersion.SingleThreaded);
        string path = Path.Combine(Directory.CreateTempSubdirectory("gavel-state").FullName, "state" + ending);
        StateFile.Write(path, state);
        using VmState read = StateFile.Read(path);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Assert.Equal(Written(state), Written(read));
        Assert.Equal(state.StateHash(), read.StateHash());
    }

    [Fact]
    public void JsonIsOnlyForTheOldestVersionAndOtherNamesAreRefused()
    {
        using VmState state = Small(VmVersion.MultiThreaded64V5);
        Assert.Throws<ArgumentException>(() => StateFile.Write(new MemoryStream(), state, json: true));
        Assert.Throws<ArgumentException>(() => StateFile.Read("state.txt"));
    }

    [Fact]
    public void EveryTruncationNamesFieldAndOffset()
    {
        foreach (VmVersion version in VmVersion.All)
        {
            using VmState state = Small(version);
            byte[] whole = Written(state);

            // Every length outside the pages, and some inside.
            for (int length = 0; length < whole.Length; length += length is > 20 and < 8000 ? 97 : 1)
            {
                StateFileException error = Assert.Throws<StateFileException>(() => StateFile.Read(new MemoryStream(whole, 0, length)));
                Assert.InRange(error.Offset, 0, length);
                Assert.Contains(error.Field, error.Message, StringComparison.Ordinal);
                Assert.Contains("too early", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void InconsistentFieldsAreNamed()
    {
        using VmState wide = Small(VmVersion.MultiThreaded64V5);
        using VmState narrow = Small(VmVersion.SingleThreaded2);
        Assert.Equal("version", Broken(wide, bytes => bytes[0] = 3).Field);
        Assert.Equal("page count", Broken(wide, bytes => bytes[1] = 0xff).Field);
        Assert.Equal(("index of page 0 of 2", 9L), Place(Broken(wide, bytes => bytes[9] = 0xff)));
        Assert.Contains("twice", Broken(wide, bytes => bytes.AsSpan(9, 8).CopyTo(bytes.AsSpan(9 + 8 + 4096))).Message, StringComparison.Ordinal);
        int afterPages = 9 + 2 * (8 + 4096);
        Assert.Equal(("LL reservation status", afterPages + 48L), Place(Broken(wide, bytes => bytes[afterPages + 48] = 3)));
        Assert.Equal(("exited", afterPages + 66L), Place(Broken(wide, bytes => bytes[afterPages + 66] = 2)));
        Assert.Equal("traverse right", Broken(wide, bytes => bytes[afterPages + 83] = 2).Field);
        Assert.Contains("left thread 0", Broken(wide, bytes => bytes[afterPages + 92 + 8 + 42] = 1).Field, StringComparison.Ordinal);
        Assert.Equal("index of page 0 of 2", Broken(narrow, bytes => bytes[5] = 0xff).Field);
        Assert.Equal("end", Assert.Throws<StateFileException>(() => StateFile.Read(new MemoryStream([.. Written(wide), 0]))).Field);
    }

    [Fact]
    public void BrokenCompressionIsAnErrorOfTheFile()
    {
        using VmState state = Small(VmVersion.MultiThreaded64V5);
        using MemoryStream zipped = new();
        StateFile.Write(zipped, state, compressed: true);
        byte[] bytes = zipped.ToArray();
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] broken = (byte[])bytes.Clone();
            broken[at] ^= 0x55;
            AssertReadsOrRefuses(broken, json: false, compressed: true);
        }
    }

    [Fact]
    public void ArbitraryBytesNeverDoAnythingButReadOrRefuse()
    {
        using VmState wide = Small(VmVersion.MultiThreaded64V5);
        using VmState narrow = Small(VmVersion.SingleThreaded);
        byte[][] binaries = [Written(wide), Written(narrow)];
        using MemoryStream text = new();
        StateFile.Write(text, narrow, json: true);
        byte[] json = text.ToArray();
        Gen<(int Kind, int At, byte Value, int Cut)> mutation =
            from kind in Gen.Choose(0, 2)
            from at in Gen.Choose(0, 1_000_000)
            from value in Gen.Choose(0, 255)
            from cut in Gen.Choose(0, 1_000_000)
            select (kind, at, (byte)value, cut);
        Prop.ForAll(mutation.ToArbitrary(), m =>
        {
            byte[] bytes = (byte[])(m.Kind == 2 ? json : binaries[m.Kind]).Clone();
            bytes[m.At % bytes.Length] = m.Value;
            AssertReadsOrRefuses(bytes, json: m.Kind == 2, compressed: false);
            AssertReadsOrRefuses(bytes[..(m.Cut % bytes.Length)], json: m.Kind == 2, compressed: false);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(20260101, 7));
    }

    [Theory]
    [InlineData("""{"memory":[{"index":0,"data":"AAAA"}]}""", "page data")]
    [InlineData("""{"memory":[{"index":1048576,"data":""}]}""", "page index")]
    [InlineData("""{"memory":[],"pc":4294967296}""", "pc")]
    [InlineData("""{"memory":[],"pc":-1}""", "pc")]
    [InlineData("""{"memory":[],"memory":[]}""", "memory")]
    [InlineData("""{"memory":[],"colour":1}""", "colour")]
    [InlineData("""{"memory":[]}""", "preimageKey")]
    [InlineData("""{"preimageKey":"0x00"}""", "preimageKey")]
    [InlineData("""{"registers":[1]}""", "register 0")]
    [InlineData("""{"pc":""", "pc")]
    [InlineData("""[]""", "state")]
    public void WrongJsonNamesTheMember(string json, string field) =>
        Assert.Equal(field, Assert.Throws<StateFileException>(() => StateFile.Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json)), json: true)).Field);

    [Fact]
    public void LoadingHoldsLittleBesideTheGuestsMemory()
    {
        const int Pages = 64 << 8;
        using MemoryStream file = new();
        using (VmState state = Small(VmVersion.MultiThreaded64V5))
        {
            for (ulong page = 0; page < Pages; page++)
            {
                state.Memory.WriteUInt64((page << 12) + 0xc0_0000_0000, page + 1);
            }

            StateFile.Write(file, state, compressed: true);
        }

        file.Position = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        using VmState read = StateFile.Read(file, compressed: true);
        long managed = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(Pages + 2, read.Memory.PageCount);
        Assert.InRange(managed, 0, (long)(0.3 * Pages * PagedMemory.PageSize));
    }

    private static VmState Small(VmVersion version)
    {
        VmState state = new(version)
        {
            PreimageKey = Keccak256.Hash([1]),
            PreimageOffset = 17,
            Heap = version.HeapStart + 4096,
            Step = 123_456_789_012,
            LastHint = [0, 0, 0, 9, 1],
        };
        state.Memory.WriteUInt32(0x1000, 0x1234_5678);
        state.Memory.WriteUInt32(version.StackTop, 0xffff_0001);
        VmThread thread = new() { Pc = 0x1000, NextPc = 0x1004, Hi = ulong.MaxValue, Lo = 5 };
        thread.Registers[31] = 0xffff_ffff_8000_0000;
        state.LeftThreads.Add(thread);
        if (version.Is64)
        {
            state.NextThreadId = 2;
            state.LlStatus = 2;
            state.LlAddress = 0x1008;
            state.RightThreads.Add(new VmThread { Id = 1, Pc = 8, NextPc = 12, Exited = true, ExitCode = 3 });
        }

        return state;
    }

    private static byte[] Written(VmState state)
    {
        using MemoryStream stream = new();
        StateFile.Write(stream, state);
        return stream.ToArray();
    }

    private static StateFileException Broken(VmState state, Action<byte[]> breaks)
    {
        byte[] bytes = Written(state);
        breaks(bytes);
        return Assert.Throws<StateFileException>(() => StateFile.Read(new MemoryStream(bytes)));
    }

    private static (string, long) Place(StateFileException error) => (error.Field, error.Offset);

    private static void AssertReadsOrRefuses(byte[] bytes, bool json, bool compressed)
    {
        try
        {
            using VmState state = StateFile.Read(new MemoryStream(bytes), json, compressed);
            Assert.True(state.Memory.PageCount <= bytes.Length);
        }
        catch (StateFileException error)
        {
            Assert.True(error.Offset >= 0);
        }
    }
}
