using AbiDecoder = Gavel.TestKit.Judges.AbiDecoder;
using AbiEncoder = Gavel.TestKit.Judges.AbiEncoder;
using AbiException = Gavel.TestKit.Judges.AbiException;

namespace Gavel.Ethereum.Tests;

/// <summary>What the decoder refuses, and the place that the error names.</summary>
public sealed class AbiStrictnessTests
{
    [Fact]
    public void Names_the_path_of_a_fault()
    {
        byte[] data = AbiEncoder.Encode(encoder => encoder.UInt(1).UInt(2).DynamicTuple(tuple => tuple.UInt(3).Bytes([1, 2, 3])));
        data[^1] = 1;
        AbiException fault = Assert.Throws<AbiException>(() => Decode(data));
        Assert.Equal("arg[2].header", fault.Place);
        Assert.Equal("padding is not zero", fault.Problem);

        static void Decode(byte[] data)
        {
            AbiDecoder decoder = new(data);
            decoder.UInt();
            decoder.UInt();
            decoder.DynamicTuple(tuple => (tuple.UInt("number"), tuple.Bytes("header")));
        }
    }

    [Fact]
    public void Names_the_index_of_an_array_element()
    {
        byte[] data = AbiEncoder.Encode(encoder => encoder.Array<uint>([1, 2, 300], (array, item) => array.UInt32(item)));
        Assert.Equal("arg[0][2]", Assert.Throws<AbiException>(() => new AbiDecoder(data).Array(array => array.UInt8())).Place);
        Assert.Equal("arg.depths[2]", Assert.Throws<AbiException>(() => new AbiDecoder(data).Array(array => array.UInt8(), "depths")).Place);
    }

    [Fact]
    public void Refuses_numbers_that_do_not_fit_their_type()
    {
        byte[] data = Hash32.FromUInt256(UInt256.MaxValue).ToArray();
        Assert.Throws<AbiException>(() => new AbiDecoder(data).UInt(248));
        Assert.Throws<AbiException>(() => new AbiDecoder(data).UInt64());
        Assert.Throws<AbiException>(() => new AbiDecoder(data).UInt32());
        Assert.Throws<AbiException>(() => new AbiDecoder(data).UInt8());
        Assert.Throws<AbiException>(() => new AbiDecoder(data).UInt128());
        Assert.Throws<AbiException>(() => new AbiDecoder(data).Bool());
        Assert.Throws<AbiException>(() => new AbiDecoder(data).Address());
        Assert.Throws<AbiException>(() => new AbiDecoder(data).FixedBytes(31));
        Assert.Throws<AbiException>(() => new AbiDecoder(Hash32.FromUInt256(2).ToArray()).Bool());
        Assert.Equal(UInt256.MaxValue, new AbiDecoder(data).UInt());
    }

    [Theory]
    [InlineData(33)] // not a multiple of a word
    [InlineData(1 << 20)] // outside
    [InlineData(64)] // at the end: no room for the length
    public void Refuses_wrong_offsets(int offset)
    {
        byte[] data = [.. Hash32.FromUInt256((ulong)offset).ToArray(), .. Hash32.Zero.ToArray()];
        Assert.Equal("arg[0]", Assert.Throws<AbiException>(() => new AbiDecoder(data).Bytes()).Place);
    }

    [Fact]
    public void Refuses_lengths_beyond_the_data()
    {
        foreach (UInt256 length in new UInt256[] { 33, int.MaxValue, long.MaxValue, UInt256.MaxValue })
        {
            byte[] data = [.. Hash32.FromUInt256(32).ToArray(), .. Hash32.FromUInt256(length).ToArray(), .. Hash32.Zero.ToArray()];
            Assert.Throws<AbiException>(() => new AbiDecoder(data).Bytes());
            Assert.Throws<AbiException>(() => new AbiDecoder(data).Array(array => array.UInt()));
        }
    }

    [Fact]
    public void Refuses_to_read_bytes_twice()
    {
        // 1,000 elements whose offsets all lead to one long value: 64 KB that would become 32 MB.
        const int count = 1000;
        byte[] shared = AbiEncoder.Encode(encoder => encoder.Bytes(new byte[32_000]))[32..];
        byte[] data = AbiEncoder.Encode(encoder => encoder.Array<int>(new int[count], (array, _) => array.UInt(32 * count)));
        byte[] bomb = [.. data, .. shared];
        AbiException fault = Assert.Throws<AbiException>(() => new AbiDecoder(bomb).Array(array => array.Bytes().ToArray()));
        Assert.Contains("overlap", fault.Problem, StringComparison.Ordinal);
        Assert.Equal("arg[0][1]", fault.Place);
    }

    [Fact]
    public void Refuses_text_that_is_not_utf8()
    {
        byte[] data = AbiEncoder.Encode(encoder => encoder.Bytes([0xff, 0xfe]));
        Assert.Equal("arg.name", Assert.Throws<AbiException>(() => new AbiDecoder(data).String("name")).Place);
    }

    [Fact]
    public void Refuses_what_is_left_over()
    {
        AbiDecoder decoder = new(new byte[64]);
        decoder.UInt();
        Assert.Equal("arg", Assert.Throws<AbiException>(decoder.End).Place);
        decoder.UInt();
        decoder.End();
    }
}
