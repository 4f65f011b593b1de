using System.Numerics;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;

namespace Gavel.EndToEnd.Tests.Arena;

/// <summary>What a game cost and brought an account, from its balance and its receipts.</summary>
/// <param name="Change">Balance after less balance before, in wei.</param>
/// <param name="Gas">Wei paid for gas.</param>
/// <param name="Bonded">Wei bonded in the game.</param>
internal sealed record Ledger(BigInteger Change, UInt256 Gas, UInt256 Bonded)
{
    // Dearest single call seen is below 0.6 M gas; a whole game of 50 claims with its resolution stays far below this.
    private static readonly UInt256 MostGasWei = UInt256.Parse("1000000000000000000");

    /// <summary>The account's ledger since a block.</summary>
    public static async Task<Ledger> OfAsync(LocalDevnet devnet, Address account, ulong sinceBlock, GameState game, CancellationToken cancellationToken)
    {
        ulong head = await devnet.L1.GetBlockNumberAsync(cancellationToken);
        UInt256 gas = UInt256.Zero;
        for (ulong number = sinceBlock + 1; number <= head; number++)
        {
            foreach (RpcReceipt receipt in await devnet.L1.FindBlockReceiptsAsync(BlockRef.At(number), cancellationToken) ?? [])
            {
                if (receipt.From == account)
                {
                    gas += receipt.EffectiveGasPrice * receipt.GasUsed;
                }
            }
        }

        UInt256 before = await devnet.L1.GetBalanceAsync(account, BlockRef.At(sinceBlock), cancellationToken);
        UInt256 after = await devnet.L1.GetBalanceAsync(account, BlockRef.At(head), cancellationToken);
        UInt256 bonded = game.Claims.Where(claim => claim.Claimant == account).Aggregate(UInt256.Zero, (sum, claim) => sum + claim.Bond);
        return new Ledger(after.ToBigInteger() - before.ToBigInteger(), gas, bonded);
    }

    /// <summary>Wei that came back: what the balance change leaves when gas and bonds are put back.</summary>
    public BigInteger Received => Change + Gas.ToBigInteger() + Bonded.ToBigInteger();

    /// <summary>Asserts what holds for an honest party after every game: all bonds are back, to the wei, and gas is bounded.</summary>
    /// <param name="won">Wei of other parties' bonds that it must have won.</param>
    public void AssertHonest(UInt256 won)
    {
        Assert.Equal(Bonded.ToBigInteger() + won.ToBigInteger(), Received);
        Assert.True(Gas < MostGasWei, $"gas cost {Ether.Format(Gas)} ETH");
    }
}
