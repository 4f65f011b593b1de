using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>The reads that make one <see cref="GameState"/>: first what is small, then the claims, whose number the first tells.</summary>
internal sealed class GameStateReads
{
    private const uint Many = 256;
    private const uint MostClaims = 1 << 17;

    private readonly GameMetadata _game;
    private readonly Read<GameStatus> _status;
    private readonly Read<ulong> _resolvedAt;
    private readonly Read<uint> _length;
    private readonly Read<Address> _challenger;
    private readonly Read<BondDistributionMode>? _mode;
    private readonly Read<bool>? _finalized;
    private readonly Read<bool>? _proper;
    private readonly Read<bool>? _paused;
    private readonly List<CreditReads> _credits = [];
    private readonly List<(Read<Claim> Claim, Read<bool> Resolved)> _claims = [];

    public GameStateReads(ReadBatch batch, GameMetadata game, IReadOnlyList<Address> recipients)
    {
        GameRules rules = game.Rules ?? throw new ArgumentException($"game {game.Game} has version \"{game.Version}\", whose rules are not known", nameof(game));
        Address address = game.Game;
        _game = game;
        _status = batch.Add(address, FaultDisputeGame.Get.Status, null, data => ReadStatus(data.UInt8()));
        _resolvedAt = batch.Add(address, FaultDisputeGame.Get.ResolvedAt, null, data => data.UInt64());
        _length = batch.Add(address, FaultDisputeGame.Get.ClaimDataLength, null, data => data.UInt32());
        _challenger = batch.Add(address, FaultDisputeGame.Get.L2BlockNumberChallenger, null, data => data.Address());

        // Only 2.x knows modes and asks the registry; on 1.2.0 bonds are always paid as in the normal mode.
        bool isV2 = game.Generation == GameGeneration.V2;
        if (isV2)
        {
            _mode = batch.Add(address, FaultDisputeGame.Get.BondDistributionMode, null, data => ReadMode(data.UInt8()));
            _finalized = batch.Add(rules.AnchorStateRegistry, FaultDisputeGame.Get.IsGameFinalized, a => a.Address(address), data => data.Bool());
            _proper = batch.Add(rules.AnchorStateRegistry, FaultDisputeGame.Get.IsGameProper, a => a.Address(address), data => data.Bool());
            _paused = batch.Add(rules.AnchorStateRegistry, FaultDisputeGame.Get.Paused, null, data => data.Bool());
        }

        foreach (Address recipient in recipients)
        {
            _credits.Add(new CreditReads(
                recipient,
                batch.Add(address, FaultDisputeGame.Get.Credit, a => a.Address(recipient), data => data.UInt()),
                DelayedWeth.Withdrawal(batch, rules.Weth, address, recipient),
                isV2 ? batch.Add(address, FaultDisputeGame.Get.HasUnlockedCredit, a => a.Address(recipient), data => data.Bool()) : null,
                isV2 ? batch.Add(address, FaultDisputeGame.Get.RefundModeCredit, a => a.Address(recipient), data => data.UInt()) : null));
        }
    }

    /// <summary>
    /// Adds the last claim where there are many: one wrong digit of their number would be billions of reads, so that it must be there before
    /// anything is spent on the others.
    /// </summary>
    /// <exception cref="ContractReadException">The number is above anything that bonds could pay for.</exception>
    public void AddLastOfMany(ReadBatch batch, BlockRef at)
    {
        if (_length.Value > MostClaims)
        {
            throw new ContractReadException(_game.Game, "claimDataLen()", at, $"it tells {_length.Value} claims, more than {MostClaims}");
        }

        if (_length.Value > Many)
        {
            FaultDisputeGame.ClaimData(batch, _game.Game, _length.Value - 1);
        }
    }

    public void AddClaims(ReadBatch batch)
    {
        for (uint index = 0; index < _length.Value; index++)
        {
            uint claim = index;
            _claims.Add((
                FaultDisputeGame.ClaimData(batch, _game.Game, claim),
                batch.Add(_game.Game, FaultDisputeGame.Get.ResolvedSubgames, a => a.UInt64(claim), data => data.Bool())));
        }
    }

    public GameState Finish() => new()
    {
        Status = _status.Value,
        ResolvedAt = _resolvedAt.Value,
        Claims = [.. _claims.Select(pair => pair.Claim.Value)],
        Resolved = [.. _claims.Select(pair => pair.Resolved.Value)],
        L2BlockNumberChallenger = _challenger.Value,
        BondMode = _mode?.Value ?? BondDistributionMode.Normal,
        IsFinalized = _finalized?.Value ?? false,
        IsProper = _proper?.Value ?? true,
        IsPaused = _paused?.Value ?? false,
        Credits = _credits.ToDictionary(
            credit => credit.Recipient,
            credit => new GameCredit(
                credit.Owed.Value,
                credit.Pending.Value,
                credit.Unlocked?.Value ?? !credit.Pending.Value.Amount.IsZero,
                credit.Refundable?.Value ?? UInt256.Zero)),
    };

    private static GameStatus ReadStatus(byte value) => value <= (byte)GameStatus.DefenderWins
        ? (GameStatus)value
        : throw new FormatException($"{value} is no game status");

    private static BondDistributionMode ReadMode(byte value) => value <= (byte)BondDistributionMode.Refund
        ? (BondDistributionMode)value
        : throw new FormatException($"{value} is no bond distribution mode");

    private sealed record CreditReads(
        Address Recipient, Read<UInt256> Owed, Read<PendingWithdrawal> Pending, Read<bool>? Unlocked, Read<UInt256>? Refundable);
}
