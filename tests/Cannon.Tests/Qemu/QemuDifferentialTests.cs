using Gavel.TestKit;

namespace Gavel.Cannon.Tests.Qemu;

/// <summary>Random 64-bit instructions under <c>qemu-mips64</c>, an opinion that owes nothing to the fault-proof VM.</summary>
public sealed class QemuDifferentialTests
{
    private const int Seed = 20261121;

    [Fact]
    [Trait("Scale", "full")]
    public void RandomInstructions_GiveTheSameRegisters()
    {
        int rounds = Scale.Of(1, 20);
        for (int round = 0; round < rounds; round++)
        {
            Compare(Seed + round, Scale.Of(5_000, 50_000));
        }
    }

    private static void Compare(int seed, int instructions)
    {
        SnippetGenerator generator = new(seed);
        generator.Fill(instructions);
        string folder = Directory.CreateTempSubdirectory("gavel-qemu-").FullName;
        try
        {
            string source = Path.Combine(folder, "snippets.s");
            string program = Path.Combine(folder, "snippets");
            File.WriteAllText(source, generator.Program());
            MipsTools.Assemble(source, program);
            byte[] expected = MipsTools.Emulate(program);
            Assert.Equal(generator.Snippets.Count * SnippetGenerator.ResultSize, expected.Length);
            byte[] actual = Run(File.ReadAllBytes(program));
            for (int i = 0; i < generator.Snippets.Count; i++)
            {
                CompareSnippet(seed, i, generator.Snippets[i], At(expected, i), At(actual, i));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ReadOnlySpan<byte> At(byte[] results, int snippet) =>
        results.AsSpan(snippet * SnippetGenerator.ResultSize, SnippetGenerator.ResultSize);

    private static byte[] Run(byte[] elf)
    {
        using MemoryStream output = new();
        using Vm vm = new(ElfLoader.LoadProgram(elf, VmVersion.MultiThreaded64V5).State, new VmOptions { StandardOutput = output });
        vm.Run(new RunLimits { MaxSteps = 1_000_000_000 });
        Assert.True(vm.State is { Exited: true, ExitCode: 0 });
        return output.ToArray();
    }

    private static void CompareSnippet(int seed, int number, string text, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        if (expected.SequenceEqual(actual))
        {
            return;
        }

        List<string> differences = [];
        for (int i = 0; i < SnippetGenerator.ResultSize; i += 8)
        {
            string want = Convert.ToHexStringLower(expected.Slice(i, 8));
            string got = Convert.ToHexStringLower(actual.Slice(i, 8));
            if (want != got)
            {
                string name = i switch { < 200 => $"${i / 8 + 1}", 200 => "$31", 208 => "HI", 216 => "LO", _ => $"scratch[{i - 224}]" };
                differences.Add($"{name}: qemu {want}, ours {got}");
            }
        }

        Assert.Fail($"seed {seed}, snippet {number}:\n{string.Join('\n', differences)}\n{text}");
    }
}
