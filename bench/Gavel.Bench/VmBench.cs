using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using Gavel.Cannon;
using Gavel.TestKit;

namespace Gavel.Bench;

/// <summary>
/// The VM on guests of 10^9 steps and more, against qemu-mips64 on the same file: CPU time (user and system) of both, in turns, so that what
/// else the machine does weighs on both alike. Of the VM's time all is counted but the process's start: also what the translator compiles.
/// </summary>
internal static class VmBench
{
    private const int Rounds = 3;
    private const string Emulator = "qemu-mips64";

    public static void Run()
    {
        Console.WriteLine($"CPU: {CpuModel()}, {Environment.ProcessorCount} cores");
        string folder = Directory.CreateTempSubdirectory("gavel-bench").FullName;
        try
        {
            byte[] small = Unzip(Checkout.PathOf("tests", "vectors", "cannon", "programs", "hello.mips64.elf.gz"));
            string start = Executable(folder, "hello", small);
            Execute(small, VmEngine.Translator);
            Console.WriteLine($"median CPU time of {Rounds}; {Emulator} without what it needs to start any Go program");
            Compare("bench x 10", Longer(Guest("bench")), folder, start);
            Compare("alloc", Guest("alloc"), folder, start);
            Compare("threads", Guest("threads"), folder, start);
            Compare("bench", Guest("bench"), folder, start);
            Compare("hello", small, folder, start: null);
            WarmStart(small);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        RootOfDirtyMemory();
    }

    private static byte[] Guest(string name) => Unzip(Checkout.PathOf("bench", "guests", $"{name}.mips64.elf.gz"));

    /// <summary>The bench guest with 100 rounds instead of 10: the limit is the immediate of <c>slti a1, v0, 10</c> in <c>main.main</c>.</summary>
    private static byte[] Longer(byte[] elf)
    {
        const int Limit = 0xd0f1c - 0x1_0000;
        const uint Comparison = 0x2845_000a;
        if (BinaryPrimitives.ReadUInt32BigEndian(elf.AsSpan(Limit)) != Comparison)
        {
            throw new InvalidDataException("the bench guest is not the one whose outer loop is known");
        }

        BinaryPrimitives.WriteUInt32BigEndian(elf.AsSpan(Limit), Comparison + 90);
        return elf;
    }

    private static void Compare(string name, byte[] elf, string folder, string? start)
    {
        string program = Executable(folder, name.Replace(' ', '-'), elf);
        List<double> interpreter = [];
        List<double> translator = [];
        List<double> theirs = [];
        ulong steps = 0;
        for (int i = 0; i < Rounds; i++)
        {
            (double seconds, steps) = Execute(elf, VmEngine.Interpreter);
            interpreter.Add(seconds);
            translator.Add(Execute(elf, VmEngine.Auto).Seconds);
            theirs.Add(Emulate(program) - (start is null ? 0 : Emulate(start)));
        }

        (double slow, double our, double their) = (Median(interpreter), Median(translator), Median(theirs));
        Console.WriteLine(
            $"  {name}, {steps / 1e6:F0} M steps: interpreter {slow:F2} s ({steps / slow / 1e6:F0} M/s), auto {our:F2} s ({steps / our / 1e6:F0} M/s), "
            + $"{Emulator} {their:F2} s; auto is {slow / our:F2} times as fast as the interpreter and takes {our / their:F2} times {Emulator}'s time");
    }

    private static (double Seconds, ulong Steps) Execute(byte[] elf, VmEngine engine)
    {
        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        ulong steps;
        using (Vm vm = new(ElfLoader.LoadProgram(elf, VmVersion.MultiThreaded64V5).State, new VmOptions { Engine = engine }))
        {
            steps = vm.Run(new RunLimits()).Steps;
        }

        self.Refresh();
        return ((self.TotalProcessorTime - before).TotalSeconds, steps);
    }

    private static double Emulate(string program)
    {
        double before = ChildTime.Seconds();
        using Process process = Process.Start(new ProcessStartInfo(Emulator, [program]) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{Emulator} did not start");
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? ChildTime.Seconds() - before
            : throw new InvalidOperationException($"{Emulator} {program} ended with {process.ExitCode}");
    }

    private static string CpuModel() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown"
        : "unknown";

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
