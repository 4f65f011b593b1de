using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;

namespace Gavel.Agent.Operating;

/// <summary>One game of a version that is played, at one L1 block.</summary>
internal sealed record GameView(L1View View, GameMetadata Metadata, GameRules Rules, GameState State, Game Claims)
{
    /// <summary>Seconds until the last clock has run out; 0 or less when it has.</summary>
    public long SecondsToResolution => Enumerable.Range(0, Claims.Count).Where(i => !Claims.IsResolved(i)).Select(SecondsLeft).DefaultIfEmpty(0).Max();

    /// <summary>Seconds in which a claim can still be answered; 0 or less when it cannot.</summary>
    public long SecondsLeft(int claim) => (long)Int128.Clamp(ActionDeadline.OfClaim(Claims, claim, Rules.Clock) - View.Timestamp, long.MinValue, long.MaxValue);

    /// <summary>Reads a game; null where its rules are not known, or its claims do not keep them.</summary>
    public static async Task<GameView?> ReadAsync(
        ChainAccess chain, GameMetadata metadata, IReadOnlyList<Address> accounts, L1View view, CancellationToken cancellationToken)
    {
        if (metadata.Rules is not { } rules)
        {
            return null;
        }

        try
        {
            GameState state = (await new GameReader(chain.L1, chain.Portal).StatesAsync([metadata], accounts, view.At, cancellationToken))[0];
            return new GameView(view, metadata, rules, state, WatchedGame.GameOf(rules, state));
        }
        catch (Exception error) when (error is ContractReadException or ArgumentException)
        {
            // It calls itself a version that we know and is something else: shown as far as it is known, like other foreign games.
            return null;
        }
    }

    /// <summary>A game of a version that is played, or an error that says why not.</summary>
    public static async Task<GameView> RequiredAsync(ChainAccess chain, Address game, CancellationToken cancellationToken)
    {
        L1View view = await L1View.OfHeadAsync(chain.L1, cancellationToken);
        GameMetadata metadata = await new GameReader(chain.L1).MetadataAsync(game, view.At, cancellationToken);
        return await ReadAsync(chain, metadata, [], view, cancellationToken) ?? throw OperatorException.BadInput(
            $"game {game} has version \"{metadata.Version}\", whose rules Gavel does not know: it does not act on it");
    }

    /// <summary>A foreign game's status; null where it tells none.</summary>
    public static async Task<GameStatus?> StatusAsync(ChainAccess chain, Address game, L1View view, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(chain.L1, view.At);
        Read<GameStatus> status = GameEffects.Status(batch, game);
        try
        {
            await batch.RunAsync(cancellationToken);
            return Enum.IsDefined(status.Value) ? status.Value : null;
        }
        catch (ContractReadException)
        {
            return null; // a game that has no status of this kind
        }
    }
}
