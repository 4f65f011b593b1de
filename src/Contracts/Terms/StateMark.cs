using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>
/// One word for what many contracts answer to many questions, asked in one <c>eth_call</c> that creates nothing: its code asks one after the other and
/// returns a hash of all answers. It is another word as soon as one answer is another.
/// </summary>
/// <remarks>See <see cref="GameMarks"/>, by which all games are asked the same three questions.</remarks>
internal sealed class StateMark
{
    // A selector and at most one argument; a function without one does not mind the word behind its selector.
    private const int Question = sizeof(uint) + Hash32.Size;
    private const int Entry = Address.Size + Question;
    private const int AnswerLength = 3 * Hash32.Size;

    // Code of a creation; the entries follow it, an address and a question each.
    //   for each entry: STATICCALL with 500,000 gas; mem[0x80] = keccak256(mem[0x80], success, RETURNDATASIZE, return data)
    //   return NUMBER, BLOCKHASH(NUMBER - 1), mem[0x80]
    private static readonly byte[] Code = Convert.FromHexString(
        "60525b80381115604057603881604039600060006024605460405160601c6207a120fa60a0523d60c0523d600060e03e3d6060016080206080526038016002565b"
        + "43604052600143034060605260606040f3");

    private readonly List<byte> _code = [.. Code];

    /// <summary>Adds a question.</summary>
    /// <param name="contract">Who is asked.</param>
    /// <param name="data">Selector, and at most one argument.</param>
    public void Add(Address contract, ReadOnlySpan<byte> data)
    {
        Span<byte> entry = stackalloc byte[Entry];
        entry.Clear();
        contract.CopyTo(entry);
        data.CopyTo(entry.Slice(Address.Size, Question));
        _code.AddRange(entry);
    }

    /// <summary>Asks.</summary>
    /// <param name="client">The node.</param>
    /// <param name="block">Number of the block to ask at.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="parent">The block before it: the state must say that it follows this one.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="RpcException">No usable answer; of kind <see cref="RpcErrorKind.Malformed"/> also where the state was that of another block.</exception>
    public async Task<Hash32> ReadAsync(ChainReader client, ulong block, Hash32 hash, Hash32 parent, CancellationToken cancellationToken)
    {
        IReadOnlyList<CallResult> results = await client.CallManyAsync([new CallRequest { Data = _code.ToArray() }], BlockRef.At(hash), cancellationToken);
        ReadOnlySpan<byte> answer = results[0].Output.Span;
        if (answer.Length != AnswerLength)
        {
            throw new RpcException(RpcErrorKind.Malformed, $"a mark of {AnswerLength} bytes came as {answer.Length} bytes");
        }

        UInt256 number = new(answer[..Hash32.Size]);
        Hash32 before = new(answer.Slice(Hash32.Size, Hash32.Size));
        return number == block && before == parent
            ? new Hash32(answer[(2 * Hash32.Size)..])
            : throw new RpcException(RpcErrorKind.Malformed, $"the state is that of block {number} after {before}; asked for was that of block {block} after {parent}");
    }
}
