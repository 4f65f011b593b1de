using static Gavel.Ethereum.Tests.Evm;

namespace Gavel.Ethereum.Tests;

/// <summary>Code that means harm: each is stopped by a bound, told, and leaves the process as it was.</summary>
public sealed class HostileCodeTests(RehearsalChain chain) : IClassFixture<RehearsalChain>
{
    private const long MostGarbage = 1L << 30;
    private static readonly RehearsalLimits Limits = new() { Time = TimeSpan.FromSeconds(20), Opcodes = 300_000 };

    public static TheoryData<string, string> Bombs => new()
    {
        { "a loop of the cheapest opcodes", "opcodes" },
        { "a loop of jumps at the end of a large contract", "opcodes" },
        { "memory", "bytes of memory" },
        { "memory of many frames", "bytes of memory" },
        { "huge return data", "bytes of memory" },
        { "recursion", "deeper" },
        { "recursion by delegation", "deeper" },
        { "recursion by creation", "deeper" },
        { "many calls", "calls" },
        { "many calls that revert", "calls" },
        { "many creations", "round trips" },
        { "many slots", "round trips" },
        { "many accounts", "round trips" },
        { "many logs", "logs and transient values" },
        { "much transient storage", "logs and transient values" },
        { "a great power", "0x05" },
        { "a great power of nothing", "0x05" },
        { "pairings", "0x08" },
        { "rounds of BLAKE2", "0x09" },
        { "a blob's evaluation", "0x0a" },
        { "a BLS pairing", "0x0f" },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task Bomb_IsStoppedAndTold(string kind, string reason)
    {
        Address target = await chain.PlaceAsync(await CodeOfAsync(kind));
        if (kind == "recursion by delegation")
        {
            await chain.SetCodeAsync(target, [.. CallTo(target, DelegateCall), Stop]);
        }

        Rehearser rehearser = new(chain.Rpc, Limits, TimeProvider.System);
        long before = GC.GetTotalAllocatedBytes();
        Rehearsal rehearsal = await chain.RehearseAsync(rehearser, target, askNode: false);
        long garbage = GC.GetTotalAllocatedBytes() - before;
        NotRehearsed not = Assert.IsType<NotRehearsed>(rehearsal);
        Assert.Contains(reason, not.Reason, StringComparison.Ordinal);
        Assert.InRange(rehearsal.Requests, 1, 2 * Limits.Misses);
        Assert.True(garbage < MostGarbage, $"{garbage >> 20} MiB were allocated on the way");
        Assert.Empty(rehearser.Dangers);

        // And the next one is rehearsed as if nothing had been.
        Address honest = await chain.PlaceAsync(Code(Push0, Push0, Return));
        Assert.IsType<Succeeded>(await chain.RehearseAsync(rehearser, honest));
    }

    [Fact]
    public async Task EndlessLoop_IsOverInItsTime()
    {
        // All the gas there is takes any machine longer: the clock ends it, not the count of opcodes.
        RehearsalLimits limits = new() { Time = TimeSpan.FromMilliseconds(30), Opcodes = long.MaxValue };
        Rehearser rehearser = new(chain.Rpc, limits, TimeProvider.System);
        Address target = await chain.PlaceAsync(Forever());
        NotRehearsed not = Assert.IsType<NotRehearsed>(await chain.RehearseAsync(rehearser, target, askNode: false));
        Assert.Contains("longer than 0.03 s", not.Reason, StringComparison.Ordinal);

        // It has really stopped: a later one does not find it running.
        Rehearser patient = new(chain.Rpc, Limits, TimeProvider.System);
        Assert.Contains("opcodes", Assert.IsType<NotRehearsed>(await chain.RehearseAsync(patient, target, askNode: false)).Reason, StringComparison.Ordinal);
        await rehearser.Idle.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("INVALID", "invalid opcode 0xfe")]
    [InlineData("no opcode", "invalid opcode 0x0c")]
    [InlineData("an empty stack", "Stack underflow")]
    [InlineData("a full stack", "Stack overflow")]
    [InlineData("a jump into data", "an invalid jump")]
    [InlineData("all gas", "out of gas")]
    [InlineData("a write in a static call", null)]
    [InlineData("a read past the return data", "a read past the end of the return data")]
    public async Task Halt_IsAnOutcome_AsOnTheNode(string kind, string? halt)
    {
        byte[] code = kind switch
        {
            "INVALID" => [Invalid],
            "no opcode" => [0x0c],
            "an empty stack" => [Pop],
            "a full stack" => Forever(Push0),
            "a jump into data" => Code(1, Jump, (byte)0x5b),
            "all gas" => Code(Push0, Push32, Enumerable.Repeat((byte)0xff, 32).ToArray(), MStore),
            "a read past the return data" => Code(1, Push0, Push0, ReturnDataCopy),
            _ => [],
        };
        if (kind == "a write in a static call")
        {
            Address writes = await chain.PlaceAsync(Code(1, 1, SStore, Stop));
            code = [.. CallTo(writes, StaticCall), .. Code(Push0, MStore, 32, Push0, Return)]; // 0: it failed
        }

        Rehearser rehearser = new(chain.Rpc, new RehearsalLimits { Time = TimeSpan.FromSeconds(20) }, TimeProvider.System);
        Rehearsal rehearsal = await chain.RehearseAsync(rehearser, await chain.PlaceAsync(code));
        if (halt is null)
        {
            Assert.Equal(new byte[32], Assert.IsType<Succeeded>(rehearsal).Output.ToArray());
            Assert.Equal(NodeOutcomeKind.Output, rehearsal.Node!.Kind);
        }
        else
        {
            Assert.Contains(halt, Assert.IsType<Reverted>(rehearsal).Halt, StringComparison.Ordinal);
            Assert.NotEqual(NodeOutcomeKind.Output, rehearsal.Node!.Kind);
        }

        Assert.False(rehearsal.ContradictsNode);
    }

    private async Task<byte[]> CodeOfAsync(string kind)
    {
        Address Precompiled(byte number) => new([.. new byte[19], number]);
        byte[] With(byte number, int size, params object[] input) =>
            [.. Code(input), .. Code(Push0, Push0, size, Push0, Push0, Precompiled(number), Gas, Call)];
        switch (kind)
        {
            case "a loop of the cheapest opcodes":
                return Forever([.. Enumerable.Repeat((object)JumpDest, 2000)]);
            case "a loop of jumps at the end of a large contract":
                byte[] large = new byte[24_000];
                Code(23_990, Jump).CopyTo(large, 0);
                Code(JumpDest, 23_990, Jump).CopyTo(large, 23_990);
                return large;
            case "memory":
                return Forever(Push0, MSize, 100_000, Add, MStore);
            case "memory of many frames":
                // 400 KiB in each frame, and a call of itself.
                return [.. Code(Push0, 400_000, MStore, Push0, Push0, Push0, Push0, Push0), 0x30, Gas, Call, Stop];
            case "huge return data":
                Address returns = await chain.PlaceAsync(Code(900_000, Push0, Return));
                return Forever(CallTo(returns), Pop, ReturnDataSize, Push0, MSize, ReturnDataCopy);
            case "recursion":
                return [.. Code(Push0, Push0, Push0, Push0, Push0), 0x30, Gas, Call, Stop];
            case "recursion by delegation":
                return [Stop];
            case "recursion by creation":
                return [.. Code(CodeSize, Push0, Push0, CodeCopy, CodeSize, Push0, Push0, Create), Stop];
            case "many calls":
                return Forever(CallTo(await chain.PlaceAsync([Stop])), Pop);
            case "many calls that revert":
                return Forever(CallTo(await chain.PlaceAsync(Code(Push0, Push0, Revert))), Pop);
            case "many creations":
                return Forever(Push0, Push0, Push0, Create, Pop);
            case "many slots":
                return Forever(Gas, SLoad, Pop);
            case "many accounts":
                return Forever(Gas, ExtCodeSize, Pop);
            case "many logs":
                return Forever(Push0, Push0, Log0);
            case "much transient storage":
                return Forever(Gas, Gas, TStore);
            case "a great power":
                return With(5, 96 + (3 * 1024), 1024, Push0, MStore, 1024, 32, MStore, 1024, 64, MStore);
            case "a great power of nothing":
                // Lengths of two numbers of no bytes, and one of 2 GB: cheap by its gas, and the library would make room for it.
                return With(5, 96, 1, Push0, MStore, int.MaxValue, 32, MStore, 1, 64, MStore);
            case "pairings":
                return With(8, 192 * 100);
            case "rounds of BLAKE2":
                return With(9, 213, Push32, Enumerable.Repeat((byte)0x11, 32).ToArray(), Push0, MStore);
            case "a blob's evaluation":
                return With(10, 192);
            case "a BLS pairing":
                return With(15, 384);
            default:
                throw new ArgumentException(kind);
        }
    }
}
