using Gavel.TestKit.Judges;

namespace Gavel.SuperRoots.Tests;

/// <summary>A block of a made-up chain.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Output">Its output root.</param>
/// <param name="SafeAt">The L1 block by which it is derivable.</param>
/// <param name="Before">What was derived first, where messages between chains had it replaced.</param>
internal sealed record Block(Hash32 Hash, Hash32 Output, ulong SafeAt, OptimisticBlock? Before)
{
    public OptimisticBlock Canonical => new(Hash, Output);
}

/// <summary>A made-up chain.</summary>
internal sealed record Chain(ulong Id, ulong Genesis, ulong BlockTime, Block[] Blocks)
{
    public int At(ulong timestamp) => timestamp < Genesis ? 0 : (int)((timestamp - Genesis) / BlockTime);

    public ulong TimeOf(int block) => Genesis + ((ulong)block * BlockTime);
}

/// <summary>
/// Made-up chains and a game about them. It judges the trace by two roads of its own: what can be known of a second, as nodes would tell it, and the claims that the program itself makes, one
/// step after the other (kona, <c>bin/client/src/interop</c>), with an encoder that is not the product's.
/// </summary>
internal sealed class World
{
    private World(ulong start, ulong claimed, int splitDepth, ulong l1Head, Chain[] chains)
    {
        (Start, Claimed, SplitDepth, L1Head, Chains) = (start, claimed, splitDepth, l1Head, chains);
    }

    public ulong Start { get; }

    public ulong Claimed { get; }

    public int SplitDepth { get; }

    public ulong L1Head { get; }

    /// <summary>In ascending order.</summary>
    public Chain[] Chains { get; }

    /// <summary>A world of 1 to 5 chains; whatever a game can meet: odd rhythms, late genesis, batches that come too late, replaced blocks, roots beyond the reach.</summary>
    public static World Random(Random random)
    {
        const ulong start = 1_790_000_000;
        int splitDepth = random.Next(8, 11);
        ulong claimed = start + (ulong)random.Next(1, 7);
        const ulong l1Head = 1000;
        HashSet<ulong> ids = [];
        while (ids.Count < random.Next(1, 6))
        {
            ids.Add((ulong)random.Next(1, 100_000));
        }

        return new World(start, claimed, splitDepth, l1Head, [.. ids.Order().Select(id => RandomChain(random, id, start, l1Head))]);
    }

    /// <summary>What the L1 data up to the head make of a second.</summary>
    public SuperMoment MomentAt(ulong timestamp)
    {
        OptimisticBlock?[] blocks = [.. Chains.Select(chain =>
        {
            int number = chain.At(timestamp);
            Block block = chain.Blocks[number];
            bool isNew = chain.TimeOf(number) == timestamp;
            return block.SafeAt <= L1Head ? (isNew ? block.Before : null) ?? block.Canonical : (OptimisticBlock?)null;
        })];
        return new SuperMoment(timestamp, blocks.Contains(null) ? null : RootAt(timestamp), blocks);
    }

    public SuperRoot RootAt(ulong timestamp) =>
        new(timestamp, [.. Chains.Select(chain => new ChainOutput(chain.Id, chain.Blocks[chain.At(timestamp)].Output))]);

    /// <summary>The bytes that the program has after each step, from the start on.</summary>
    public IEnumerable<byte[]> ProgramStates()
    {
        ulong timestamp = Start;
        Hash32[] outputs = [.. Chains.Select(chain => chain.Blocks[chain.At(Start)].Output)];
        List<OptimisticBlock> progress = [];
        int step = 0;
        bool isInvalid = false;
        yield return Encode(timestamp, outputs);
        while (true)
        {
            if (!isInvalid && timestamp < Claimed)
            {
                if (step == 127)
                {
                    timestamp++;
                    outputs = [.. Chains.Select(chain => chain.Blocks[chain.At(timestamp)].Output)]; // blocks that are not valid are replaced here
                    progress = [];
                    step = 0;
                }
                else
                {
                    isInvalid = step < Chains.Length && !TryAdvance(Chains[step], timestamp, outputs[step], progress);
                    step++;
                }
            }

            yield return isInvalid ? "invalid"u8.ToArray() : step == 0 ? Encode(timestamp, outputs)
                : [0xff, .. RlpWriter.EncodeList(list =>
                {
                    list.Bytes(Encode(timestamp, outputs));
                    list.List(blocks => progress.ForEach(block => blocks.List(pair => pair.Hash32(block.BlockHash).Hash32(block.OutputRoot))));
                    list.UInt64((ulong)step);
                })];
        }
    }

    private bool TryAdvance(Chain chain, ulong timestamp, Hash32 agreed, List<OptimisticBlock> progress)
    {
        int number = chain.At(timestamp);
        if (chain.TimeOf(number) + chain.BlockTime > timestamp + 1)
        {
            progress.Add(new OptimisticBlock(chain.Blocks[number].Hash, agreed));
            return true;
        }

        Block next = chain.Blocks[number + 1];
        progress.Add(next.Before ?? next.Canonical);
        return next.SafeAt <= L1Head;
    }

    private byte[] Encode(ulong timestamp, Hash32[] outputs) =>
    [
        1,
        .. Convert.FromHexString($"{timestamp:x16}"),
        .. Chains.Zip(outputs).SelectMany(pair => (byte[])[.. Convert.FromHexString($"{pair.First.Id:x64}"), .. pair.Second.ToArray()]),
    ];

    private static Chain RandomChain(Random random, ulong id, ulong start, ulong l1Head)
    {
        ulong blockTime = (ulong)random.Next(1, 4);
        ulong genesis = random.Next(4) == 0 ? start + (ulong)random.Next(1, 4) : start - (ulong)random.Next(0, 20);
        Chain chain = new(id, genesis, blockTime, []);
        int agreed = chain.At(start);
        int late = random.Next(3) > 0 ? int.MaxValue : agreed + random.Next(1, 6); // from there on the batch is not on L1 in time
        Block[] blocks = [.. Enumerable.Range(0, agreed + 20).Select(number => new Block(
            RandomHash(random),
            RandomHash(random),
            number <= agreed || number < late ? l1Head - 5 + (ulong)(5 * number / (agreed + 20)) : l1Head + 1,
            number > agreed && random.Next(5) == 0 ? new OptimisticBlock(RandomHash(random), RandomHash(random)) : null))];
        return chain with { Blocks = blocks };
    }

    private static Hash32 RandomHash(Random random)
    {
        byte[] bytes = new byte[Hash32.Size];
        random.NextBytes(bytes);
        return new Hash32(bytes);
    }
}
