using Gavel.Ethereum;

namespace Gavel.Rollup;

/// <summary>L1 blocks by which nodes and games are judged: a game's head by its hash, and which hash our L1 has at a number.</summary>
internal sealed class L1Book : IDisposable
{
    private readonly KeptQuestions<Hash32, ulong> _heads;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _clock;
    private readonly ChainReader _l1;
    private KeptQuestions<ulong, Hash32> _canonical;

    public L1Book(ChainReader l1, TimeSpan limit, TimeProvider clock)
    {
        _l1 = l1;
        _limit = limit;
        _clock = clock;
        _heads = new KeptQuestions<Hash32, ulong>(NumberAsync, limit, clock);
        _canonical = new KeptQuestions<ulong, Hash32>(HashAsync, limit, clock);
    }

    /// <summary>The number of a block, which its hash proves.</summary>
    public Kept<ulong> Head(Hash32 hash) => _heads.Of(hash);

    /// <summary>The hash that our L1 has at a number; zero where it has no such block yet.</summary>
    public Kept<Hash32> At(ulong number) => Volatile.Read(ref _canonical).Of(number);

    /// <summary>Whether a block is on our L1's chain; null while that is not known.</summary>
    public bool? IsCanonical(BlockId block) => At(block.Number) is { HasValue: true } known ? known.Value == block.Hash : null;

    public Task AskHead(Hash32 hash) => _heads.Ask(hash);

    public Task AskAt(ulong number, DateTimeOffset freshest = default) => Volatile.Read(ref _canonical).Ask(number, freshest);

    /// <summary>L1 was reorganised: what it has at which number is asked anew.</summary>
    public void Reorganised()
    {
        KeptQuestions<ulong, Hash32> before = Interlocked.Exchange(ref _canonical, new KeptQuestions<ulong, Hash32>(HashAsync, _limit, _clock));
        before.Dispose();
    }

    public void Forget(DateTimeOffset before)
    {
        _heads.Forget(before);
        Volatile.Read(ref _canonical).Forget(before);
    }

    public void Dispose()
    {
        _heads.Dispose();
        _canonical.Dispose();
    }

    private async Task<ulong> NumberAsync(Hash32 hash, CancellationToken cancellationToken)
    {
        RpcBlock block = await _l1.FindBlockAsync(BlockRef.At(hash, requireCanonical: false), cancellationToken).ConfigureAwait(false)
            ?? throw new RpcException(RpcErrorKind.NodeError, $"L1 does not have block {hash}");
        BlockHeader header = block.ReadHeader(); // proves that the number is the hash's
        return header.Hash == hash ? header.Number : throw new NodeLieException($"L1 gave block {header.Hash} when asked for {hash}");
    }

    private async Task<Hash32> HashAsync(ulong number, CancellationToken cancellationToken) =>
        (await _l1.FindBlockAsync(BlockRef.At(number), cancellationToken).ConfigureAwait(false))?.Hash ?? throw new RpcException(RpcErrorKind.NodeError, $"L1 does not have block {number} yet");
}
