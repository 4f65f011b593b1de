using System.Buffers.Binary;
using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>
/// Marks of games: one number a game that is another as soon as its claims, its status or the challenger of its block number are. All games
/// are asked in one <c>eth_call</c>, which creates nothing: its code asks each game in turn and returns what they said. Unlike a list of
/// logs this is state at one block, so that a node that leaves something out, or stands at another block, does not pass for one where
/// nothing happened.
/// </summary>
public static class GameMarks
{
    /// <summary>Games that are asked in one call: at 100,000 gas for each of three questions at the very worst, and about 20,000 in truth.</summary>
    public const int MostAtOnce = 400;

    // claimDataLen(), status(), l2BlockNumberChallenger()
    private static readonly uint[] Questions = [0x8980e0cc, 0x200d2ed2, 0x30dbe570];

    // Code of a creation; the addresses follow it, 20 bytes each.
    //   mem[0x200] = NUMBER; mem[0x220] = BLOCKHASH(NUMBER - 1)
    //   for each address:
    //     for each question k, with 100,000 gas: record k = success, RETURNDATASIZE, first word
    //     append the first 8 bytes of keccak256(three records)
    //   return mem[0x200 ...]
    private static readonly byte[] Code = Convert.FromHexString(
        "43610200526001430340610220526102406060526100d56040525b3860405110156100c9576014604051600c39638980e0cc"
        + "60e01b602052600060c052602060c060046020600051620186a0fa6080523d60a05263200d2ed260e01b6020526000610120"
        + "52602061012060046020600051620186a0fa60e0523d610100526330dbe57060e01b60205260006101805260206101806004"
        + "6020600051620186a0fa610140523d610160526101206080206060515260086060510160605260146040510160405261001a"
        + "565b61020060605103610200f3");

    private const int RecordBytes = 96;
    private const int MarkBytes = sizeof(ulong);
    private const int Head = 2 * Hash32.Size;

    /// <summary>The marks of games, in their order.</summary>
    /// <param name="client">The node.</param>
    /// <param name="games">At most <see cref="MostAtOnce"/> for each request that is made.</param>
    /// <param name="block">Number of the block to read at.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="parent">The block before it: the state must say that it follows this one.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <exception cref="RpcException">
    /// No usable answer; of kind <see cref="RpcErrorKind.Malformed"/> also where the state was that of another block.
    /// </exception>
    public static async Task<IReadOnlyList<ulong>> ReadAsync(
        ChainReader client, IReadOnlyList<Address> games, ulong block, Hash32 hash, Hash32 parent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(games);
        Address[][] portions = [.. games.Chunk(MostAtOnce)];
        IReadOnlyList<CallResult> results = portions.Length == 0 ? [] : await client.CallManyAsync(
            [.. portions.Select(portion => new CallRequest { Data = Request(portion) })], BlockRef.At(hash), cancellationToken);
        List<ulong> marks = new(games.Count);
        for (int i = 0; i < portions.Length; i++)
        {
            ReadOnlySpan<byte> output = results[i].Output.Span;
            if (output.Length != Head + portions[i].Length * MarkBytes)
            {
                throw new RpcException(RpcErrorKind.Malformed, $"the marks of {portions[i].Length} games came as {output.Length} bytes");
            }

            UInt256 number = new(output[..Hash32.Size]);
            Hash32 before = new(output[Hash32.Size..Head]);
            if (number != block || before != parent)
            {
                throw new RpcException(RpcErrorKind.Malformed, $"the state is that of block {number} after {before}; asked for was that of block {block} after {parent}");
            }

            for (int at = Head; at < output.Length; at += MarkBytes)
            {
                marks.Add(BinaryPrimitives.ReadUInt64BigEndian(output[at..]));
            }
        }

        return marks;
    }

    /// <summary>
    /// The same marks by a call for each question of each game, for nodes that refuse the one call. A game that brought no answer has a mark
    /// that is like no other, not even its own before: silence does not pass for a game where nothing happened.
    /// </summary>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public static async Task<IReadOnlyList<ulong>> ReadOneByOneAsync(
        ChainReader client, IReadOnlyList<Address> games, BlockRef at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(games);
        IReadOnlyList<CallResult> results = await client.CallManyAsync(
            [.. games.SelectMany(game => Questions.Select(question => new CallRequest { To = game, Data = Selector(question) }))], at, cancellationToken);
        return [.. results.Chunk(Questions.Length).Select(Mark)];
    }

    /// <summary>
    /// The mark that a state has. Whoever has read a state keeps this one, not the mark that was asked before it: a node may have answered the two
    /// from different blocks, and what the mark had seen and the state had not would never be looked at again.
    /// </summary>
    public static ulong Of(GameState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Span<byte> records = stackalloc byte[Questions.Length * RecordBytes];
        records.Clear();
        for (int i = 0; i < Questions.Length; i++)
        {
            records[(i * RecordBytes) + Hash32.Size - 1] = 1;
            records[(i * RecordBytes) + (2 * Hash32.Size) - 1] = Hash32.Size;
        }

        BinaryPrimitives.WriteInt32BigEndian(records[(RecordBytes - sizeof(int))..], state.Claims.Count);
        records[(2 * RecordBytes) - 1] = (byte)state.Status;
        state.L2BlockNumberChallenger.CopyTo(records[^Address.Size..]);
        Hash32 hash = Keccak256.Hash(records);
        return BinaryPrimitives.ReadUInt64BigEndian(Hash32.BytesOf(in hash));
    }

    private static byte[] Request(Address[] games)
    {
        byte[] request = new byte[Code.Length + games.Length * Address.Size];
        Code.CopyTo(request, 0);
        for (int i = 0; i < games.Length; i++)
        {
            games[i].CopyTo(request.AsSpan(Code.Length + i * Address.Size));
        }

        return request;
    }

    private static byte[] Selector(uint question)
    {
        byte[] data = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(data, question);
        return data;
    }

    // What the code above computes.
    private static ulong Mark(CallResult[] answers)
    {
        if (Array.Exists(answers, answer => answer.Error is { IsTransient: true }))
        {
            return (ulong)Random.Shared.NextInt64();
        }

        Span<byte> records = stackalloc byte[Questions.Length * RecordBytes];
        records.Clear();
        for (int i = 0; i < answers.Length; i++)
        {
            Span<byte> record = records[(i * RecordBytes)..];
            ReadOnlySpan<byte> output = answers[i].Error is { } error ? error.RevertData.Span : answers[i].Output.Span;
            record[Hash32.Size - 1] = answers[i].Error is null ? (byte)1 : (byte)0;
            BinaryPrimitives.WriteInt32BigEndian(record[(2 * Hash32.Size - sizeof(int))..], output.Length);
            output[..Math.Min(output.Length, Hash32.Size)].CopyTo(record[(2 * Hash32.Size)..]);
        }

        Hash32 hash = Keccak256.Hash(records);
        return BinaryPrimitives.ReadUInt64BigEndian(Hash32.BytesOf(in hash));
    }
}
