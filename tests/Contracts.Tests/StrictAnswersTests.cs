using System.Globalization;
using System.Numerics;
using System.Reflection;
using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Gavel.TestKit;
using Nethereum.ABI.FunctionEncoding.Attributes;
using AbiDecoder = Gavel.TestKit.Judges.AbiDecoder;
using AbiEncoder = Gavel.TestKit.Judges.AbiEncoder;
using AbiException = Gavel.TestKit.Judges.AbiException;

namespace Gavel.Contracts.Tests;

/// <summary>
/// On mutated answers of every type that we decode, the strict ABI over Nethereum and the former decoder, which shares no code with it, accept
/// and refuse the same, and read the same values.
/// </summary>
[Trait("Scale", "full")]
public sealed class StrictAnswersTests
{
    private static readonly int Count = Scale.Of(1_000, 20_000);

    /// <summary>Answers of functions, arguments of events and of errors: whatever is decoded from a chain's bytes.</summary>
    public static TheoryData<Type> Decoded { get; } = [.. typeof(VersionFunction).Assembly.GetTypes()
        .Where(static type => type.IsAssignableTo(typeof(IFunctionOutputDTO)) || type.IsAssignableTo(typeof(IEventDTO)) || type.IsAssignableTo(typeof(IErrorDTO)))
        .Where(static type => InterfaceTests.Parameters(type).Any())
        .OrderBy(static type => type.Name)];

    [Theory]
    [MemberData(nameof(Decoded))]
    public void MutatedAnswers_AreJudgedAlike(Type type)
    {
        int accepted = 0;
        Parallel.For(0, 8, part =>
        {
            Random random = new((part * 1000) + type.Name.Length);
            for (int i = part; i < Count; i += 8)
            {
                byte[] data = Mutated(Sample(type, random), random);
                string? ours = Ours(type, data);
                string? judges = Judges(type, data);
                Assert.True(ours == judges, $"{type.Name}: {Hex.Encode(data)} is {ours ?? "refused"} to us and {judges ?? "refused"} to the judge");
                Interlocked.Add(ref accepted, ours is null ? 0 : 1);
            }
        });

        // A test in which all is refused, or nothing, would tell little.
        Assert.InRange(accepted, Count / 20, Count - (Count / 20));
    }

    private static byte[] Sample(Type type, Random random) => AbiEncoder.Encode(encoder =>
    {
        foreach ((PropertyInfo property, ParameterAttribute parameter) in Members(type))
        {
            byte[] word = new byte[32];
            int bits = parameter.Type switch
            {
                "bool" => 1,
                "address" => 160,
                "bytes32" => 256,
                "bytes" or "string" => 0,
                _ => Width(property, parameter),
            };
            random.NextBytes(word.AsSpan(32 - ((bits + 7) / 8)));
            word[31] &= (byte)(bits == 1 ? 1 : 255);
            _ = parameter.Type switch
            {
                "string" => encoder.String(new string('é', random.Next(40))),
                "bytes" => encoder.Bytes([.. Enumerable.Range(0, random.Next(70)).Select(static i => (byte)i)]),
                _ => encoder.Bytes32(new Hash32(word)),
            };
        }
    });

    private static byte[] Mutated(byte[] data, Random random)
    {
        for (int n = random.Next(3); n > 0; n--)
        {
            int at = random.Next(Math.Max(1, data.Length));
            int word = at / 32 * 32;
            switch (random.Next(data.Length == 0 ? 2 : 12))
            {
                case 0:
                    data = [.. data, .. new byte[random.Next(1, 3) * (random.Next(2) == 0 ? 32 : 1)]];
                    break;
                case 1:
                    data = data[..random.Next(data.Length + 1)];
                    break;
                case 2:
                    data = [.. data[..word], .. data[Math.Min(data.Length, word + 32)..]];
                    break;
                case 3:
                    data.AsSpan(word, Math.Min(32, data.Length - word)).Fill((byte)(random.Next(2) * 255));
                    break;
                case 4:
                    data[word] = 0x80; // as a signed or overflowing number
                    break;
                case 5:
                    data[Math.Min(data.Length - 1, word + 28)] = (byte)random.Next(256); // a length near 2^31
                    break;
                case 6:
                    data[Math.Min(data.Length - 1, word + 31)] = (byte)(32 * random.Next(8)); // an offset
                    break;
                case 7:
                    data[Math.Min(data.Length - 1, word + 31)] = (byte)random.Next(3);
                    break;
                default:
                    data[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return data;
    }

    private static string? Ours(Type type, byte[] data)
    {
        try
        {
            object value = StrictAbi.Decode(type, data, type.Name);
            return string.Join('|', Members(type).Select(member => Text(member.Property.GetValue(value)!, member.Parameter.Type)));
        }
        catch (AbiMismatchException)
        {
            return null;
        }
    }

    private static string? Judges(Type type, byte[] data)
    {
        try
        {
            AbiDecoder decoder = new(data);
            List<string> values = [];
            foreach ((PropertyInfo property, ParameterAttribute parameter) in Members(type))
            {
                values.Add(parameter.Type switch
                {
                    "bool" => decoder.Bool() ? "True" : "False",
                    "address" => decoder.Address().ToString(),
                    "bytes32" => decoder.Bytes32().ToString(),
                    "bytes" => Hex.Encode(decoder.Bytes().Span),
                    "string" => decoder.String(),
                    _ => decoder.UInt(Width(property, parameter)).ToString(),
                });
            }

            decoder.End();

            // The former decoder took an offset that led back into the head, where bytes happened to fit; its encoder never wrote one.
            return Written(type, values).AsSpan().SequenceEqual(data) ? string.Join('|', values) : null;
        }
        catch (AbiException)
        {
            return null;
        }
    }

    private static byte[] Written(Type type, List<string> values) => AbiEncoder.Encode(encoder =>
    {
        foreach ((string value, string abiType) in values.Zip(Members(type).Select(static member => member.Parameter.Type)))
        {
            _ = abiType switch
            {
                "bool" => encoder.Bool(value == "True"),
                "address" => encoder.Address(Address.Parse(value)),
                "bytes32" => encoder.Bytes32(Hash32.Parse(value)),
                "bytes" => encoder.Bytes(Hex.Decode(value)),
                "string" => encoder.String(value),
                _ => encoder.UInt(UInt256.Parse(value)),
            };
        }
    });

    private static string Text(object value, string abiType) => value switch
    {
        byte[] bytes => Hex.Encode(bytes),
        string text when abiType == "address" => Address.Parse(text).ToString(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    // The narrower of the contract's type and ours: what is wider than a property must be refused, not cut.
    private static int Width(PropertyInfo property, ParameterAttribute parameter)
    {
        int declared = int.Parse(parameter.Type.AsSpan("uint".Length), CultureInfo.InvariantCulture);
        int held = property.PropertyType == typeof(BigInteger) ? 256
            : property.PropertyType == typeof(UInt128) ? 128
            : property.PropertyType == typeof(ulong) ? 64
            : property.PropertyType == typeof(uint) ? 32
            : property.PropertyType == typeof(byte) ? 8
            : throw new InvalidOperationException($"{property.PropertyType} holds no unsigned number");
        return Math.Min(declared, held);
    }

    private static IEnumerable<(PropertyInfo Property, ParameterAttribute Parameter)> Members(Type type) => type.GetProperties()
        .Select(static property => (property, property.GetCustomAttribute<ParameterAttribute>()!))
        .Where(static pair => pair.Item2 is not null)
        .OrderBy(static pair => pair.Item2.Order);
}
