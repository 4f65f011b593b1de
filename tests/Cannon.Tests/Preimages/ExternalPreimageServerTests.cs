using System.Diagnostics;
using System.Text;
using Gavel.Cannon.Preimages;
using Gavel.TestKit;

namespace Gavel.Cannon.Tests.Preimages;

/// <summary>Real child processes, good and bad. Alone in its collection: one test counts this process's descriptors.</summary>
[Collection("processes")]
public sealed class ExternalPreimageServerTests : IDisposable
{
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const string ReadKey = "head -c 32 <&5 >/dev/null; ";
    private static readonly Hash32 Key = PreimageKey.Local(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-server-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void GoodServer_HintsAndValues_ArriveWhole()
    {
        byte[] large = new byte[300_000];
        new Random(4).NextBytes(large);
        Hash32 largeKey = Put(large);
        Hash32 emptyKey = Put([]);
        using ExternalPreimageServer server = StartDirectory();
        server.Hint("l1-block-header 0x1234"u8);
        Assert.Equal(large, server.GetPreimage(largeKey));
        server.Hint(Encoding.UTF8.GetBytes(new string('h', 200_000)));
        Assert.Empty(server.GetPreimage(emptyKey));
        Assert.Equal(large, server.GetPreimage(largeKey));
        PreimageServerExit exit = server.Stop();
        Assert.Equal(new PreimageServerExit(0, null, 0), exit);
        Assert.Equal(["l1-block-header 0x1234", new string('h', 200_000)], File.ReadAllLines(Path.Combine(_folder, "hints")));
    }

    [Fact]
    public void Child_InheritsDescriptors0To6_AndNoOthers()
    {
        List<string> seen = [];
        PreimageServerOptions options = new() { Command = "ls", Arguments = ["/proc/self/fd"], Output = line => seen.Add(line.Text) };
        using (ExternalPreimageServer server = ExternalPreimageServer.Start(options))
        {
            Assert.Equal(0, server.Stop().ExitCode);
        }

        // The last is the folder that ls itself has opened.
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7"], seen);
    }

    [Fact]
    public void Child_GetsBlockingPipes()
    {
        string list = Path.Combine(_folder, "flags");
        using ExternalPreimageServer server = ShellServer.Start($"for i in 3 4 5 6; do sed -n 's/^flags:\\t*//p' /proc/$$/fdinfo/$i; done >{list}; echo end >>{list}; cat <&5 >/dev/null");
        AwaitFile(list, "end\n");
        string[] flags = File.ReadAllLines(list);
        const int NonBlocking = 0x800;
        Assert.All(flags[..4], flag => Assert.Equal(0, Convert.ToInt32(flag, 8) & NonBlocking));
    }

    [Fact]
    public void Child_GetsFolderAndEnvironmentOnly()
    {
        string list = Path.Combine(_folder, "environment");
        PreimageServerOptions options = ShellServer.Options("pwd >env; env | sort >>env; echo end >>env; mv env environment; cat <&5 >/dev/null") with
        {
            WorkingDirectory = _folder,
            Environment = new Dictionary<string, string> { ["L1_HEAD"] = "0x12", ["PATH"] = "/usr/bin:/bin" },
        };
        using ExternalPreimageServer server = ExternalPreimageServer.Start(options);
        AwaitFile(list, "end\n");
        string[] lines = [.. File.ReadAllLines(list).Where(line => !line.StartsWith("_=", StringComparison.Ordinal))];
        Assert.Equal([_folder, "L1_HEAD=0x12", "PATH=/usr/bin:/bin", $"PWD={_folder}", "end"], lines);
    }

    [Fact]
    public void Output_OfBothStreams_ArrivesLineByLine()
    {
        List<PreimageServerLine> lines = [];
        PreimageServerOptions options = ShellServer.Options("echo one; echo two >&2; printf three; exit 3") with
        {
            Output = line =>
            {
                lock (lines)
                {
                    lines.Add(line);
                }
            },
        };
        using (ExternalPreimageServer server = ExternalPreimageServer.Start(options))
        {
            Assert.Equal(3, server.Stop().ExitCode);
        }

        Assert.Equal([new(false, "one"), new(false, "three"), new(true, "two")], lines.OrderBy(line => line.Text));
    }

    [Fact]
    public void MissingProgram_Fails_NamingIt()
    {
        PreimageServerException error = Assert.Throws<PreimageServerException>(() => ExternalPreimageServer.Start(new() { Command = "/nowhere/kona-host" }));
        Assert.Equal(PreimageServerFault.NotStarted, error.Fault);
        Assert.Contains("/nowhere/kona-host", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<PreimageServerException>(() => ExternalPreimageServer.Start(new() { Command = "no-such-program-here" }));
        Assert.Contains("not in PATH", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FileThatIsNoProgram_Fails_WithTheReason()
    {
        string file = Path.Combine(_folder, "not-executable");
        File.WriteAllText(file, "text");
        PreimageServerException error = Assert.Throws<PreimageServerException>(() => ExternalPreimageServer.Start(new() { Command = file }));
        Assert.Equal(PreimageServerFault.NotStarted, error.Fault);
        Assert.Contains("Permission denied", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingWorkingFolder_Fails_NamingIt()
    {
        PreimageServerException error = Assert.Throws<PreimageServerException>(() => ExternalPreimageServer.Start(ShellServer.Options("true") with { WorkingDirectory = "/nowhere/at/all" }));
        Assert.Equal(PreimageServerFault.NotStarted, error.Fault);
        Assert.Contains("/nowhere/at/all", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo bad configuration >&2; exit 1", PreimageServerFault.Exited, "exited with code 1; its last lines: bad configuration")]
    [InlineData(ReadKey + "exit 101", PreimageServerFault.Exited, "exited with code 101")]
    [InlineData(ReadKey + "kill -9 $$", PreimageServerFault.Exited, "ended by signal 9")]
    [InlineData(ReadKey + "printf '\\0\\0\\0'; printf '\\0\\0\\0' >&6; exit 0", PreimageServerFault.ShortRead, "after 3 of 8 bytes of its head")]
    [InlineData(ReadKey + "printf '\\0\\0\\0\\0\\0\\0\\0\\40only this' >&6; exit 0", PreimageServerFault.ShortRead, "after 9 of 32 bytes")]
    [InlineData(ReadKey + "printf 'panic: nil pointer' >&6; sleep 60", PreimageServerFault.Oversized, "claims 8097")]
    [InlineData(ReadKey + "printf '\\177\\377\\377\\377\\377\\377\\377\\377' >&6; sleep 60", PreimageServerFault.Oversized, "claims 9223372036854775807 bytes")]
    [InlineData(ReadKey + "exec 6>&-; sleep 60", PreimageServerFault.Exited, "it closed its channel but still runs")]
    public void FaultyServer_GivesItsFault_AndStopsCleanly(string program, PreimageServerFault fault, string words)
    {
        using ExternalPreimageServer server = ShellServer.Start(program);
        PreimageServerException error = Assert.Throws<PreimageServerException>(() => server.GetPreimage(Key));
        Assert.Equal(fault, error.Fault);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        PreimageServerException again = Assert.Throws<PreimageServerException>(() => server.GetPreimage(Key));
        Assert.Equal(fault, again.Fault);
        server.Stop();
        AssertGone(server.ProcessId);
    }

    [Fact]
    public void Hang_EndsAtTheDeadline()
    {
        PreimageServerOptions options = ShellServer.Options("echo fetching >&2; sleep 60") with { RequestTimeout = TimeSpan.FromMilliseconds(400) };
        using ExternalPreimageServer server = ExternalPreimageServer.Start(options);
        Stopwatch watch = Stopwatch.StartNew();
        PreimageServerException error = Assert.Throws<PreimageServerException>(() => server.GetPreimage(Key));
        Assert.Equal(PreimageServerFault.TimedOut, error.Fault);
        Assert.Contains("within 0.4 s; its last lines: fetching", error.Message, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.4, 5);
        Assert.Equal(Interrupt, server.Stop().SentSignal);
        AssertGone(server.ProcessId);
    }

    [Fact]
    public void HintWithoutAcknowledgement_EndsAtTheDeadline()
    {
        PreimageServerOptions options = ShellServer.Options("sleep 60") with { RequestTimeout = TimeSpan.FromMilliseconds(300) };
        using ExternalPreimageServer server = ExternalPreimageServer.Start(options);
        // More than a pipe holds: the write itself has to wait.
        PreimageServerException error = Assert.Throws<PreimageServerException>(() => server.Hint(new byte[1 << 18]));
        Assert.Equal(PreimageServerFault.TimedOut, error.Fault);
        Assert.Contains("a hint", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnaskedBytes_AreGarbage()
    {
        using ExternalPreimageServer server = ShellServer.Start(ReadKey + "printf '\\0\\0\\0\\0\\0\\0\\0\\1ab' >&6; sleep 60");
        Assert.Equal("a"u8.ToArray(), server.GetPreimage(Key));
        // Both bytes were written at once, so the second is there.
        PreimageServerException error = Assert.Throws<PreimageServerException>(() => server.GetPreimage(Key));
        Assert.Equal(PreimageServerFault.Garbage, error.Fault);
    }

    [Fact]
    public void Cancellation_EndsAWaitingRequest_Within100Milliseconds()
    {
        using CancellationTokenSource cancel = new();
        using ExternalPreimageServer server = ExternalPreimageServer.Start(ShellServer.Options("sleep 60"), cancel.Token);
        Thread.Sleep(100);
        long cancelledAt = 0;
        using Timer timer = new(_ =>
        {
            cancelledAt = Stopwatch.GetTimestamp();
            cancel.Cancel();
        }, null, 300, Timeout.Infinite);
        PreimageServerException error = Assert.Throws<PreimageServerException>(() => server.GetPreimage(Key));
        Assert.Equal(PreimageServerFault.Cancelled, error.Fault);
        Assert.InRange(Stopwatch.GetElapsedTime(cancelledAt).TotalMilliseconds, 0, 100);
    }

    [Fact]
    public void ServerThatIgnoresEverything_IsKilled_WithItsChildren()
    {
        string list = Path.Combine(_folder, "child");
        using ExternalPreimageServer server = ShellServer.Start($"trap '' INT; sleep 61 & echo $! >{list}; echo end >>{list}; while :; do sleep 1; done");
        AwaitFile(list, "end\n");
        int child = int.Parse(File.ReadAllLines(list)[0], System.Globalization.CultureInfo.InvariantCulture);
        PreimageServerExit exit = server.Stop();
        Assert.Equal(new PreimageServerExit(null, Kill, Kill), exit);
        AssertGone(server.ProcessId);
        AssertGone(child);
    }

    [Fact]
    public void ManyServers_LeaveNoDescriptorAndNoZombie()
    {
        Put("value"u8.ToArray());
        List<int> ids = [];
        RunOne(ids);
        int before = Directory.GetFiles("/proc/self/fd").Length;
        for (int i = 0; i < 10; i++)
        {
            RunOne(ids);
        }

        Assert.Throws<PreimageServerException>(() => ExternalPreimageServer.Start(new() { Command = _folder + "/serve-nothing" }));
        File.WriteAllText(_folder + "/no-program", "");
        Assert.Throws<PreimageServerException>(() => ExternalPreimageServer.Start(new() { Command = _folder + "/no-program" }));
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before);
        ids.ForEach(AssertGone);
    }

    private void RunOne(List<int> ids)
    {
        using ExternalPreimageServer server = StartDirectory();
        ids.Add(server.ProcessId);
        Assert.Equal("value"u8.ToArray(), server.GetPreimage(PreimageKey.Keccak(Keccak256.Hash("value"u8))));
    }

    private ExternalPreimageServer StartDirectory() => ExternalPreimageServer.Start(new()
    {
        Command = Checkout.PathOf("tests", "Cannon.Tests", "Preimages", "serve-directory.sh"),
        Arguments = [_folder],
        RequestTimeout = TimeSpan.FromSeconds(30),
        Grace = TimeSpan.FromSeconds(10),
    });

    private Hash32 Put(byte[] value)
    {
        Hash32 key = PreimageKey.Keccak(Keccak256.Hash(value));
        File.WriteAllBytes(Path.Combine(_folder, key.ToString()[2..]), value);
        return key;
    }

    private static void AwaitFile(string path, string end)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!File.Exists(path) || !File.ReadAllText(path).EndsWith(end, StringComparison.Ordinal))
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{path} was not written");
            Thread.Sleep(10);
        }
    }

    private static void AssertGone(int process)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (Directory.Exists($"/proc/{process}"))
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"process {process} is still there: {File.ReadAllText($"/proc/{process}/stat")}");
            Thread.Sleep(10);
        }
    }
}
