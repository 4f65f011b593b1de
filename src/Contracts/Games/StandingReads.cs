using Gavel.Contracts.Messages;
using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>
/// The reads of a game's <see cref="GameStanding"/>, where its generation keeps it, in two steps: that a game is proper tells that it is neither blacklisted
/// nor retired. What cannot be read of it is unknown; it keeps no game from being played.
/// </summary>
internal sealed class StandingReads
{
    private readonly GameMetadata _game;
    private readonly Address _registry;
    private readonly Read<bool>? _proper;
    private readonly Read<bool>? _respected;
    private readonly Read<uint>? _respectedType;
    private readonly Read<ulong>? _respectedSince;
    private Read<bool>? _blacklisted;
    private Read<bool>? _retired;
    private Read<bool>? _registered;

    /// <summary>Adds the first reads.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="game">A game with rules.</param>
    /// <param name="portal">The chain's portal; null where it is not known: then 1.2.0 and 1.3.x tell nothing.</param>
    public StandingReads(ReadBatch batch, GameMetadata game, Address? portal)
    {
        _game = game;
        _registry = game.Rules!.AnchorStateRegistry;
        if (game.Rules.RuleSet.Guardian != GuardianPlace.Portal)
        {
            _proper = batch.Flag(_registry, message: new IsGameProperFunction { Game = game.Game.ToAbi() });
            _respected = batch.Flag(_registry, optional: true, new IsGameRespectedFunction { Game = game.Game.ToAbi() });
        }
        else if (portal is { } address)
        {
            _blacklisted = batch.Flag(address, optional: true, new DisputeGameBlacklistFunction { Game = game.Game.ToAbi() });
            _respectedType = batch.UInt32<RespectedGameTypeFunction>(address, optional: true);
            _respectedSince = batch.UInt64<RespectedGameTypeUpdatedAtFunction>(address, optional: true);
        }
    }

    /// <summary>Adds what follows from the first answers.</summary>
    public void AddRest(ReadBatch batch)
    {
        if (_proper is { Value: false })
        {
            _blacklisted = batch.Flag(_registry, optional: true, new IsGameBlacklistedFunction { Game = _game.Game.ToAbi() });
            _retired = batch.Flag(_registry, optional: true, new IsGameRetiredFunction { Game = _game.Game.ToAbi() });
            _registered = batch.Flag(_registry, optional: true, new IsGameRegisteredFunction { Game = _game.Game.ToAbi() });
        }
    }

    /// <summary>
    /// Whether the game would be closed in the normal mode. A pause makes every game improper for as long as it lasts, and closes none: what counts is what
    /// the game will be after it.
    /// </summary>
    public bool IsProper(bool isPaused) => _proper is not { Value: false }
        || (isPaused && _registered is { HasValue: true, Value: true } && _blacklisted is { HasValue: true, Value: false } && _retired is { HasValue: true, Value: false });

    /// <summary>The standing; null where it could not be read.</summary>
    public GameStanding? Finish()
    {
        if (_game.Rules!.RuleSet.Guardian == GuardianPlace.Portal)
        {
            // The portal takes games of the second in which the type was named.
            return (_blacklisted, _respectedType, _respectedSince) is ({ HasValue: true } blacklisted, { HasValue: true } type, { HasValue: true } since)
                ? new GameStanding(type.Value == _game.GameType, blacklisted.Value, _game.CreatedAt < since.Value)
                : null;
        }

        return _respected is not { HasValue: true } respected ? null
            : _proper!.Value ? new GameStanding(respected.Value, IsBlacklisted: false, IsRetired: false)
            : _blacklisted is { HasValue: true } isBlacklisted && _retired is { HasValue: true } isRetired ? new GameStanding(respected.Value, isBlacklisted.Value, isRetired.Value)
            : null;
    }
}
