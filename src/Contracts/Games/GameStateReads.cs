using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>
/// The reads that make one <see cref="GameState"/>: first what is small, then the claims, whose number the first tells, then which of them are
/// resolved. What follows from what is known is not asked: a game in progress is not closed and has paid nothing out, and a claim whose clock
/// runs is not resolved (the contract refuses with <c>ClockNotExpired</c>).
/// </summary>
internal sealed class GameStateReads
{
    private readonly GameMetadata _game;
    private readonly GameRules _rules;
    private readonly Read<GameStatus> _status;
    private readonly Read<ulong> _length;
    private readonly Read<Address> _challenger;
    private readonly StandingReads _standing;
    private readonly PauseReads _pause;
    private readonly List<CreditReads> _credits = [];
    private readonly List<Read<Claim>> _claims = [];
    private readonly Dictionary<int, Read<bool>> _resolved = [];
    private Read<ulong>? _resolvedAt;
    private Read<BondDistributionMode>? _mode;
    private Read<bool>? _finalized;
    private Read<UInt256>? _anchor;

    public GameStateReads(ReadBatch batch, GameMetadata game, IReadOnlyList<Address> recipients, Address? portal)
    {
        _rules = game.Rules ?? throw new ArgumentException($"game {game.Game} has version \"{game.Version}\", whose rules are not known", nameof(game));
        _game = game;
        _status = GameEffects.Status(batch, game.Game);
        _length = batch.Count<ClaimDataLenFunction>(game.Game);
        _challenger = GameEffects.BlockChallenger(batch, game.Game);
        _standing = new StandingReads(batch, game, portal);
        _pause = new PauseReads(batch, _rules);
        foreach (Address recipient in recipients)
        {
            _credits.Add(new CreditReads(
                recipient,
                GameEffects.Credit(batch, game.Game, recipient),
                IsClosed ? batch.Number(game.Game, message: new RefundModeCreditFunction { Account = recipient.ToAbi() }) : null));
        }
    }

    private bool IsClosed => _rules.RuleSet.IsClosed;

    private bool IsInProgress => _status.Value == GameStatus.InProgress;

    /// <exception cref="ContractReadException">More claims were told than can be.</exception>
    public void CheckCount(RpcBlock block, BlockRef at)
    {
        ulong seconds = block.Timestamp > _game.CreatedAt ? block.Timestamp - _game.CreatedAt : 0;
        ulong bound = CountBounds.Claims(seconds, block.GasLimit);
        if (_length.Value > bound)
        {
            throw GameReader.Impossible(_length, at, $"{_length.Value} claims are more than {bound}, which is the most that can be after {seconds} s");
        }
    }

    /// <summary>Adds what depends on the status, and the last claim, which shows whether the count is true.</summary>
    public void AddRest(ReadBatch batch)
    {
        _standing.AddRest(batch);
        if (_length.Value > CountBounds.Chunk)
        {
            _ = FaultDisputeGame.ClaimData(batch, _game.Game, (uint)_length.Value - 1);
        }
        else
        {
            AddClaims(batch);
        }

        if (!IsInProgress)
        {
            // Only games that are closed know modes; in others bonds are always paid as in the normal one.
            _resolvedAt = batch.UInt64<ResolvedAtFunction>(_game.Game);
            _mode = IsClosed ? batch.Enumeration<BondDistributionModeFunction, BondDistributionMode>(_game.Game, BondDistributionMode.Refund) : null;
            _anchor = IsClosed && _status.Value == GameStatus.DefenderWins
                ? batch.AddOptional<GetAnchorRootFunction, AnchorRootAnswer, UInt256>(_rules.AnchorStateRegistry, new(), static answer => answer.SequenceNumber.ToUInt256())
                : null;
            _finalized = IsClosed ? batch.Flag(_rules.AnchorStateRegistry, message: new IsGameFinalizedFunction { Game = _game.Game.ToAbi() }) : null;
        }

        // Without closing, bonds are unlocked when claims are resolved; with it, only then.
        foreach (CreditReads credit in _credits.Where(_ => !IsClosed || !IsInProgress))
        {
            credit.Pending = DelayedWeth.Withdrawal(batch, _rules.Weth, _game.Game, credit.Recipient);
            if (credit.IsOwed)
            {
                _pause.AddConfig(batch);
            }

            credit.Unlocked = IsClosed ? GameEffects.HasUnlockedCredit(batch, _game.Game, credit.Recipient) : null;
        }
    }

    /// <summary>Adds the next claims; false when all were added.</summary>
    public bool AddClaims(ReadBatch batch)
    {
        ulong end = Math.Min(_length.Value, (ulong)_claims.Count + CountBounds.Chunk);
        bool any = (ulong)_claims.Count < end;
        while ((ulong)_claims.Count < end)
        {
            _claims.Add(FaultDisputeGame.ClaimData(batch, _game.Game, (uint)_claims.Count));
        }

        return any;
    }

    /// <summary>Adds the last reads: of those claims whether they are resolved that can be, and whether what is owed is held up by a pause.</summary>
    public void AddLast(ReadBatch batch, ulong now)
    {
        _pause.AddPaused(batch);
        for (int i = 0; i < _claims.Count; i++)
        {
            Claim claim = _claims[i].Value;
            bool isChild = !claim.IsRoot && claim.ParentIndex < _claims.Count;
            ChessClock parent = isChild ? _claims[(int)claim.ParentIndex].Value.Clock : default;
            if (_rules.Clock.IsExpired(parent, claim.Clock, now))
            {
                _resolved[i] = GameEffects.SubgameResolved(batch, _game.Game, (uint)i);
            }
        }
    }

    public GameState Finish()
    {
        GameState state = new()
        {
            Status = _status.Value,
            ResolvedAt = _resolvedAt?.Value ?? 0,
            Claims = [.. _claims.Select(claim => claim.Value)],
            Resolved = [.. Enumerable.Range(0, _claims.Count).Select(i => _resolved.TryGetValue(i, out Read<bool>? resolved) && resolved.Value)],
            L2BlockNumberChallenger = _challenger.Value,
            BondMode = _mode?.Value ?? (IsClosed ? BondDistributionMode.Undecided : BondDistributionMode.Normal),
            IsFinalized = _finalized?.Value ?? false,
            IsProper = _standing.IsProper(_pause.IsPaused),
            IsPaused = _pause.IsPaused,
            Standing = _standing.Finish(),
            Credits = _credits.ToDictionary(credit => credit.Recipient, static credit => credit.Finish()),
        };
        return state with
        {
            MovesAnchor = _anchor is { HasValue: true } anchor && state is { BondMode: BondDistributionMode.Undecided, Standing.Counts: true, IsProper: true }
                && _game.L2BlockNumber > anchor.Value,
        };
    }

    private sealed class CreditReads(Address recipient, Read<UInt256> owed, Read<UInt256>? refundable)
    {
        public Address Recipient { get; } = recipient;

        public bool IsOwed => !owed.Value.IsZero;

        public Read<PendingWithdrawal>? Pending { get; set; }

        public Read<bool>? Unlocked { get; set; }

        public GameCredit Finish()
        {
            PendingWithdrawal pending = Pending?.Value ?? default;
            return new GameCredit(owed.Value, pending, Unlocked?.Value ?? !pending.Amount.IsZero, refundable?.Value ?? UInt256.Zero);
        }
    }
}
