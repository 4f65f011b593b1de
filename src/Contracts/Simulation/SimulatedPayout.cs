using Gavel.GameSolver;

namespace Gavel.Contracts.Simulation;

/// <summary>Resolution of a simulated game, and who is owed and paid what.</summary>
internal sealed class SimulatedPayout(SimulatedSystem system, SimulatedGame game, ClaimTree tree)
{
    private readonly Dictionary<Address, UInt256> _won = [];
    private readonly Dictionary<Address, UInt256> _put = [];
    private readonly HashSet<Address> _unlocked = [];

    public BondDistributionMode Mode { get; private set; }

    /// <summary>Wei owed as things stand.</summary>
    public UInt256 Credit(Address account) => Mode == BondDistributionMode.Refund ? RefundCredit(account) : NormalCredit(account);

    public UInt256 NormalCredit(Address account) => _won.GetValueOrDefault(account);

    public UInt256 RefundCredit(Address account) => _put.GetValueOrDefault(account);

    public bool IsUnlocked(Address account) => _unlocked.Contains(account);

    /// <summary>An account has bonded wei.</summary>
    public void Bonded(Address account, UInt256 amount) => _put[account] = RefundCredit(account) + amount;

    public void ResolveClaim(int index, int numToResolve)
    {
        game.RequireInProgress();
        SimulatedClaim claim = tree[index];
        Throw.If(!game.IsExpired(claim), "ClockNotExpired");
        Throw.If(claim.IsResolved, "ClaimAlreadyResolved");
        if (claim.Children.Count == 0 && index != 0)
        {
            Finish(claim, claim.CounteredBy);
            return;
        }

        (int next, UInt128 leftmost, Address leader) = claim.Checkpoint ?? (0, UInt128.MaxValue, Address.Zero);
        int most = claim.Checkpoint is null && numToResolve == 0 ? claim.Children.Count : numToResolve;
        int end = (int)Math.Min((long)next + most, claim.Children.Count);
        for (; next < end; next++)
        {
            SimulatedClaim child = tree[claim.Children[next]];
            Throw.If(!child.IsResolved, "OutOfOrderResolution");
            if (child.CounteredBy.IsZero && child.Position.GIndex < leftmost)
            {
                (leftmost, leader) = (child.Position.GIndex, child.Claimant);
            }
        }

        claim.Checkpoint = (end, leftmost, leader);
        if (end == claim.Children.Count)
        {
            claim.CounteredBy = index == 0 && !game.BlockChallenger.IsZero ? game.BlockChallenger : leader;
            Finish(claim, claim.CounteredBy);
        }
    }

    public void Resolve()
    {
        game.RequireInProgress();
        Throw.If(!tree[0].IsResolved, "OutOfOrderResolution");
        game.Status = tree[0].CounteredBy.IsZero ? GameStatus.DefenderWins : GameStatus.ChallengerWins;
        game.ResolvedAt = system.Now;
        if (!system.Rules.ClosesGames)
        {
            system.Resolved(game);
        }
    }

    /// <summary><c>closeGame</c>.</summary>
    public void Close()
    {
        RequireClosable();
        if (Mode == BondDistributionMode.Undecided)
        {
            system.TryMoveAnchor(game);
            Mode = system.IsProper(game) ? BondDistributionMode.Normal : BondDistributionMode.Refund;
        }
    }

    /// <summary><c>claimCredit</c>: gives who was paid, and how much.</summary>
    public (Address Recipient, UInt256 Amount)? Claim(Address recipient)
    {
        if (system.Rules.ClosesGames)
        {
            RequireClosable();
            if (!_unlocked.Contains(recipient))
            {
                Close();
                _unlocked.Add(recipient);
                system.Unlock(game.Address, recipient, Credit(recipient));
                return null;
            }
        }

        UInt256 amount = Credit(recipient);
        Throw.If(amount.IsZero, "NoCreditToClaim");
        system.RequireWithdrawal(game.Address, recipient, amount);
        Throw.If(recipient == system.Terms.RejectsEther, "BondTransferFailed");
        system.Withdraw(game.Address, recipient, amount);
        _won[recipient] = UInt256.Zero;
        _put[recipient] = UInt256.Zero;
        return (recipient, amount);
    }

    private void RequireClosable()
    {
        if (Mode != BondDistributionMode.Undecided)
        {
            return;
        }

        Throw.If(system.Rules.PausesByChain && system.IsPaused, "GamePaused");
        Throw.If(game.ResolvedAt == 0, "GameNotResolved");
        Throw.If(!system.IsFinal(game), "GameNotFinalized");
    }

    private void Finish(SimulatedClaim claim, Address winner)
    {
        claim.IsResolved = true;
        Address recipient = winner.IsZero ? claim.Claimant : winner;
        _won[recipient] = NormalCredit(recipient) + claim.Bond;
        if (!system.Rules.ClosesGames)
        {
            system.Unlock(game.Address, recipient, claim.Bond);
        }
    }
}
