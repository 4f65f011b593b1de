using Gavel.Contracts.Messages;
using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>What the guardian of a chain can still do about a game that ended falsely, or will, by the generation of its contracts.</summary>
/// <param name="Calls">The calls with their contracts' addresses, the quickest first: pause, blacklist the game (with the call's data), retire all games up to now.</param>
/// <param name="FinalityDelay">Seconds after a game's resolution in which that helps; null where no contract told it.</param>
public sealed record GuardianCalls(IReadOnlyList<string> Calls, ulong? FinalityDelay)
{
    /// <summary>Asks the contracts of a game. What one does not tell is left out of the words, and no error.</summary>
    /// <param name="l1">The L1 node.</param>
    /// <param name="game">A game with rules.</param>
    /// <param name="portal">The chain's portal, where it is known.</param>
    /// <param name="at">The block.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public static async Task<GuardianCalls> ReadAsync(ChainReader l1, GameMetadata game, Address? portal, BlockRef at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        GameRules rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
        Address registry = rules.AnchorStateRegistry;
        ReadBatch batch = new(l1, at);
        Read<ulong> retirement = batch.UInt64<RetirementTimestampFunction>(registry, optional: true);
        Read<ulong> delay = batch.Count<DisputeGameFinalityDelaySecondsFunction>(registry, optional: true);
        Read<Address> config = batch.Address<SuperchainConfigFunction>(registry, optional: true);
        Read<Address> itsPortal = batch.Address<PortalFunction>(registry, optional: true);
        await batch.RunAsync(cancellationToken);
        if (retirement.HasValue || (retirement.Fault == ReadFault.Unanswered && rules.RuleSet.Guardian == GuardianPlace.Registry))
        {
            // Where L1 says nothing now, the game's own rules tell where it is disowned.
            return new GuardianCalls(
                [
                    $"SuperchainConfig {Name(config.HasValue ? config.Value : null)}.pause(address)",
                    $"AnchorStateRegistry {registry}.{Blacklist(game.Game)}",
                    $"AnchorStateRegistry {registry}.updateRetirementTimestamp()",
                ],
                delay.HasValue ? delay.Value : null);
        }

        Address? where = portal ?? (itsPortal.HasValue ? itsPortal.Value : null);
        Read<ulong>? portalDelay = null;
        Read<Address>? portalConfig = null;
        Read<uint>? respected = null;
        if (where is { } address)
        {
            portalDelay = batch.Count<DisputeGameFinalityDelaySecondsFunction>(address, optional: true);
            portalConfig = batch.Address<SuperchainConfigFunction>(address, optional: true);
            respected = batch.UInt32<RespectedGameTypeFunction>(address, optional: true);
            await batch.RunAsync(cancellationToken);
        }

        string retire = rules.RuleSet.Guardian == GuardianPlace.Portal
            ? $"setRespectedGameType({(respected?.HasValue == true ? respected.Value : "the type that is respected now")})"
            : $"setRespectedGameType({uint.MaxValue})";
        return new GuardianCalls(
            [
                $"SuperchainConfig {Name(portalConfig?.HasValue == true ? portalConfig.Value : config.HasValue ? config.Value : null)}.pause(string)",
                $"OptimismPortal {Name(where)}.{Blacklist(game.Game)}",
                $"OptimismPortal {Name(where)}.{retire}",
            ],
            portalDelay?.HasValue == true ? portalDelay.Value : null);
    }

    /// <summary>What to do, in words.</summary>
    /// <param name="calls"><see cref="Calls"/>; empty where they are not known.</param>
    public static string InWords(IReadOnlyList<string> calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        return calls.Count == 0 ? "call the guardian: withdrawals against this root must not be paid" : $"call the guardian, whose calls can still help: {string.Join("; ", calls)}";
    }

    private static string Blacklist(Address game) =>
        $"blacklistDisputeGame({game}) (data {Hex.Encode(StrictAbi.Encode(new BlacklistDisputeGameFunction { Game = game.ToAbi() }))})";

    private static string Name(Address? contract) => contract?.ToString() ?? "(see the chain's SystemConfig)";
}
