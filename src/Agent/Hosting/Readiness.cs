using Gavel.Chains;
using Gavel.Challenger;

namespace Gavel.Agent.Hosting;

/// <summary>
/// Whether the process is caught up and able to send, or to stand by, with one line for each thing that stands against it: chains that are not
/// read, and dangers of our own doing. What is the chain's own doing is no reason to take an agent for unready.
/// </summary>
/// <param name="challenger">The defence.</param>
/// <param name="options">The chains that ought to be defended.</param>
/// <param name="clock">The host's clock.</param>
internal sealed class Readiness(ChallengerService challenger, ChallengerOptions options, TimeProvider clock)
{
    // A cycle that takes longer than this, or ten polls, is no cycle any more.
    private static readonly TimeSpan LongestCycle = TimeSpan.FromMinutes(5);

    /// <summary>What stands against being ready; empty when it is.</summary>
    public IReadOnlyList<string> Lines()
    {
        DateTimeOffset now = clock.GetUtcNow();
        return
        [
            .. options.Chains.Select(chain => (chain.Name, Problem: ProblemOf(chain, challenger.Health.GetValueOrDefault(chain.Name), now)))
                .Where(chain => chain.Problem is not null)
                .Select(chain => $"{chain.Name}: {DangerView.OneLine(chain.Problem!)}"),
            .. challenger.Dangers.Dangers.Where(danger => danger is { Origin: DangerOrigin.Ours, Severity: >= DangerSeverity.Warn }).Select(danger => DangerView.Line(danger, now)),
        ];
    }

    private static string? ProblemOf(ChainOptions chain, ChainHealth? health, DateTimeOffset now)
    {
        TimeSpan longest = TimeSpan.FromSeconds(Math.Max(LongestCycle.TotalSeconds, 10 * chain.PollSeconds));
        return health switch
        {
            null => "not read yet",
            { Problem: { } problem } => problem,
            { L1Block: null } => "not read yet",
            _ when now - health.At > longest => $"no cycle has ended since {health.At:u}",
            _ => null,
        };
    }
}
