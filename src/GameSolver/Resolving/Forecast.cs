namespace Gavel.GameSolver.Resolving;

/// <summary>How a game ends if nobody moves again: who wins it, and who gets which bond.</summary>
/// <param name="Status">The winner.</param>
/// <param name="CounteredBy">For each claim who counters it; zero where it stands.</param>
/// <param name="BondRecipients">For each claim who gets its bond in normal mode.</param>
/// <param name="Credits">Wei to each account in normal mode.</param>
/// <param name="RefundCredits">Wei to each account in refund mode: what it put in.</param>
public sealed record Forecast(
    GameStatus Status,
    IReadOnlyList<Address> CounteredBy,
    IReadOnlyList<Address> BondRecipients,
    IReadOnlyDictionary<Address, UInt256> Credits,
    IReadOnlyDictionary<Address, UInt256> RefundCredits)
{
    /// <summary>
    /// Resolves every subgame bottom up (<c>resolveClaim</c>): a claim is countered by the claimant of its uncountered child furthest left,
    /// the earliest posted where two share a position; a claim without children by who stepped on it; the root, once its block number is
    /// challenged, by that challenger. Subgames already resolved stay as they are. (A leaf that was
    /// stepped on only after it had been resolved has paid its claimant; claims read from the chain do not show that, only a game that was
    /// followed does: see <see cref="Game.IsSteppedLate"/>. Nor do they show that a page of <c>resolveClaim</c> counted such a leaf as standing
    /// before the step, which then comes too late for the claim above; this forecast takes it as in time.)
    /// </summary>
    public static Forecast Of(Game game)
    {
        ArgumentNullException.ThrowIfNull(game);
        Address[] countered = new Address[game.Count];
        Address[] recipients = new Address[game.Count];
        Position[] leftmost = new Position[game.Count];
        Dictionary<Address, UInt256> credits = [];
        Dictionary<Address, UInt256> refunds = [];
        for (int i = game.Count - 1; i >= 0; i--)
        {
            ref readonly Claim claim = ref game.At(i);
            if (game.IsResolved(i) || claim.Position.Depth == game.Shape.MaxDepth)
            {
                countered[i] = game.CounteredBy(i);
            }

            if (i == 0 && game.IsBlockChallenged)
            {
                countered[i] = game.BlockChallenger;
            }

            recipients[i] = countered[i].IsZero || game.IsSteppedLate(i) ? claim.Claimant : countered[i];
            Pay(credits, recipients[i], claim.Bond);
            Pay(refunds, claim.Claimant, claim.Bond);
            if (!claim.IsRoot && countered[i].IsZero)
            {
                // Later claims are seen first, so an equal position of an earlier one takes the place.
                int parent = (int)claim.ParentIndex;
                if (countered[parent].IsZero || claim.Position <= leftmost[parent])
                {
                    countered[parent] = claim.Claimant;
                    leftmost[parent] = claim.Position;
                }
            }
        }

        GameStatus winner = countered[0].IsZero ? GameStatus.DefenderWins : GameStatus.ChallengerWins;
        return new Forecast(game.Status == GameStatus.InProgress ? winner : game.Status, countered, recipients, credits, refunds);
    }

    private static void Pay(Dictionary<Address, UInt256> accounts, Address account, UInt256 wei) =>
        accounts[account] = accounts.GetValueOrDefault(account) + wei;
}
