using System.Text;
using System.Text.Json;
using Gavel.TestKit;

namespace Gavel.Primitives.Tests;

/// <summary>Single-shot, streaming and block-wise hashing against answers of <c>cast keccak</c> (vectors/keccak.json) around every block edge.</summary>
public sealed class KeccakTests
{
    public static TheoryData<int, string> Known()
    {
        using JsonDocument vectors = JsonDocument.Parse(File.ReadAllText(Checkout.PathOf("tests", "Ethereum.Tests", "vectors", "keccak.json")));
        TheoryData<int, string> data = [];
        foreach (JsonElement vector in vectors.RootElement.EnumerateArray())
        {
            data.Add(vector.GetProperty("length").GetInt32(), vector.GetProperty("hash").GetString()!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Known))]
    public void Hashes_at_once_in_pieces_and_by_blocks(int length, string hash)
    {
        byte[] message = Message(length);
        Assert.Equal(hash, Keccak256.Hash(message).ToString());

        Random random = new(length);
        Keccak256Stream stream = new();
        for (int round = 0; round < 20; round++)
        {
            for (int at = 0; at < length;)
            {
                int piece = Math.Min(length - at, random.Next(round == 0 ? 2 : 300));
                stream.Append(message.AsSpan(at, piece));
                at += piece;
            }

            Assert.Equal(hash, stream.Finish().ToString());
        }

        KeccakSponge sponge = new();
        int whole = length / Keccak256.Rate * Keccak256.Rate;
        for (int at = 0; at < whole; at += Keccak256.Rate)
        {
            sponge.Absorb(message.AsSpan(at, Keccak256.Rate));
        }

        Assert.Throws<InvalidOperationException>(() => sponge.Hash);
        sponge.AbsorbLast(message.AsSpan(whole));
        Assert.Equal(hash, sponge.Hash.ToString());
        Assert.Equal((length / Keccak256.Rate) + 1, sponge.Blocks);
        Assert.Throws<InvalidOperationException>(() => sponge.Absorb(new byte[Keccak256.Rate]));
    }

    [Fact]
    public void The_state_after_the_first_permutation_is_the_published_one()
    {
        // Keccak-f[1600] of the zero state, from the Keccak team's intermediate values. A block of zeros leaves the state zero before it.
        KeccakSponge sponge = new();
        sponge.Absorb(new byte[Keccak256.Rate]);
        Assert.Equal(0xf1258f7940e1dde7, sponge.State[0]);
        Assert.Equal(0x84d5ccf933c0478aUL, sponge.State[1]);
        Assert.Equal(0xd598261ea65aa9eeUL, sponge.State[2]);
        Assert.Equal(0xeaf1ff7b5ceca249UL, sponge.State[24]);
        Assert.Equal(25, sponge.State.Length);
    }

    [Fact]
    public void Padding_fills_one_block()
    {
        Assert.Equal(0x81, KeccakSponge.Pad(new byte[135])[135]);
        byte[] padded = KeccakSponge.Pad([]);
        Assert.Equal((1, 0x80, 136), (padded[0], padded[135], padded.Length));
        Assert.Throws<ArgumentException>(() => KeccakSponge.Pad(new byte[136]));
        Assert.Throws<ArgumentException>(() => new KeccakSponge().Absorb(new byte[135]));
    }

    [Fact]
    public async Task Random_text_hashes_as_cast_hashes_it()
    {
        Random random = new(7);
        string text = new([.. Enumerable.Range(0, 700).Select(_ => (char)random.Next('a', 'z' + 1))]);
        Assert.Equal(await NpmTool.CastAsync("keccak", text), Keccak256.Hash(Encoding.ASCII.GetBytes(text)).ToString());
    }

    private static byte[] Message(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(((i * 7) + length) % 251))];
}
