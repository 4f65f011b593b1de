using System.Text;
using System.Text.Json;

namespace Gavel.TestKit.Judges.Tests;

/// <summary>RLP against <c>cast to-rlp</c> (vectors/rlp.json), the yellow paper's own rules, and hostile input.</summary>
public sealed class RlpTests
{
    public static TheoryData<string, string> Known()
    {
        using JsonDocument vectors = JsonDocument.Parse(File.ReadAllText(Checkout.PathOf("tests", "Ethereum.Tests", "vectors", "rlp.json")));
        TheoryData<string, string> data = [];
        foreach (JsonElement vector in vectors.RootElement.EnumerateArray())
        {
            data.Add(vector.GetProperty("value").GetRawText(), vector.GetProperty("rlp").GetString()!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Known))]
    public void Writes_and_reads_what_cast_writes(string value, string rlp)
    {
        using JsonDocument json = JsonDocument.Parse(value);
        Assert.Equal(rlp, Hex.Encode(RlpWriter.Encode(writer => Write(writer, json.RootElement))));
        RlpReader reader = new(Hex.Decode(rlp));
        Assert.Equal(JsonSerializer.Serialize(json.RootElement), Read(ref reader));
        reader.End();
        reader = new(Hex.Decode(rlp));
        Assert.Equal(rlp, Hex.Encode(reader.ReadRaw()));

        static void Write(RlpWriter writer, JsonElement item)
        {
            if (item.ValueKind == JsonValueKind.Array)
            {
                writer.List(list =>
                {
                    foreach (JsonElement member in item.EnumerateArray())
                    {
                        Write(list, member);
                    }
                });
            }
            else
            {
                writer.Bytes(Hex.Decode(item.GetString()!));
            }
        }

        static string Read(ref RlpReader reader)
        {
            if (!reader.IsList)
            {
                return $"\"{Hex.Encode(reader.ReadBytes())}\"";
            }

            RlpReader list = reader.ReadList();
            List<string> members = [];
            while (!list.IsAtEnd)
            {
                members.Add(Read(ref list));
            }

            return $"[{string.Join(',', members)}]";
        }
    }

    [Theory]
    [InlineData(0UL, "0x80")]
    [InlineData(1UL, "0x01")]
    [InlineData(127UL, "0x7f")]
    [InlineData(128UL, "0x8180")]
    [InlineData(1024UL, "0x820400")]
    [InlineData(ulong.MaxValue, "0x88ffffffffffffffff")]
    public void Numbers_have_no_leading_zeros(ulong value, string rlp)
    {
        Assert.Equal(rlp, Hex.Encode(RlpWriter.Encode(writer => writer.UInt64(value))));
        Assert.Equal(rlp, Hex.Encode(RlpWriter.Encode(writer => writer.UInt256(value))));
        Assert.Equal(value, new RlpReader(Hex.Decode(rlp)).ReadUInt64());
        Assert.Equal((UInt256)value, new RlpReader(Hex.Decode(rlp)).ReadUInt256());
    }

    [Fact]
    public void Values_of_fixed_length_round_trip()
    {
        Address address = Address.Parse("0x00000000000000000000000000000000deadbeef");
        Hash32 hash = Hash32.FromUInt256(UInt256.MaxValue);
        byte[] rlp = RlpWriter.EncodeList(list =>
            list.Address(address).AddressOrNone(null).AddressOrNone(address).Hash32(hash).UInt256(UInt256.MaxValue).Bytes(Encoding.ASCII.GetBytes("dog")));
        RlpReader reader = RlpReader.OfList(rlp);
        Assert.Equal(address, reader.ReadAddress());
        Assert.Null(reader.ReadAddressOrNone());
        Assert.Equal(address, reader.ReadAddressOrNone());
        Assert.Equal(hash, reader.ReadHash32());
        Assert.Equal(UInt256.MaxValue, reader.ReadUInt256());
        Assert.Equal("dog"u8, reader.ReadBytes());
        reader.End();
    }

