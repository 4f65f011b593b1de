using FsCheck;
using FsCheck.Fluent;
using Gavel.Ethereum;
using Gavel.Sending.Tests.Outbox;

namespace Gavel.Sending.Tests.Sender;

public sealed class FeeTests
{
    private const ulong Gwei = 1_000_000_000;

    [Fact]
    public async Task Quote_OnANode_CoversTheNextBlockAndItsBlobs()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        await harness.MineAsync(5);
        FeeQuote quote = await new FeeEstimator(harness.Chain, new FeeOptions()).QuoteAsync(500 * Gwei, SenderHarness.None);
        await harness.MineAsync();
        RpcBlock next = await harness.Chain.GetBlockAsync(BlockRef.Latest, SenderHarness.None);
        Assert.Equal(next.BaseFeePerGas, quote.BaseFee);
        Assert.Equal((UInt256)Gwei, quote.Tip);
        Assert.Equal((quote.BaseFee * 2ul) + quote.Tip, quote.MaxFee);
        Assert.Equal(await harness.Chain.GetBlobBaseFeeAsync(SenderHarness.None) * 2ul, quote.MaxBlobFee);
    }

    [Theory]
    [InlineData(new ulong[] { 3, 0, 5, 4 }, 4)] // the median of blocks that paid a tip
    [InlineData(new ulong[] { 0, 0 }, 1)] // the floor
    [InlineData(new ulong[] { 900, 900 }, 20)] // the cap
    public void Tip_IsTheMedianWithinFloorAndCap(ulong[] tips, ulong expected)
    {
        FeeQuote quote = new FeeEstimator(null!, new FeeOptions()).Quote(History(30, [.. tips.Select(tip => tip * Gwei)]), new FeeCaps(500 * Gwei, 20 * Gwei));
        Assert.Equal((UInt256)(expected * Gwei), quote.Tip);
        Assert.Equal((UInt256)((60 + expected) * Gwei), quote.MaxFee);
        Assert.Null(quote.MaxBlobFee);
    }

    [Fact]
    public void Bump_RaisesBothFieldsByTenPercentAtLeastOrNotAtAll()
    {
        var fees = new FeeEstimator(null!, new FeeOptions());
        Gen<(ulong, ulong, ulong, ulong, ulong)> cases =
            from tip in Gen.Choose(1, int.MaxValue)
            from fee in Gen.Choose(1, int.MaxValue)
            from baseFee in Gen.Choose(0, int.MaxValue)
            from nextTip in Gen.Choose(0, int.MaxValue)
            from cap in Gen.Choose(1, int.MaxValue)
            select ((ulong)Math.Min(tip, fee), (ulong)fee * 50, (ulong)baseFee * 50, (ulong)nextTip, (ulong)cap * 100);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(Seed.Value, 3UL),
            Prop.ForAll(cases.ToArbitrary(), one =>
            {
                (ulong tip, ulong fee, ulong baseFee, ulong nextTip, ulong cap) = one;
                FeeCaps caps = new(cap, Math.Max(1, cap / 3));
                SignedAttempt last = Samples.Attempt(0, "a") with { MaxPriorityFeePerGas = tip, MaxFeePerGas = fee };
                FeeQuote quote = fees.Quote(new FeeHistory { OldestBlock = 0, BaseFees = [baseFee], BlobBaseFees = [], Tips = [[nextTip]] }, caps);
                if (quote.Tip > quote.MaxFee || quote.MaxFee > (UInt256)cap)
                {
                    return false;
                }

                return fees.Bump(last, quote, caps) is not (UInt256 newTip, UInt256 newFee)
                    ? (UInt256)(fee * 112) > (UInt256)cap * 100ul || (UInt256)(tip * 112) > caps.Tip * 100ul || quote.Tip > (UInt256)cap
                    : newTip <= caps.Tip && newTip * 100ul >= (UInt256)tip * 110ul && newFee * 100ul >= (UInt256)fee * 110ul && newTip <= newFee && newFee <= (UInt256)cap;
            }));
    }

    [Fact]
    public void FirstOffer_LeavesRoomForACallThatIsDearerAndForWhatTakesItBack()
    {
        Gen<(int, ulong, ulong)> cases =
            from bump in Gen.Choose(10, 150)
            from cap in Gen.Choose(10, int.MaxValue)
            from scale in Gen.Choose(0, 3)
            select (bump, (ulong)cap * (ulong)Math.Pow(1000, scale), (ulong)cap);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(Seed.Value, 5UL),
            Prop.ForAll(cases.ToArbitrary(), one =>
            {
                (int bump, ulong fee, ulong tip) = one;
                var fees = new FeeEstimator(null!, new FeeOptions { BumpPercent = bump });
                FeeCaps caps = new(fee, tip);
                FeeCaps first = fees.ForFirstOffer(caps);
                FeeQuote quote = new(1, 1, 1, null);
                SignedAttempt offer = Samples.Attempt(0, "a") with { MaxPriorityFeePerGas = first.Tip, MaxFeePerGas = first.MaxFee };
                if (fees.Bump(offer, quote, caps) is not (UInt256 dearerTip, UInt256 dearerFee))
                {
                    return false;
                }

                // Not much more room than it takes.
                bool isTight = first.MaxFee * (ulong)((100 + bump) * (100 + bump)) + (ulong)(3 * (100 + bump) * (100 + bump)) >= (UInt256)fee * 10_000ul;
                SignedAttempt dearer = offer with { MaxPriorityFeePerGas = dearerTip, MaxFeePerGas = dearerFee };
                return isTight && fees.Bump(dearer, quote, caps) is not null;
            }));
    }

    [Fact]
    public void Cancellation_MayGoOverTheCapsByOneReplacementAndNoMore()
    {
        var fees = new FeeEstimator(null!, new FeeOptions());
        FeeCaps caps = new(100 * Gwei, 10 * Gwei);
        FeeQuote quote = new(50 * Gwei, 10 * Gwei, 100 * Gwei, null);
        SignedAttempt atTheCap = Samples.Attempt(0, "a") with { MaxPriorityFeePerGas = 10 * Gwei, MaxFeePerGas = 100 * Gwei };
        Assert.Null(fees.Bump(atTheCap, quote, caps));
        (UInt256 Tip, UInt256 MaxFee) cancel = fees.Bump(atTheCap, quote, fees.ForCancellation(caps, [atTheCap]))!.Value;
        Assert.Equal(((UInt256)(112 * Gwei / 10), (UInt256)(112 * Gwei)), cancel);
        SignedAttempt taken = atTheCap with { Purpose = AttemptPurpose.Cancel, MaxPriorityFeePerGas = cancel.Tip, MaxFeePerGas = cancel.MaxFee };
        Assert.Null(fees.Bump(taken, quote, fees.ForCancellation(caps, [atTheCap, taken])));

        // Of a call from a time when the caps of an emergency held.
        SignedAttempt dear = atTheCap with { MaxPriorityFeePerGas = 50 * Gwei, MaxFeePerGas = 500 * Gwei };
        cancel = fees.Bump(dear, quote, fees.ForCancellation(caps, [atTheCap, dear]))!.Value;
        Assert.Equal(((UInt256)(56 * Gwei), (UInt256)(560 * Gwei)), cancel);
    }

    [Fact]
    public async Task OfferInADearMarket_CanBeRaisedAndThenTakenBack()
    {
        // Before, a first offer at the cap of the tip could neither be replaced nor taken back until the market fell.
        await using SenderHarness harness = await SenderHarness.StartAsync();
        harness.Run(options => options with
        {
            ResubmitAfter = TimeSpan.FromMilliseconds(20),
            Fees = new FeeOptions { TipFloor = 2 * Gwei, TipCap = 2 * Gwei, MaxFeeCap = 100 * Gwei },
        });
        await harness.Sender.EnqueueAsync(SenderHarness.Intent("a"), SenderHarness.None);
        SignedAttempt first = (await harness.UntilAsync("a", OutboxState.Sent)).Attempts[0];
        Assert.True(first.MaxPriorityFeePerGas < 1_600_000_000, $"{first.MaxPriorityFeePerGas}");
        await PassOverAsync(40 * Gwei);
        SignedAttempt raised = (await harness.UntilAsync("a", entry => entry.Attempts is [_, { SentAt: not null }, ..])).Attempts[1];
        Assert.Equal(((UInt256)(2 * Gwei), AttemptPurpose.Call), (raised.MaxPriorityFeePerGas, raised.Purpose));
        harness.Guard.Verdicts["a"] = new IntentVerdict(IntentStanding.Unwanted, "somebody else made the move");
        await PassOverAsync(99 * Gwei);
        OutboxEntry taken = await harness.UntilAsync("a", entry => entry.Attempts[^1] is { Purpose: AttemptPurpose.Cancel, SentAt: not null });
        Assert.True(taken.Attempts[^1].MaxPriorityFeePerGas > 2 * Gwei);
        harness.MineSteadily();
        await harness.UntilAsync("a", OutboxState.Refused);

        async Task PassOverAsync(ulong baseFee)
        {
            await harness.AskAsync("anvil_setNextBlockBaseFeePerGas", Hex.Quantity(baseFee));
            await harness.MineAsync();
        }
    }

    // What nodes say, from their sources and, for anvil, from asking one (below).
    [Theory]
    [InlineData("already known", SendOutcome.Taken)] // geth, reth, Erigon
    [InlineData("AlreadyKnown", SendOutcome.Taken)] // Nethermind
    [InlineData("Known transaction", SendOutcome.Taken)] // Besu
    [InlineData("nonce too low: next nonce 7, tx nonce 5", SendOutcome.NonceUsed)] // geth
    [InlineData("OldNonce, Current nonce: 7, nonce of rejected tx: 5", SendOutcome.NonceUsed)] // Nethermind
    [InlineData("transaction underpriced: tip needed 1000000, tip permitted 1", SendOutcome.TooCheap)] // geth
    [InlineData("replacement transaction underpriced", SendOutcome.TooCheap)] // geth, reth
    [InlineData("ReplacementNotAllowed", SendOutcome.TooCheap)] // Nethermind
    [InlineData("FeeTooLow, MaxFeePerGas too low", SendOutcome.TooCheap)] // Nethermind
    [InlineData("could not replace existing tx", SendOutcome.TooCheap)] // Erigon
    [InlineData("insufficient funds for gas * price + value: balance 0, tx cost 1, overshot 1", SendOutcome.NoFunds)] // geth
    [InlineData("Upfront cost exceeds account balance", SendOutcome.NoFunds)] // Besu
    [InlineData("txpool is full", SendOutcome.PoolFull)] // geth
    [InlineData("address already reserved", SendOutcome.PoolFull)] // geth: the account has a blob transaction waiting
    [InlineData("intrinsic gas too low: gas 20000, minimum needed 21000", SendOutcome.Refused)] // geth
    [InlineData("invalid sender", SendOutcome.Refused)] // geth
    internal void Fault_IsSortedByTheNodesWords(string words, SendOutcome expected) =>
        Assert.Equal(expected, SendFault.Sort(new RpcException(RpcErrorKind.NodeError, words) { NodeMessage = words }));

    [Theory]
    [InlineData(RpcErrorKind.Network)]
    [InlineData(RpcErrorKind.Timeout)]
    [InlineData(RpcErrorKind.Malformed)]
    [InlineData(RpcErrorKind.RateLimit)]
    public void Fault_OfTheNetwork_SaysNothingOfTheTransaction(RpcErrorKind kind) =>
        Assert.Equal(SendOutcome.Unknown, SendFault.Sort(new RpcException(kind, "nonce too low") { NodeMessage = "nonce too low" }));

    [Fact]
    public async Task Fault_OfARealNode_IsSorted()
    {
        await using SenderHarness harness = await SenderHarness.StartAsync();
        Assert.Equal(SendOutcome.NoFunds, await SendAsync(0, 2 * Gwei, UInt256.Parse("20000000000000000000000")));
        Assert.Null(await SendAsync(0, 2 * Gwei, UInt256.Zero));
        Assert.Equal(SendOutcome.Taken, await SendAsync(0, 2 * Gwei, UInt256.Zero));
        Assert.Equal(SendOutcome.TooCheap, await SendAsync(0, 2 * Gwei, UInt256.One));
        await harness.MineAsync();
        Assert.Equal(SendOutcome.NonceUsed, await SendAsync(0, 9 * Gwei, UInt256.Zero));
        await harness.AskAsync("anvil_setNextBlockBaseFeePerGas", Hex.Quantity(50 * Gwei));
        await harness.MineAsync();
        Assert.Equal(SendOutcome.TooCheap, await SendAsync(1, 2 * Gwei, UInt256.Zero));

        async Task<SendOutcome?> SendAsync(ulong nonce, ulong fee, UInt256 value)
        {
            SignedTransaction signed = await harness.Signer.SignAsync(
                new Eip1559Transaction
                {
                    ChainId = 900,
                    Nonce = nonce,
                    MaxPriorityFeePerGas = Gwei,
                    MaxFeePerGas = fee,
                    GasLimit = 21_000,
                    To = SenderHarness.Target,
                    Value = value,
                },
                SenderHarness.None);
            try
            {
                await harness.Chain.SendRawTransactionAsync(signed.Raw, SenderHarness.None);
                return null;
            }
            catch (RpcException error)
            {
                return SendFault.Sort(error);
            }
        }
    }

    private static FeeHistory History(ulong gwei, ulong[] tips) => new()
    {
        OldestBlock = 1,
        BaseFees = [gwei * Gwei],
        BlobBaseFees = [],
        Tips = [.. tips.Select(tip => (IReadOnlyList<UInt256>)[tip])],
    };
}
