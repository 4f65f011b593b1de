using Gavel.Ethereum;
using Microsoft.Extensions.Logging;

namespace Gavel.Chains;

/// <summary>Tells which games have changed since they were last read, by their marks: of all in one call, or one by one where the node refuses that.</summary>
internal sealed partial class ChangeFeed(GameInspector inspector, ILogger logger, TimeProvider clock)
{
    private bool _isOneByOne;
    private Trouble? _told;

    /// <summary>Makes games stale whose mark is another than that of the state that was read, whatever the view then was.</summary>
    /// <param name="games">Games whose rules are known.</param>
    /// <param name="view">The block to ask at.</param>
    /// <param name="isAudit">Whether a refusal of before is put to the test again.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public async Task MarkAsync(WatchedGame[] games, L1View view, bool isAudit, CancellationToken cancellationToken)
    {
        _isOneByOne &= !isAudit;
        (IReadOnlyList<ulong> marks, RpcException? refusal) =
            await inspector.MarksAsync([.. games.Select(game => game.Metadata.Game)], view, !_isOneByOne, cancellationToken);
        if (refusal is not null)
        {
            Trouble trouble = Trouble.Of(refusal, _told, clock.GetUtcNow());
            if (trouble.Cause != _told?.Cause)
            {
                LogMarks(logger, refusal.Message);
            }

            (_isOneByOne, _told) = (true, trouble);
        }

        for (int i = 0; i < games.Length; i++)
        {
            games[i].IsStale |= games[i].Reading?.Mark != marks[i];
        }
    }

    [LoggerMessage(1003, LogLevel.Warning, "The node does not tell the state of all games in one call, so they are asked one by one: {Problem}")]
    private static partial void LogMarks(ILogger logger, string problem);
}
