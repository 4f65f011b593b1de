using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests;

/// <summary>Generators of hostile bytes and the rule that every decoder must keep: the typed error, in bounded memory and time.</summary>
internal static class Hostile
{
    private const int BytesPerInputByte = 400;
    private const int FixedBytes = 1 << 20;

    /// <summary>Bytes that are random, nested deeply, or a good sample that was cut, flipped, stretched, spliced or given extreme lengths.</summary>
    public static Gen<byte[]> Bytes(params byte[][] samples) => Gen.Frequency(
        (1, Gen.Choose(0, 300).SelectMany(length => Gen.Choose(0, 255).ArrayOf(length)).Select(static numbers => Array.ConvertAll(numbers, static n => (byte)n))),
        (1, from head in Gen.Elements<byte>(0xc1, 0xc8, 0xf7, 0xf8, 0xf9, 0xff, 0xb9, 0xbf, 0x20, 0x00)
            from length in Gen.Choose(1, 60_000)
            select Enumerable.Repeat(head, length).ToArray()),
        (8, from sample in Gen.Elements(samples)
            from seed in Gen.Choose(0, int.MaxValue)
            from steps in Gen.Choose(1, 4)
            select Damaged(sample, seed, steps)));

    /// <summary>
    /// Runs <paramref name="decode"/> on every input: it may succeed or throw <typeparamref name="TFault"/>, nothing else, and may allocate no
    /// more than in proportion to the input. The seed is fixed; FsCheck prints the smallest input that fails.
    /// </summary>
    public static void Check<TFault>(Gen<byte[]> inputs, Action<byte[]> decode)
        where TFault : Exception
    {
        Config config = Config.QuickThrowOnFailure.WithMaxTest(Scale.Of(1_500, 20_000)).WithReplay(20_261_121, 7);
        FsCheck.Check.One(config, Prop.ForAll(inputs.ToArbitrary(), input =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                decode(input);
            }
            catch (TFault fault)
            {
                Assert.False(string.IsNullOrWhiteSpace(fault.Message));
                Assert.True(fault.Message.Length < 1_000, $"the message has {fault.Message.Length} characters");
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= FixedBytes + ((long)BytesPerInputByte * input.Length), $"{input.Length} bytes cost {allocated}");
        }));
    }

    private static byte[] Damaged(byte[] sample, int seed, int steps)
    {
        Random random = new(seed);
        List<byte> bytes = [.. sample];
        for (int i = 0; i < steps && bytes.Count > 0; i++)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 40)));
                    break;
                case 4:
                    Span<byte> word = CollectionsMarshal.AsSpan(bytes)[(at / 32 * 32)..];
                    word = word[..Math.Min(32, word.Length)];
                    word.Clear();
                    if (random.Next(2) == 0)
                    {
                        word.Fill(0xff);
                    }
                    else if (word.Length == 32)
                    {
                        word[31] = (byte)(32 * random.Next(8));
                        word[30] = (byte)random.Next(4);
                    }

                    break;
                case 5:
                    int from = random.Next(at + 1);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(bytes.Count - from, 64)));
                    break;
                default:
                    bytes.AddRange(new byte[random.Next(1, 2_000)]);
                    break;
            }
        }

        return [.. bytes];
    }
}
