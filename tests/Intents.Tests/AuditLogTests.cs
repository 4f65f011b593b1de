
namespace Gavel.Intents.Tests;

/// <summary>The audit trail survives a crash in the middle of a line.</summary>
public sealed class AuditLogTests : IDisposable
{
    private static readonly Address Game = Address.Parse("0x00112233445566778899aabbccddeeff00112233");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-audit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Records_AreReadInOrder_AlsoByAnother()
    {
        AuditLog log = new(_folder.FullName);
        Assert.Empty(log.Read(Game));
        log.Add(Game, Record("one"));
        log.Add(Game, Record("two"));
        log.Add(Address.Zero, Record("of another game"));
        Assert.Equal(["one", "two"], new AuditLog(_folder.FullName).Read(Game).Select(record => record.Reason));
        Assert.Equal(Record("one"), log.Read(Game)[0]);
    }

    [Fact]
    public void TornLastLine_IsLeftOut_WhereverItIsTorn()
    {
        AuditLog log = new(_folder.FullName);
        log.Add(Game, Record("one"));
        long first = File().Length;
        log.Add(Game, Record("two"));
        byte[] whole = System.IO.File.ReadAllBytes(File().FullName);
        for (long length = first; length < whole.Length - 1; length++)
        {
            System.IO.File.WriteAllBytes(File().FullName, whole[..(int)length]);
            Assert.Equal(["one"], log.Read(Game).Select(record => record.Reason));
            log.Add(Game, Record("three"));
            Assert.Equal(["one", "three"], log.Read(Game).Select(record => record.Reason));
        }
    }

    [Fact]
    public void Notes_StandBesideRecords_AndAreReadByThemselves()
    {
        AuditLog log = new(_folder.FullName);
        AuditNote note = new()
        {
            Note = AuditNoteKind.Lost,
            At = DateTimeOffset.UnixEpoch,
            Chain = "devnet",
            Game = Game.ToString(),
            Text = "lost",
            LostWei = "1",
            L1Block = "8",
        };
        log.Add(Game, Record("one"));
        log.Add(Game, note);
        log.Add(Game, Record("two"));
        Assert.Equal(["one", "two"], log.Read(Game).Select(record => record.Reason));
        Assert.Equal([note], log.ReadNotes(Game));
        Assert.Contains("\n{\"note\":\"Lost\",", System.IO.File.ReadAllText(File().FullName), StringComparison.Ordinal);
    }

    private FileInfo File() => _folder.GetFiles().Single();

    private static AuditRecord Record(string reason) => new()
    {
        At = DateTimeOffset.UnixEpoch,
        Chain = "devnet",
        Game = Game.ToString(),
        Intent = "01",
        Call = "attack",
        Claim = 3,
        BondWei = "80000000000000000",
        Reason = reason,
        Verdict = "Invalid",
        L1Block = "7",
        SecondsLeft = 12,
    };
}
