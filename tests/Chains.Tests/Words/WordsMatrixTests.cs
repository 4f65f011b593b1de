using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Rollup;
using Gavel.TestKit;

namespace Gavel.Chains.Tests.Words;

/// <summary>
/// Every lie, silence, slowness and error of one to three L1 endpoints, singly and in pairs, on virtual time, with a rollup node that knows an L1 block and
/// without one. False words are never settled while one honest endpoint answers, nor by one liar where there are several endpoints, and true ones are whenever they can be: by the proof of one that is well,
/// or where there is none by all that answer, two where there are several.
/// </summary>
public sealed class WordsMatrixTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);
    private static readonly FakeL1Chain Chain = new();

    [Fact]
    [Trait("Scale", "full")]
    public async Task EveryFault_Alone()
    {
        foreach (L1Fault fault in Enum.GetValues<L1Fault>())
        {
            for (int endpoints = 1 + Scale.Of((int)fault % 3, 0); endpoints <= Scale.Of(1 + ((int)fault % 3), 3); endpoints++)
            {
                foreach (bool isKnown in new[] { true, false })
                {
                    await PlayAsync([fault, .. Enumerable.Repeat(L1Fault.None, endpoints - 1)], isKnown);
                }
            }
        }
    }

    [Fact]
    [Trait("Scale", "full")]
    public async Task EveryFault_InPairs()
    {
        Random random = new(7);
        L1Fault[] faults = Enum.GetValues<L1Fault>();
        for (int round = 0; round < Scale.Of(12, 60); round++)
        {
            L1Fault[] some = random.GetItems(faults, 2);
            L1Fault[] all = random.Next(2) == 0 ? some : [.. some, L1Fault.None];
            random.Shuffle(all);
            await PlayAsync(all, random.Next(3) > 0);
        }
    }

    private static async Task PlayAsync(L1Fault[] faults, bool isKnown)
    {
        string what = $"[{string.Join(", ", faults)}], {(isKnown ? "a rollup node knows an L1 block" : "no rollup node")}";
        WordsState truth = await SettleAsync(faults, isKnown, Chain.Metadata);
        WordsState lie = await SettleAsync(faults, isKnown, Chain.Misread);
        int liars = faults.Count(FakeL1.IsLie);
        int well = faults.Count(fault => fault is L1Fault.None or L1Fault.SlowBy3 or L1Fault.ErrorOfProofs or L1Fault.OtherHeader);
        bool isProven = isKnown && faults.Any(fault => fault is L1Fault.None or L1Fault.SlowBy3);
        if (well > 0 || (faults.Length > 1 && liars < 2))
        {
            Assert.False(IsSettled(lie), $"{what}: false words were settled ({lie})");
        }

        if (isProven)
        {
            Assert.True(truth == WordsState.Proven, $"{what}: true words that can be proven are {truth}");
            Assert.True(lie == WordsState.Contradicted, $"{what}: false words that can be refuted are {lie}");
        }
        else if (liars == 0 && well >= Math.Min(2, faults.Length))
        {
            Assert.True(IsSettled(truth), $"{what}: true words that all agree on are {truth}");
        }
    }

    private static bool IsSettled(WordsState state) => state is WordsState.Proven or WordsState.Agreed;

    private static async Task<WordsState> SettleAsync(L1Fault[] faults, bool isKnown, GameMetadata game)
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
        RpcOptions options = new() { ExpectedChainId = 1, MaxRetries = 0 };
        FakeL1[] fakes = [.. faults.Select(fault => new FakeL1(Chain, time) { Fault = fault })];
        await using FailoverRpc l1 = new([.. fakes.Select((fake, i) => new RpcEndpoint(EndpointUrl.Parse($"http://l1-{i}.test"), options, time, fake))], options, time);
        using WordsWitness witness = new(l1, [l1], new Known(isKnown ? [Chain.Block] : []), time);
        L1View view = new(Chain.Block, 12_000, default);
        WordsState state = WordsState.Unsettled;
        for (int attempt = 0; attempt < 6 && state == WordsState.Unsettled; attempt++)
        {
            Task<WordsStanding> standing = witness.StandingAsync(game, view, default).AsTask();
            for (int step = 0; step < 20 || !standing.IsCompleted; step++)
            {
                await Task.Delay(1);
                time.Advance(Step);
            }

            state = (await witness.StandingAsync(game, view, default)).State;
        }

        return state;
    }

    private sealed class Known(IReadOnlyList<BlockId> blocks) : IKnownL1Blocks
    {
        public ValueTask<IReadOnlyList<BlockId>> KnownAsync(CancellationToken cancellationToken) => ValueTask.FromResult(blocks);
    }
}
