namespace Gavel.Rollup.Tests.Trust;

/// <summary>Our own log of safe heads: brackets a block, survives restarts, torn lines and full disks, and keeps nothing that a node took back.</summary>
public sealed class SafeHeadLogTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(20_000);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-heads-");

    private string File => Path.Combine(_folder.FullName, "deep", "safe-heads");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Sightings_BracketABlock_AlsoAfterARestart()
    {
        using (SafeHeadLog log = Open())
        {
            log.Note("n 1", Seen(100, 50));
            log.Note("n 1", Seen(101, 50));
            log.Note("n 1", Seen(105, 53));
            log.Note("other", Seen(103, 1));
            AssertBracket(log);
        }

        System.IO.File.AppendAllText(File, "1700000000000 106 0x12"); // torn by a crash
        using SafeHeadLog again = Open();
        AssertBracket(again);
        again.Note("n 1", Seen(110, 60));
        Assert.Equal(60UL, again.After("n 1", 105)!.Value.SafeL2.Number);

        static void AssertBracket(SafeHeadLog log)
        {
            Assert.Null(log.Before("n 1", 99));
            Assert.Equal((100UL, 50UL), Numbers(log.After("n 1", 99)));
            Assert.Equal((101UL, 50UL), Numbers(log.Before("n 1", 104)));
            Assert.Equal((105UL, 53UL), Numbers(log.After("n 1", 101)));
            Assert.Null(log.After("n 1", 105));
            Assert.Equal((103UL, 1UL), Numbers(log.Before("other", 200)));
            Assert.Null(log.Before("nobody", 200));
        }
    }

    [Fact]
    public void StretchWithoutChange_IsKeptByItsEnds()
    {
        using (SafeHeadLog log = Open())
        {
            for (ulong block = 100; block < 1_100; block++)
            {
                log.Note("n", Seen(block, 50));
            }

            Assert.Equal(1_099UL, log.Before("n", 5_000)!.Value.CurrentL1.Number);
            Assert.Equal(1_099UL, log.After("n", 100)!.Value.CurrentL1.Number); // as early as is known: 100 itself is not past 100
        }

        using SafeHeadLog again = Open();
        Assert.Equal(2, System.IO.File.ReadLines(File).Count());
    }

    [Theory]
    [InlineData(101, 60, 101, null)] // more derived with less of L1 read: what was seen of later L1 blocks was no proof
    [InlineData(101, 55, 102, 55UL)] // a lagging backend behind the same address: what is known stands
    [InlineData(100, 50, 102, 55UL)]
    public void WhatANodeTakesBack_IsForgotten(ulong l1, ulong safe, ulong lastL1, ulong? afterHundredOne)
    {
        using SafeHeadLog log = Open();
        log.Note("n", Seen(100, 50));
        log.Note("n", Seen(102, 55));
        log.Note("n", Seen(l1, safe));
        Assert.Equal(lastL1, log.Before("n", 1_000)!.Value.CurrentL1.Number);
        Assert.Equal(afterHundredOne, log.After("n", 101)?.SafeL2.Number);
    }

    [Fact]
    public void OtherForkOfL1_TakesThePlaceOfTheFirst()
    {
        using SafeHeadLog log = Open();
        log.Note("n", Seen(100, 50));
        log.Note("n", Seen(102, 52));
        log.Note("n", Seen(102, 51) with { CurrentL1 = new BlockId(Keccak256.Hash("fork"u8), 102) });
        Assert.Equal(51UL, log.After("n", 101)!.Value.SafeL2.Number);
    }

    [Fact]
    public void OldSightings_AreDropped_AndAFolderThatCannotBeWrittenCostsNothingNow()
    {
        using (SafeHeadLog log = Open())
        {
            log.Note("n", Seen(1, 1) with { At = Now.AddDays(-61) });
            log.Note("n", Seen(100, 50));
        }

        using SafeHeadLog again = Open();
        Assert.Null(again.Before("n", 99));
        Assert.Equal(50UL, again.Before("n", 100)!.Value.SafeL2.Number);
        again.Dispose();
        _folder.Delete(recursive: true);
        again.Note("n", Seen(101, 51));
        Assert.NotNull(again.Trouble);
        Assert.Equal(51UL, again.Before("n", 101)!.Value.SafeL2.Number);
        _folder.Create();
    }

    // A node that was restarted names a safe head from before together with an L1 block by which it was not derivable.
    [Fact]
    public void SafeHeadThatWasNotSeenToAdvance_ShowsNothingDerivable_AndTakesNothingBack()
    {
        using (SafeHeadLog log = Open())
        {
            log.Note("n", Seen(100, 50));
            log.Note("n", Seen(102, 52));
            log.Note("n", Seen(101, 60) with { IsDerived = false });
            Assert.Equal(52UL, log.After("n", 101)!.Value.SafeL2.Number);
            log.Note("n", Seen(110, 60) with { IsDerived = false });
        }

        using SafeHeadLog again = Open();
        Assert.Equal((102UL, 52UL), Numbers(again.Before("n", 115)));
        Assert.Equal(60UL, again.After("n", 105)!.Value.SafeL2.Number);
    }

    [Fact]
    public void LessDerivedWithMoreOfL1Read_TakesBackWhatWasSeenBefore()
    {
        using SafeHeadLog log = Open();
        log.Note("n", Seen(100, 50));
        log.Note("n", Seen(101, 90)); // a lie
        log.Note("n", Seen(102, 51));
        Assert.Equal((100UL, 50UL), Numbers(log.Before("n", 101)));
    }

    [Fact]
    public void LostForksOfL1_ArePassedOver()
    {
        using SafeHeadLog log = Open();
        log.Note("n", Seen(100, 50));
        log.Note("n", Seen(102, 52));
        log.Note("n", Seen(104, 53));
        Assert.Equal(100UL, log.Before("n", 103, block => block.Number != 102)!.Value.CurrentL1.Number);
        Assert.Equal(104UL, log.After("n", 100, block => block.Number != 102)!.Value.CurrentL1.Number);
        Assert.Equal(102UL, log.Before("n", 103, _ => null)!.Value.CurrentL1.Number); // whether it is lost is not known
    }

    [Fact]
    public void DamagedLine_IsLeftOut_AndStandsInNobodysWay()
    {
        using (SafeHeadLog log = Open())
        {
            log.Note("n", Seen(100, 50));
            log.Note("n", Seen(102, 52));
        }

        string[] lines = System.IO.File.ReadAllLines(File);
        lines[1] = lines[1].Replace(" 102 ", " 902 ", StringComparison.Ordinal);
        System.IO.File.WriteAllLines(File, lines);
        using SafeHeadLog again = Open();
        Assert.Null(again.After("n", 100));
        again.Note("n", Seen(104, 54));
        Assert.Equal(54UL, again.After("n", 100)!.Value.SafeL2.Number);
    }

    [Fact]
    public void LogOfALongRun_KeepsNoMoreThanItIsMeantTo()
    {
        using SafeHeadLog log = Open();
        for (ulong block = 0; block < 3_000; block++)
        {
            log.Note("n", Seen(block, block) with { At = Now.AddHours(block) });
        }

        Assert.True(log.After("n", 0)!.Value.CurrentL1.Number > 1_000);
        Assert.Equal(2_000UL, log.Before("n", 2_000)!.Value.CurrentL1.Number);
    }

    private SafeHeadLog Open() => SafeHeadLog.Open(File, Now, TimeSpan.FromDays(60));

    private static (ulong, ulong) Numbers(SafeHeadSighting? sighting) => (sighting!.Value.CurrentL1.Number, sighting.Value.SafeL2.Number);

    private static SafeHeadSighting Seen(ulong l1, ulong l2) => new(Id("l1", l1), Id("l2", l2), Now, IsDerived: true);

    private static BlockId Id(string chain, ulong number) => new(Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes($"{chain} {number}")), number);
}
