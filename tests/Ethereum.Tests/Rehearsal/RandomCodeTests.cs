using Gavel.TestKit;
using static Gavel.Ethereum.Tests.Evm;

namespace Gavel.Ethereum.Tests;

/// <summary>
/// Random programs over all opcodes but those that tell of the surroundings, rehearsed and called on the node: the same output, of which the
/// gas left is a part, or the same failure.
/// </summary>
[Trait("Scale", "full")]
public sealed class RandomCodeTests(RehearsalChain chain) : IClassFixture<RehearsalChain>
{
    private const int Seed = 8008;

    private static readonly byte[][] Words =
    [
        new byte[32], [.. new byte[31], 1], [.. new byte[31], 31], [.. new byte[31], 32], [.. new byte[30], 1, 0], Enumerable.Repeat((byte)0xff, 32).ToArray(),
        [0x80, .. new byte[31]], [0x7f, .. Enumerable.Repeat((byte)0xff, 31)], [.. new byte[16], .. Enumerable.Repeat((byte)0xff, 16)], [.. new byte[31], 0x80],
    ];

    [Fact]
    public async Task RandomPrograms_DoWhatTheyDoOnTheNode()
    {
        Random random = new(Seed);
        Address returns = await chain.PlaceAsync(Code(Push32, Enumerable.Repeat((byte)0xab, 32).ToArray(), Push0, MStore, 40, Push0, Return));
        Address reverts = await chain.PlaceAsync(Code(1, 7, SStore, Push32, Enumerable.Repeat((byte)0xcd, 32).ToArray(), Push0, MStore, 36, Push0, Revert));
        Address writes = await chain.PlaceAsync(Code(5, 1, SStore, Push0, 2, SStore, Gas, Push0, TStore, Push0, Push0, Log0, Stop));
        Address[] targets = [returns, reverts, writes, Address.Parse("0x00000000000000000000000000000000000000aa")];
        List<Address> programs = [];
        for (int i = 0; i < Scale.Of(120, 1_500); i++)
        {
            programs.Add(await chain.PlaceAsync(Program(random, targets)));
        }

        Rehearser rehearser = new(chain.Rpc, new RehearsalLimits { Time = TimeSpan.FromSeconds(60) }, TimeProvider.System);
        await chain.RehearseAsync(rehearser, programs[0]);
        Hash32 head = (await chain.Chain.GetBlockAsync(BlockRef.Latest, default)).Hash;
        int succeeded = 0;
        for (int i = 0; i < programs.Count; i++)
        {
            byte[] data = new byte[random.Next(100)];
            random.NextBytes(data);
            Rehearsal rehearsal = await rehearser.RehearseAsync(
                new RehearsalCall { From = RehearsalChain.Sender, To = programs[i], Data = data, Value = (ulong)random.Next(3), Block = head }, default);
            Assert.True(rehearsal is not NotRehearsed, $"program {i} at {programs[i]}: {(rehearsal as NotRehearsed)?.Reason}");
            string told = $"program {i}: {Hex.Encode(await chain.Chain.GetCodeAsync(programs[i], BlockRef.Latest, default))} with {Hex.Encode(data)}: {Shown(rehearsal)}";
            Assert.False(rehearsal.ContradictsNode, told);
            Assert.True(rehearsal is Succeeded == (rehearsal.Node!.Kind == NodeOutcomeKind.Output), told);
            succeeded += rehearsal is Succeeded ? 1 : 0;
        }

        Assert.InRange(succeeded, programs.Count / 2, programs.Count);
    }

    private static string Shown(Rehearsal rehearsal) =>
        $"{(rehearsal is Succeeded succeeded ? Hex.Encode(succeeded.Output.Span) : rehearsal.ToString())}, node {rehearsal.Node!.Kind} {Hex.Encode(rehearsal.Node.Data.Span)} {rehearsal.Node.Problem}";

