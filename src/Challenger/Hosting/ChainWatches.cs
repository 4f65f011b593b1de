using System.Runtime.ExceptionServices;
using Gavel.Chains;
using Gavel.Intents;
using Gavel.Settlement;
using Gavel.Traces;

namespace Gavel.Challenger;

/// <summary>What looks at a chain after each cycle and only warns: upgrades, results, what execution needs, the account's funds.</summary>
/// <param name="upgrades">Sees that the chain was upgraded.</param>
/// <param name="results">Holds how games end against what was decided.</param>
/// <param name="programs">Looks for what execution needs.</param>
/// <param name="funds">Looks at the account's balance; null where nothing is sent.</param>
public sealed class ChainWatches(UpgradeWatch upgrades, ResultWatch results, ProgramWatch programs, FundsWatch? funds) : IDangerSource
{
    /// <inheritdoc/>
    public IReadOnlyList<Danger> Dangers => [.. results.Dangers, .. programs.Dangers];

    /// <summary>Whether another factory has been seen to take the live one's place.</summary>
    public bool IsMoved => upgrades.IsMoved;

    /// <summary>Looks.</summary>
    /// <param name="games">The games that are covered.</param>
    /// <param name="ours">What was decided of those in which the account may move.</param>
    /// <param name="view">The L1 block.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public async Task CheckAsync(IReadOnlyList<WatchedGame> games, IEnumerable<Judgement> ours, L1View view, CancellationToken cancellationToken)
    {
        ExceptionDispatchInfo? trouble = await CheckUpgradesAsync(view, cancellationToken);
        await results.CheckAsync(games, view, cancellationToken);
        await programs.CheckAsync(games, view, cancellationToken);
        if (funds is not null)
        {
            await funds.CheckAsync(ours.Select(judgement => judgement.Capital), view, cancellationToken);
        }

        trouble?.Throw();
    }

    // First, since what was upgraded needs other programs; a contract that does not answer for this must not keep the others from looking.
    private async Task<ExceptionDispatchInfo?> CheckUpgradesAsync(L1View view, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<UpgradeEvent> seen = await upgrades.CheckAsync(view, cancellationToken);
            if (seen.Count > 0)
            {
                programs.LookAgain();
            }

            return null;
        }
        catch (Exception error) when (error is not OperationCanceledException) // whatever it was, also a strange file of its own
        {
            return ExceptionDispatchInfo.Capture(error);
        }
    }
}