    [Theory]
    [InlineData("0x", 0, "end where an item")]
    [InlineData("0x8100", 0, "single byte")] // has a shorter form
    [InlineData("0x817f", 0, "single byte")]
    [InlineData("0x83aabb", 0, "has 2 left")]
    [InlineData("0xc1", 0, "has 0 left")]
    [InlineData("0xb800", 0, "shortest")] // a long length of 0
    [InlineData("0xb90001", 0, "shortest")] // a length with leading zeros
    [InlineData("0xb8", 0, "inside of a length")]
    [InlineData("0xbfffffffffffffffff", 0, "18446744073709551615 bytes has 0 left")]
    [InlineData("0xffffffffffffffffff", 0, "18446744073709551615 bytes has 0 left")]
    [InlineData("0xc3c28100", 2, "single byte")] // inside of nested lists
    [InlineData("0xc2c201", 1, "has 1 left")] // a list that outgrows its own
    [InlineData("0xc481aac101c1", 5, "follow the last item", true)]
    [InlineData("0x0102", 1, "follow the last item", true)]
    public void Refuses_what_is_not_canonical(string rlp, int offset, string problem, bool trailing = false)
    {
        byte[] bytes = Hex.Decode(rlp);
        RlpException fault = Assert.Throws<RlpException>(() =>
        {
            RlpReader reader = new(bytes);
            reader.ReadRaw();
            reader.End();
        });
        Assert.Equal(offset, fault.Offset);
        Assert.Contains(problem, fault.Message, StringComparison.Ordinal);
        Assert.Equal(trailing, fault.Problem.Contains("follow", StringComparison.Ordinal));
    }

    [Fact]
    public void Refuses_wrong_kinds_and_sizes_with_the_offset_in_the_outermost_input()
    {
        byte[] rlp = RlpWriter.EncodeList(list => list.UInt64(1).List(inner => inner.Bytes([0, 1]).List(_ => { }).Bytes(new byte[33])));
        Assert.Equal(3, Fault(rlp, static (ref RlpReader inner) => inner.ReadUInt64()));
        Assert.Equal(3, Fault(rlp, static (ref RlpReader inner) => inner.ReadUInt256()));
        Assert.Equal(3, Fault(rlp, static (ref RlpReader inner) => inner.ReadAddress()));
        Assert.Equal(3, Fault(rlp, static (ref RlpReader inner) => inner.ReadAddressOrNone()));
        Assert.Equal(3, Fault(rlp, static (ref RlpReader inner) => inner.ReadList()));
        Assert.Equal(6, Fault(rlp, static (ref RlpReader inner) => { inner.ReadBytes(); inner.ReadBytes(); }));
        Assert.Equal(7, Fault(rlp, static (ref RlpReader inner) => { inner.ReadBytes(); inner.ReadList(); inner.ReadHash32(); }));
        Assert.Equal(7, Fault(rlp, static (ref RlpReader inner) => { inner.ReadBytes(); inner.ReadList(); inner.ReadUInt256(); }));
        Assert.Equal(7, Fault(rlp, static (ref RlpReader inner) => { inner.ReadBytes(); inner.ReadList(); inner.End(); }));

        static int Fault(byte[] rlp, Reading read) => Assert.Throws<RlpException>(() =>
        {
            RlpReader outer = RlpReader.OfList(rlp);
            outer.ReadUInt64();
            RlpReader inner = outer.ReadList();
            read(ref inner);
        }).Offset;
    }

    [Fact]
    public void Nesting_is_bounded_without_using_the_call_stack()
    {
        byte[] allowed = Nested(RlpReader.MaxDepth);
        Assert.Equal(allowed.Length, new RlpReader(allowed).ReadRaw().Length);
        Assert.Contains("deeper", Assert.Throws<RlpException>(() => new RlpReader(Nested(RlpReader.MaxDepth + 1)).ReadRaw()).Message, StringComparison.Ordinal);
        byte[] deep = Nested(100_000);
        Assert.Contains("deeper", Assert.Throws<RlpException>(() => new RlpReader(deep).ReadRaw()).Message, StringComparison.Ordinal);

        static byte[] Nested(int depth)
        {
            // From the inside out, into the end of a buffer: one header per level.
            byte[] buffer = new byte[4 * depth];
            int start = buffer.Length;
            for (int i = 0; i < depth; i++)
            {
                int content = buffer.Length - start;
                if (content <= 55)
                {
                    buffer[--start] = (byte)(0xc0 + content);
                    continue;
                }

                int length = content;
                int bytes = 0;
                for (; length > 0; length >>= 8, bytes++)
                {
                    buffer[--start] = (byte)length;
                }

                buffer[--start] = (byte)(0xf7 + bytes);
            }

            return buffer[start..];
        }
    }

    private delegate void Reading(ref RlpReader reader);
}