    private static byte[] Program(Random random, Address[] targets)
    {
        List<byte> code = [];
        for (int i = 0; i < 10; i++)
        {
            Push(Words[random.Next(Words.Length)]);
        }

        for (int i = 0; i < 60; i++)
        {
            Piece();
        }

        // Eight words of the stack, the memory before them, and the gas.
        for (int i = 0; i < 8; i++)
        {
            code.AddRange(Code(512 + (32 * i), MStore));
        }

        code.AddRange(Code(Gas, 768, MStore, MSize, Push0, Return));
        return [.. code];

        void Push(ReadOnlySpan<byte> word)
        {
            code.Add(Push32);
            code.AddRange(word);
        }

        int Small() => random.Next(4) == 0 ? 0 : random.Next(200);

        void Piece()
        {
            switch (random.Next(20))
            {
                case < 7:
                    // One or two operands of its own, the rest from what came before.
                    byte[] word = new byte[32];
                    random.NextBytes(word);
                    Push(random.Next(3) == 0 ? word : Words[random.Next(Words.Length)]);
                    Push(Words[random.Next(Words.Length)]);
                    code.Add((byte)random.Next(0x80, 0x84)); // copies, so that a word changed in place shows
                    code.AddRange(Code(Pick(0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d)));
                    break;
                case 7:
                    code.AddRange(Code(Pick(0x15, 0x19)));
                    break;
                case 8:
                    code.AddRange(Code(Pick(0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3d, 0x46, 0x47, 0x58, 0x59, 0x5a, 0x5f)));
                    break;
                case 9:
                    code.AddRange(Code(Small(), Small(), Pick(0x20), Small(), Pick(0x35), Small(), Pick(0x51)));
                    break;
                case 10:
                    code.AddRange(Code(Small(), Small(), Small(), Pick(0x37, 0x39, 0x5e)));
                    break;
                case 11:
                    code.AddRange(Code(Small(), Pick(0x52, 0x53)));
                    break;
                case 12:
                    code.AddRange(Code(random.Next(4), random.Next(3), random.Next(2) == 0 ? SStore : TStore, random.Next(3), SLoad, random.Next(3), Pick(0x5c)));
                    break;
                case 13:
                    code.AddRange(Code(targets[random.Next(targets.Length)], Pick(0x31, 0x3b, 0x3f), Small(), Small(), Small(), targets[0], Pick(0x3c)));
                    break;
                case < 17:
                    Calls();
                    break;
                case 17:
                    code.AddRange(Code((byte)random.Next(0x80, 0x8a), (byte)random.Next(0x90, 0x99)));
                    break;
                case 18:
                    // Initcode that returns or reverts with a few bytes.
                    code.AddRange(Code(Push32, Code(random.Next(40), Push0, random.Next(3) == 0 ? Revert : Return, new byte[25])[..32], Push0, MStore));
                    code.AddRange(random.Next(2) == 0 ? Code(32, Push0, Push0, Create) : Code(random.Next(3), 32, Push0, random.Next(2), Create2));
                    break;
                default:
                    code.AddRange(Code(random.Next(9), random.Next(9), random.Next(9), Small(), Small(), Pick(0xa0, 0xa1, 0xa2, 0xa3)));
                    break;
            }
        }

        void Calls()
        {
            byte kind = Pick(Call, CallCode, DelegateCall, StaticCall);
            object target = random.Next(3) == 0 ? new Address([.. new byte[19], Pick(1, 2, 3, 4, 6, 7, 8)]) : targets[random.Next(targets.Length)];
            code.AddRange(Code(Small(), Small(), Small(), Small()));
            if (kind is Call or CallCode)
            {
                code.AddRange(Code(random.Next(3)));
            }

            code.AddRange(random.Next(4) == 0 ? Code(target, random.Next(9_000), kind) : Code(target, Gas, kind));
            if (random.Next(2) == 0)
            {
                code.AddRange(Code(ReturnDataSize, Push0, Small(), ReturnDataCopy));
            }
        }

        byte Pick(params byte[] choices) => choices[random.Next(choices.Length)];
    }
}
