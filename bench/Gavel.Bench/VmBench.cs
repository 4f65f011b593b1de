using System.Diagnostics;
using System.IO.Compression;
using Gavel.Cannon;
using Gavel.TestKit;

namespace Gavel.Bench;

/// <summary>
/// The interpreter on the recorded <c>bench</c> guest, against qemu-mips64 on the same file: CPU time of both, in turns, so that what else
/// the machine does weighs on both alike.
/// </summary>
internal static class VmBench
{
    private const int Rounds = 3;
    private const string Emulator = "qemu-mips64";

    public static void Run()
    {
        byte[] elf = Unzip(Checkout.PathOf("bench", "guests", "bench.mips64.elf.gz"));
        byte[] small = Unzip(Checkout.PathOf("tests", "vectors", "cannon", "programs", "hello.mips64.elf.gz"));
        string folder = Directory.CreateTempSubdirectory("gavel-bench").FullName;
        try
        {
            Compare(elf, small, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        WarmStart(small);
        RootOfDirtyMemory();
    }

    private static void Compare(byte[] elf, byte[] small, string folder)
    {
        string program = Executable(folder, "bench", elf);
        string start = Executable(folder, "hello", small);
        Execute(elf, 50_000_000);
        List<double> ours = [];
        List<double> theirs = [];
        ulong steps = 0;
        for (int i = 0; i < Rounds; i++)
        {
            (double seconds, steps) = Execute(elf, ulong.MaxValue);
            ours.Add(seconds);

            // What the emulator needs to start any Go program is taken off.
            theirs.Add(Emulate(program) - Emulate(start));
        }

        double our = Median(ours);
        double their = Median(theirs);
        Console.WriteLine($"bench guest, {steps} steps, median CPU time of {Rounds}");
        Console.WriteLine($"  interpreter {our:F2} s, {steps / our / 1e6:F0} M steps/s; {Emulator} {their:F3} s; ratio {our / their:F1} (goal 25)");
        using Process self = Process.GetCurrentProcess();
        Console.WriteLine($"  peak memory of this process {self.PeakWorkingSet64 >> 20} MiB");
    }

    private static (double Seconds, ulong Steps) Execute(byte[] elf, ulong maxSteps)
    {
        using Vm vm = new(ElfLoader.LoadProgram(elf, VmVersion.MultiThreaded64V5).State);
        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.UserProcessorTime;
        RunResult result = vm.Run(new RunLimits { MaxSteps = maxSteps });
        self.Refresh();
        return ((self.UserProcessorTime - before).TotalSeconds, result.Steps);
    }

    private static double Emulate(string program)
    {
        double before = ChildTime.UserSeconds();
        using Process process = Process.Start(new ProcessStartInfo(Emulator, [program]) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{Emulator} did not start");
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? ChildTime.UserSeconds() - before
            : throw new InvalidOperationException($"{Emulator} {program} ended with {process.ExitCode}");
    }

    private static void WarmStart(byte[] elf)
    {
        using MemoryStream file = new();
        using (VmState state = ElfLoader.LoadProgram(elf, VmVersion.MultiThreaded64V5).State)
        {
            StateFile.Write(file, state);
        }

        double seconds = Measure.MedianSeconds(5, () =>
        {
            file.Position = 0;
            using Vm vm = new(StateFile.Read(file));
            vm.Step();
        });
        Console.WriteLine($"from a {file.Length >> 10} KiB state file to the first step, warm: {seconds * 1e3:F1} ms (goal 100)");
    }

    private static void RootOfDirtyMemory()
    {
        const int Pages = 500 << 8;
        using PagedMemory memory = new(64);
        byte[] page = new byte[PagedMemory.PageSize];
        Random random = new(1);
        random.NextBytes(page);
        List<double> wall = [];
        List<double> cpu = [];
        using Process self = Process.GetCurrentProcess();
        for (int round = 0; round < 4; round++)
        {
            for (ulong i = 0; i < Pages; i++)
            {
                BitConverter.TryWriteBytes(page, random.NextInt64());
                page.CopyTo(memory.WritablePage(0xc0_0000 + i));
            }

            self.Refresh();
            TimeSpan before = self.UserProcessorTime;
            long start = Stopwatch.GetTimestamp();
            memory.Root();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            self.Refresh();
            if (round > 0)
            {
                wall.Add(seconds);
                cpu.Add((self.UserProcessorTime - before).TotalSeconds);
            }
        }

        Console.WriteLine(
            $"root after 500 MiB became dirty: {Median(wall):F2} s, CPU {Median(cpu):F2} s on {Environment.ProcessorCount} cores (goal 1 s on 2 cores with AVX-512)");
    }

    private static string Executable(string folder, string name, byte[] elf)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllBytes(path, elf);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return path;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static byte[] Unzip(string path)
    {
        using GZipStream stream = new(File.OpenRead(path), CompressionMode.Decompress);
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
